// One attachment of a session to a room, as the hub keeps it.
#ifndef PRESENCE_DETAIL_HUB_ATTACHMENT_RECORD_HPP
#define PRESENCE_DETAIL_HUB_ATTACHMENT_RECORD_HPP

#include <presence/detail/hub/room_session.hpp>
#include <presence/detail/util/in_flight.hpp>
#include <presence/detail/util/unique_function.hpp>
#include <presence/mode.hpp>
#include <presence/sink.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

using publish_completion = unique_function<void(std::error_code)>;

/// Where an attachment stands, under its room's lock.
enum class attachment_state : std::uint8_t {
  attached,
  paused,  ///< the connection is lost, or the sink is gone; the members stay for the grace period
  gone,
};

/// What the sink of an attachment has been told last about where it stands. Of the room's drainer.
enum class told_state : std::uint8_t { nothing, attached, paused, gone };

/// One attachment of a session to a room.
template <class Data>
struct attachment_record {
  attachment_record(std::shared_ptr<room_session<Data>> session_in_room, mode_set asked_for, mode_set granted,
                    std::shared_ptr<sink_base<Data>> to)
      : wanted(asked_for),
        modes(granted),
        sink(std::move(to)),
        of(std::move(session_in_room)) {}

  // What delivering an event looks at comes first, in one cache line.
  std::atomic<bool> closed{false};  // the sink must not be called any more
  // Of the room's drainer: something was not told, as the sink could not keep up, was closed, or is yet to be attached.
  // It is told nothing more until it is synced.
  bool lagging = true;
  bool ran_out = false;  // of the room's drainer: of memory, in on_presence, so that the room syncs it once by itself
  // Of the room's drainer: how far the sink knows the room's set. What is not newer is not told again.
  std::uint64_t known_version = 0;

  const mode_set wanted;
  std::atomic<mode_set> modes;  // granted of these; `reauthorize` changes them under the room's lock
  const std::shared_ptr<sink_base<Data>> sink;
  const std::shared_ptr<room_session<Data>> of;

  // under the room's lock
  attachment_state state = attachment_state::attached;
  bool joining = false;     // a join waits behind whatever else waits for this attachment
  bool may_resume = false;  // that join may say `resumed` if nothing was missed
  bool unattended = false;  // memory was lacking to queue what is to be told: the drainer finds it out from the state
  std::error_code ended_with;
  std::shared_ptr<attachment_record> next_unattended;
  in_flight<publish_completion> pending;

  bool abandoned = false;  // under the session's lock: its sink is gone and nobody will attach in its place

  // of the room's drainer
  told_state told = told_state::nothing;
  mode_set told_modes;                      // which decide among whom it stands
  std::uint64_t open_sync = 0;              // the last page of this sync comes when the hub's quiet start is over
  std::size_t position = nowhere;           // among the receivers
  bool takes_over = false;                  // from one that was among them, and stands in for it until it is there
  std::shared_ptr<attachment_record> kept;  // itself, while it stands among them

  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
