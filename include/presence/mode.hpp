#ifndef PRESENCE_MODE_HPP
#define PRESENCE_MODE_HPP

#include <presence/version.hpp>

#include <cstdint>

namespace presence::inline PRESENCE_ABI {

/// What an attachment to a room may do.
enum class mode : std::uint8_t {
  presence = 1,   ///< may enter, update and leave
  subscribe = 2,  ///< receives the presence events of others (its own are always echoed, RTP17a)
};

/// A set of modes: `mode::presence | mode::subscribe`.
class mode_set {
 public:
  constexpr mode_set() noexcept = default;
  constexpr mode_set(mode m) noexcept : bits_(static_cast<std::uint8_t>(m)) {}

  [[nodiscard]] static constexpr mode_set all() noexcept {
    return mode_set{mode::presence} | mode_set{mode::subscribe};
  }

  [[nodiscard]] constexpr bool contains(mode m) const noexcept { return (bits_ & static_cast<std::uint8_t>(m)) != 0; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }

  friend constexpr mode_set operator|(mode_set a, mode_set b) noexcept {
    mode_set both;
    both.bits_ = static_cast<std::uint8_t>(a.bits_ | b.bits_);
    return both;
  }
  friend constexpr mode_set operator&(mode_set a, mode_set b) noexcept {
    mode_set common;
    common.bits_ = static_cast<std::uint8_t>(a.bits_ & b.bits_);
    return common;
  }
  friend constexpr bool operator==(mode_set, mode_set) noexcept = default;

 private:
  std::uint8_t bits_ = 0;
};

[[nodiscard]] constexpr mode_set operator|(mode a, mode b) noexcept { return mode_set{a} | mode_set{b}; }

}  // namespace presence::inline PRESENCE_ABI

#endif
