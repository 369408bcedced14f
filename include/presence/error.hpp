#ifndef PRESENCE_ERROR_HPP
#define PRESENCE_ERROR_HPP

#include <presence/version.hpp>

#include <string>
#include <system_error>
#include <type_traits>

#if defined(__cpp_exceptions)
#include <stdexcept>
#else
#include <cstdlib>
#endif

namespace presence::inline PRESENCE_ABI {

/// Everything that can go wrong. Where Ably's protocol has a number for it, the enumerator carries that number, so that
/// an error means the same on every transport; the small numbers are this library's own.
enum class errc : int {
  operation_aborted = 1,  ///< the presence, transport, session or hub was destroyed before the operation finished
  events_disabled = 2,    ///< subscribe on a presence that was made with `enable_events` off
  handler_threw = 3,      ///< a listener or completion handler threw
  not_synced = 4,         ///< nothing is known of the set: the room was not attached so far, or not since it was left
  queue_full = 5,         ///< more waits already than `max_queued_operations` or `max_pending_operations`
  replaced = 6,           ///< another attachment of the same session to the room took this one's place
  overloaded = 7,         ///< too much waits to be told in the room (`hub_limits::outbox_messages`); try again later
  superseded = 8,         ///< a later call for the same member took the place of this one while it waited
  evicted = 9,            ///< a re-entry of a member that the hub has ended meanwhile
  kicked = 10,            ///< a moderator ended the session, or closed the room
  banned = 11,            ///< the client id is banned from the hub
  bad_request = 40000,    ///< a message or an argument that makes no sense
  message_too_large = 40009,  ///< data, extras or a publish over the size limit, or more than a limit can ever let pass
  invalid_room_name = 40010,  ///< empty, too long or not UTF-8
  invalid_client_id = 40012,  ///< missing, malformed, or not the identity of the connection
  invalid_data = 40013,       ///< data that the codec cannot encode or decode, or extras that are no JSON object
  not_permitted = 40160,      ///< the connection lacks the capability or mode
  connection_closed = 80017,  ///< the session has ended
  connection_expired = 80008,       ///< resume after the grace period
  invalid_resume_key = 80018,       ///< resume with a key that is malformed or unknown
  disconnected = 80003,             ///< the connection is lost and may be resumed
  channel_failed = 90001,           ///< the room cannot be used in its present state
  too_many_rooms = 90010,           ///< the session's limit of rooms is reached
  invalid_room_state = 91001,       ///< presence operation while detached, suspended or failed
  room_full = 91003,                ///< the room's limit of members is reached
  reentry_failed = 91004,           ///< an own member could not be entered again after a reconnect
  out_of_sync = 91005,              ///< waiting `get` while suspended
  subscribe_not_permitted = 91008,  ///< `get` in a room attached without permission to receive presence
  rate_limited = 42910,             ///< the session's messages per second are exceeded
};

namespace detail {

class error_category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "presence"; }
  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::operation_aborted: return "operation aborted";
      case errc::events_disabled: return "events are disabled for this presence";
      case errc::handler_threw: return "a listener or handler threw an exception";
      case errc::not_synced: return "the presence set is not known yet";
      case errc::queue_full: return "too many operations are waiting";
      case errc::replaced: return "replaced by another attachment of the same session";
      case errc::overloaded: return "too much waits to be told in the room";
      case errc::superseded: return "superseded by a later operation on the same member";
      case errc::evicted: return "the member was removed by the hub";
      case errc::kicked: return "the session was ended by a moderator";
      case errc::banned: return "the client id is banned";
      case errc::bad_request: return "bad request";
      case errc::message_too_large: return "message too large";
      case errc::invalid_room_name: return "invalid room name";
      case errc::invalid_client_id: return "invalid client id";
      case errc::invalid_data: return "invalid data or encoding";
      case errc::not_permitted: return "operation not permitted";
      case errc::connection_closed: return "connection closed";
      case errc::connection_expired: return "connection expired";
      case errc::invalid_resume_key: return "invalid resume key";
      case errc::disconnected: return "disconnected";
      case errc::channel_failed: return "room operation failed";
      case errc::too_many_rooms: return "too many rooms on this connection";
      case errc::invalid_room_state: return "invalid room state for a presence operation";
      case errc::room_full: return "the room has its maximum number of members";
      case errc::reentry_failed: return "automatic re-entry failed";
      case errc::out_of_sync: return "the presence set is out of sync";
      case errc::subscribe_not_permitted: return "not permitted to receive presence in this room";
      case errc::rate_limited: return "rate limit exceeded";
    }
    return "unknown presence error";
  }
};

}  // namespace detail

/// The category of every `errc`; its name is "presence".
[[nodiscard]] inline const std::error_category& presence_category() noexcept {
  static const detail::error_category category;
  return category;
}

/// A code of `presence_category`. Found by the language where an `errc` becomes a `std::error_code`.
[[nodiscard]] inline std::error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), presence_category()};
}

/// Whether it is worth while to try the same again later, without changing anything: the room was full, messages came too
/// fast or faster than they can be told, the connection was lost for now, or memory ran out. With any other code the
/// same call fails again, as long as nothing else changes: `queue_full` until something is answered,
/// `invalid_room_state` until the room is attached. An error of another category is permanent, as nothing is known
/// about it, except `not_enough_memory` and `resource_unavailable_try_again`.
[[nodiscard]] inline bool is_temporary(std::error_code error) noexcept {
  if (error.category() != presence_category()) {
    return error == std::errc::not_enough_memory || error == std::errc::resource_unavailable_try_again;
  }
  switch (static_cast<errc>(error.value())) {
    case errc::room_full:
    case errc::rate_limited:
    case errc::overloaded:
    case errc::disconnected: return true;
    default: return false;
  }
}

/// Thrown for misuse: by constructors, `connect` with an invalid identity, and `result::value()`. Beyond that only when
/// the operating system refuses the random bits that a hub needs; without those that a set needs the program ends.
class presence_error : public std::system_error {
 public:
  using std::system_error::system_error;
};

namespace detail {

/// Throws, or aborts in a program built without exceptions.
[[noreturn]] inline void throw_error(std::error_code code, [[maybe_unused]] const char* what) {
#if defined(__cpp_exceptions)
  throw presence_error{code, what};
#else
  (void)code;
  std::abort();
#endif
}

[[noreturn]] inline void throw_invalid_argument([[maybe_unused]] const char* what) {
#if defined(__cpp_exceptions)
  throw std::invalid_argument{what};
#else
  std::abort();
#endif
}

}  // namespace detail
}  // namespace presence::inline PRESENCE_ABI

template <>
struct std::is_error_code_enum<presence::errc> : std::true_type {};

#endif
