// What a session has in one room.
#ifndef PRESENCE_DETAIL_HUB_ROOM_SESSION_HPP
#define PRESENCE_DETAIL_HUB_ROOM_SESSION_HPP

#include <presence/action.hpp>
#include <presence/clock.hpp>
#include <presence/detail/hub/connection_stamps.hpp>
#include <presence/detail/hub/owned_members.hpp>
#include <presence/message.hpp>
#include <presence/version.hpp>

#include <boost/container/small_vector.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

template <class Data>
struct attachment_record;

/// What a session has in one room: its attachments, and the members that were entered over any of them. The members
/// leave with the last attachment.
template <class Data>
struct room_session {
  using record = attachment_record<Data>;

  room_session(std::string session_connection, std::string session_client)
      : connection_id(std::move(session_connection)),
        client_id(std::move(session_client)) {}

  const std::string connection_id;
  const std::string client_id;

  // under the session's lock
  boost::container::small_vector<std::shared_ptr<record>, 1> attachments;  // nearly always one
  bool lingers = false;  // there are none any more, and the members stay a little longer: they hold the room
  std::chrono::milliseconds lingers_until{};  // in elapsed time, as of the last time that they did

  // under the room's lock
  owned_members owned;
  owned_members given_seats;  // those of `owned` whose user has come back on another connection and has their place
  connection_stamps stamps;
  std::uint64_t stale_before =
      0;  // members whose `msg_serial` is smaller were left behind by a goodbye and only linger
  std::uint64_t evicted_before = 0;            // a re-entry with a smaller `msg_serial` is of before an eviction
  bool away = false;                           // the connection is lost, or the members only linger
  leave_reason leaving = leave_reason::none;   // why the members are to leave, where memory was lacking for it
  time_point leaving_since{};                  // and since when
  std::shared_ptr<room_session> next_leaving;  // the next one of whom that is true

  // Unset but for what a session left behind when it detached: its part in the room as it is now, whose attachments are
  // told that these members leave even where they are told of no others (O4).
  std::shared_ptr<room_session> left_by;

  message_batch<Data> left;  // the members' leaves where they were not queued: their data is destroyed without a lock

  // of the room's drainer
  std::vector<record*> own_only;  // attachments that are told about the session's own members and no others
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
