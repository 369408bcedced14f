#ifndef PRESENCE_ROOM_STATE_HPP
#define PRESENCE_ROOM_STATE_HPP

#include <presence/action.hpp>
#include <presence/mode.hpp>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <system_error>

namespace presence::inline PRESENCE_ABI {

/// A participant's relation to its room.
enum class room_state : std::uint8_t {
  initialized,  ///< nothing was tried yet
  attaching,    ///< asked, or the connection was lost and is expected back
  attached,     ///< in the room
  detaching,    ///< asked to leave
  detached,     ///< left, as asked or because the session has ended; `attach` may be called again
  suspended,  ///< the connection has been away for long; the set is kept, and only differences are told after it is back
  failed,     ///< the attach was refused; `attach` may be called again
};

/// The name of the enumerator; `unknown` for any other value. Constant time.
[[nodiscard]] constexpr std::string_view to_string(room_state s) noexcept {
  switch (s) {
    case room_state::initialized: return "initialized";
    case room_state::attaching: return "attaching";
    case room_state::attached: return "attached";
    case room_state::detaching: return "detaching";
    case room_state::detached: return "detached";
    case room_state::suspended: return "suspended";
    case room_state::failed: return "failed";
  }
  return "unknown";
}

/// What a transport reports about its room.
struct state_change {
  room_state state = room_state::initialized;  ///< the new one
  bool resumed = false;                        ///< attached: nothing was missed since the last attach; no sync follows
  bool has_members = false;                    ///< attached: the room has members; a sync follows
  mode_set modes = mode_set::all();            ///< attached: what was granted
  std::error_code error;                       ///< why, where it was not asked for

  /// Member by member.
  friend bool operator==(const state_change&, const state_change&) = default;
};

/// What a listener of `basic_presence::subscribe_state` receives.
struct room_event {
  room_state previous = room_state::initialized;  ///< before
  room_state current = room_state::initialized;   ///< after; equal to `previous`: something happened within the state
  bool resumed = false;                           ///< attached: nothing was missed, and no sync follows
  std::error_code error;  ///< why; `reentry_failed` where an own member could not be entered again (RTP17e) …
  std::string client_id;  ///< … then: whose
  std::error_code cause;  ///< … and what the hub said

  /// Member by member.
  friend bool operator==(const room_event&, const room_event&) = default;
};

/// Where this participant itself stands.
enum class self_state : std::uint8_t {
  absent,    ///< not entered, or left as asked
  entering,  ///< asked, and not confirmed yet
  present,   ///< confirmed by the hub
  lost,      ///< was present and no longer is, without having asked to leave
};

/// The name of the enumerator; `unknown` for any other value. Constant time.
[[nodiscard]] constexpr std::string_view to_string(self_state s) noexcept {
  switch (s) {
    case self_state::absent: return "absent";
    case self_state::entering: return "entering";
    case self_state::present: return "present";
    case self_state::lost: return "lost";
  }
  return "unknown";
}

/// "Am I present?", and if not any more, why not.
struct self_status {
  self_state state = self_state::absent;     ///< where it stands
  leave_reason reason = leave_reason::none;  ///< lost: how the hub removed the member …
  std::error_code error;                     ///< … or what happened to the room

  /// Member by member.
  friend bool operator==(const self_status&, const self_status&) = default;
};

/// Writes the name, as `to_string` gives it.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, room_state s) {
  return out << to_string(s);
}

/// Writes the name, as `to_string` gives it.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, self_state s) {
  return out << to_string(s);
}

}  // namespace presence::inline PRESENCE_ABI

#endif
