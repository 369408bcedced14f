#ifndef PRESENCE_ACTION_HPP
#define PRESENCE_ACTION_HPP

#include <presence/version.hpp>

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string_view>

namespace presence::inline PRESENCE_ABI {

/// What a presence message says about a member. The numbers are those of the wire.
enum class action : std::uint8_t {
  absent = 0,   ///< marker inside a set while it syncs; never shown to listeners
  present = 1,  ///< was already there when this participant attached
  enter = 2,    ///< came
  leave = 3,    ///< went
  update = 4,   ///< changed its data
};

/// Whether the value is one of the enumerators. A number that came over a wire need not be.
[[nodiscard]] constexpr bool is_known(action a) noexcept { return a <= action::update; }

/// The action with this number on the wire, or none where this version knows no such action: a newer program may send
/// it. Constant time.
[[nodiscard]] constexpr std::optional<action> action_from(std::int64_t number) noexcept {
  if (number < 0 || number > static_cast<std::int64_t>(action::update)) return std::nullopt;
  return static_cast<action>(number);
}

/// The name of the enumerator; `unknown` for any other value. Constant time.
[[nodiscard]] constexpr std::string_view to_string(action a) noexcept {
  switch (a) {
    case action::absent: return "absent";
    case action::present: return "present";
    case action::enter: return "enter";
    case action::leave: return "leave";
    case action::update: return "update";
  }
  return "unknown";
}
/// The action with this name, as `to_string` gives it, or none where this version knows no such action.
[[nodiscard]] constexpr std::optional<action> action_from(std::string_view name) noexcept {
  for (std::int64_t number = 0; const auto a = action_from(number); ++number) {
    if (to_string(*a) == name) return a;
  }
  return std::nullopt;
}

/// Why a member left.
enum class leave_reason : std::uint8_t {
  none,       ///< not a leave
  left,       ///< the client asked to leave
  closed,     ///< its session closed or detached
  timed_out,  ///< its connection was lost and did not come back within the grace period
  evicted,    ///< removed by the server
  resync,     ///< missing from a sync: it left while this participant was not listening
};

/// The name of the enumerator; `unknown` for any other value. Constant time.
[[nodiscard]] constexpr std::string_view to_string(leave_reason r) noexcept {
  switch (r) {
    case leave_reason::none: return "none";
    case leave_reason::left: return "left";
    case leave_reason::closed: return "closed";
    case leave_reason::timed_out: return "timed_out";
    case leave_reason::evicted: return "evicted";
    case leave_reason::resync: return "resync";
  }
  return "unknown";
}
/// The reason with this number, or none where this version knows no such reason. Constant time.
[[nodiscard]] constexpr std::optional<leave_reason> leave_reason_from(std::int64_t number) noexcept {
  if (number < 0 || number > static_cast<std::int64_t>(leave_reason::resync)) return std::nullopt;
  return static_cast<leave_reason>(number);
}
/// The reason with this name, as `to_string` gives it, or none where this version knows no such reason.
[[nodiscard]] constexpr std::optional<leave_reason> leave_reason_from(std::string_view name) noexcept {
  for (std::int64_t number = 0; const auto r = leave_reason_from(number); ++number) {
    if (to_string(*r) == name) return r;
  }
  return std::nullopt;
}

/// A set of actions, as a subscription asks for: `action::enter | action::leave`. An action that is none of the
/// enumerators is in no set, and adds nothing to one.
class action_set {
 public:
  /// No action.
  constexpr action_set() noexcept = default;
  /// One action.
  constexpr action_set(action a) noexcept
      : bits_(is_known(a) ? static_cast<std::uint8_t>(1U << static_cast<unsigned>(a)) : std::uint8_t{0}) {}
  /// All of these.
  constexpr action_set(std::initializer_list<action> actions) noexcept {
    for (const action a : actions) *this = *this | action_set(a);
  }

  /// Whether the action is one of the set.
  [[nodiscard]] constexpr bool contains(action a) const noexcept {
    return is_known(a) && ((static_cast<unsigned>(bits_) >> static_cast<unsigned>(a)) & 1U) != 0;
  }
  /// Whether no action is in the set.
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  /// One bit for each action: bit n for the action whose number is n.
  [[nodiscard]] constexpr std::uint8_t bits() const noexcept { return bits_; }

  /// enter, update, leave and present: all that a listener can see.
  [[nodiscard]] static constexpr action_set all() noexcept {
    return action_set{action::present} | action_set{action::enter} | action_set{action::leave} |
           action_set{action::update};
  }

  /// The actions of both.
  friend constexpr action_set operator|(action_set a, action_set b) noexcept {
    action_set both;
    both.bits_ = static_cast<std::uint8_t>(a.bits_ | b.bits_);
    return both;
  }
  /// Whether both have the same actions.
  friend constexpr bool operator==(action_set, action_set) noexcept = default;

 private:
  std::uint8_t bits_ = 0;
};

/// A set of two actions.
[[nodiscard]] constexpr action_set operator|(action a, action b) noexcept { return action_set{a} | action_set{b}; }

/// Writes the name, as `to_string` gives it.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, action a) {
  return out << to_string(a);
}

/// Writes the name, as `to_string` gives it.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, leave_reason r) {
  return out << to_string(r);
}

}  // namespace presence::inline PRESENCE_ABI

#endif
