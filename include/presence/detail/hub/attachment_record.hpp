// One session in one room, as the hub keeps it.
#ifndef PRESENCE_DETAIL_HUB_ATTACHMENT_RECORD_HPP
#define PRESENCE_DETAIL_HUB_ATTACHMENT_RECORD_HPP

#include <presence/detail/hub/connection_stamps.hpp>
#include <presence/detail/hub/owned_members.hpp>
#include <presence/detail/util/in_flight.hpp>
#include <presence/detail/util/unique_function.hpp>
#include <presence/mode.hpp>
#include <presence/sink.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

using publish_completion = unique_function<void(std::error_code)>;

/// Where an attachment stands, under its room's lock.
enum class attachment_state : std::uint8_t {
  attached,
  paused,  ///< the connection is lost; its members stay for the grace period
  gone,
};

/// One session in one room.
template <class Data>
struct attachment_record {
  attachment_record(std::string session_connection, std::string session_client, mode_set granted,
                    std::shared_ptr<sink_base<Data>> to)
      : connection_id(std::move(session_connection)),
        client_id(std::move(session_client)),
        modes(granted),
        sink(std::move(to)) {}

  // What delivering an event looks at comes first, in one cache line.
  std::atomic<bool> closed{false};  // the sink must not be called any more
  bool lagging = false;  // of the room's drainer: the sink could not keep up, nothing more until it is synced again

  const std::string connection_id;
  const std::string client_id;
  const mode_set modes;
  const std::shared_ptr<sink_base<Data>> sink;

  // under the room's lock
  attachment_state state = attachment_state::attached;
  owned_members owned;
  owned_members given_seats;  // those of `owned` whose user has come back on another connection and has their place
  connection_stamps stamps;
  std::uint64_t stale_before =
      0;                   // members whose `msg_serial` is smaller were left behind by a goodbye and only linger
  bool lingering = false;  // nobody is here: it keeps the members of an attachment that ended
  std::uint64_t seen_version = 0;  // of the room's set when it was paused
  in_flight<publish_completion> pending;

  bool abandoned = false;  // under the session's lock: its sink is gone and nobody will attach in its attachment

  // of the room's drainer
  std::size_t position = nowhere;           // among the subscribers
  std::shared_ptr<attachment_record> kept;  // itself, while it stands among the subscribers

  /// Goes on for the attachment of the same session that was here before.
  void inherit(attachment_record& before) noexcept {
    owned = std::exchange(before.owned, {});
    given_seats = std::exchange(before.given_seats, {});
    stamps = std::move(before.stamps);
    stale_before = before.stale_before;
  }

  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
