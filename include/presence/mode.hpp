#ifndef PRESENCE_MODE_HPP
#define PRESENCE_MODE_HPP

#include <presence/version.hpp>

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string_view>

namespace presence::inline PRESENCE_ABI {

/// What an attachment to a room may do.
enum class mode : std::uint8_t {
  presence = 1,   ///< may enter, update and leave
  subscribe = 2,  ///< receives the presence events of others (its own are always echoed, RTP17a)
};

/// The mode's name on a wire, as Ably calls it: `presence` or `presence_subscribe`; `unknown` for any other value.
/// Constant time.
[[nodiscard]] constexpr std::string_view to_string(mode m) noexcept {
  switch (m) {
    case mode::presence: return "presence";
    case mode::subscribe: return "presence_subscribe";
  }
  return "unknown";
}
/// The mode with this name, as `to_string` gives it, or none where this version knows no such mode. Constant time.
[[nodiscard]] constexpr std::optional<mode> mode_from(std::string_view name) noexcept {
  for (const mode m : {mode::presence, mode::subscribe}) {
    if (name == to_string(m)) return m;
  }
  return std::nullopt;
}

/// A set of modes: `mode::presence | mode::subscribe`.
class mode_set {
 public:
  /// No mode.
  constexpr mode_set() noexcept = default;
  /// One mode.
  constexpr mode_set(mode m) noexcept : bits_(static_cast<std::uint8_t>(m)) {}

  /// Every mode that there is.
  [[nodiscard]] static constexpr mode_set all() noexcept {
    return mode_set{mode::presence} | mode_set{mode::subscribe};
  }

  /// Whether the mode is one of the set.
  [[nodiscard]] constexpr bool contains(mode m) const noexcept { return (bits_ & static_cast<std::uint8_t>(m)) != 0; }
  /// Whether no mode is in the set.
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  /// The sum of the modes' numbers. `modes_from` reads it back.
  [[nodiscard]] constexpr std::uint8_t bits() const noexcept { return bits_; }

  /// The modes of either.
  friend constexpr mode_set operator|(mode_set a, mode_set b) noexcept {
    mode_set both;
    both.bits_ = static_cast<std::uint8_t>(a.bits_ | b.bits_);
    return both;
  }
  /// The modes that both have.
  friend constexpr mode_set operator&(mode_set a, mode_set b) noexcept {
    mode_set common;
    common.bits_ = static_cast<std::uint8_t>(a.bits_ & b.bits_);
    return common;
  }
  /// Whether both have the same modes.
  friend constexpr bool operator==(mode_set, mode_set) noexcept = default;

 private:
  std::uint8_t bits_ = 0;
};

/// A set of two modes.
[[nodiscard]] constexpr mode_set operator|(mode a, mode b) noexcept { return mode_set{a} | mode_set{b}; }

/// The names of a set with commas between them, always in this order: `presence,presence_subscribe`; an empty text for
/// no modes. Constant time; allocates nothing.
[[nodiscard]] constexpr std::string_view to_string(mode_set modes) noexcept {
  if (modes == mode_set::all()) return "presence,presence_subscribe";
  if (modes.contains(mode::presence)) return to_string(mode::presence);
  return modes.contains(mode::subscribe) ? to_string(mode::subscribe) : std::string_view{};
}
/// The set with these names: commas between them and nothing else, in any order, each as often as one likes. An empty
/// text is no modes. None where one of the names is not known: what to grant then is for the caller to decide. Linear
/// in the text; stops at the first name that is not known.
[[nodiscard]] constexpr std::optional<mode_set> modes_from(std::string_view names) noexcept {
  mode_set all;
  for (bool more = !names.empty(); more;) {
    const auto comma = names.find(',');
    const auto one = mode_from(names.substr(0, comma));
    if (!one) return std::nullopt;
    all = all | *one;
    more = comma != std::string_view::npos;
    if (more) names.remove_prefix(comma + 1);
  }
  return all;
}
/// The set with this number, as `mode_set::bits` gives it. None for a negative number, and for one with a bit that is
/// no mode of this version. Constant time.
[[nodiscard]] constexpr std::optional<mode_set> modes_from(std::int64_t bits) noexcept {
  mode_set all;
  for (const mode m : {mode::presence, mode::subscribe}) {
    if ((bits & static_cast<std::int64_t>(m)) != 0) all = all | m;
  }
  if (bits != all.bits()) return std::nullopt;
  return all;
}

/// Writes the name, as `to_string` gives it.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, mode m) {
  return out << to_string(m);
}

/// Writes the names, as `to_string` gives them.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, mode_set modes) {
  return out << to_string(modes);
}

}  // namespace presence::inline PRESENCE_ABI

#endif
