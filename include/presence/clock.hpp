#ifndef PRESENCE_CLOCK_HPP
#define PRESENCE_CLOCK_HPP

#include <presence/version.hpp>

#include <chrono>
#include <concepts>
#include <ratio>

namespace presence::inline PRESENCE_ABI {

/// Milliseconds since the Unix epoch: the only time this library knows.
using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

/// The Clock policy: an object whose `now()` is a `std::chrono` time point. Every `std::chrono` clock is one. A clock is
/// copied into each hub and presence, so a clock with state hands out copies that share it (`testing::manual_clock`).
template <class C>
concept clock = std::copy_constructible<C> && requires(const C& c) {
  {std::chrono::duration_cast<std::chrono::milliseconds>(c.now().time_since_epoch())};
};

namespace detail {

template <clock Clock>
[[nodiscard]] time_point now(const Clock& clock) {
  return time_point{std::chrono::duration_cast<std::chrono::milliseconds>(clock.now().time_since_epoch())};
}

}  // namespace detail
}  // namespace presence::inline PRESENCE_ABI

#endif
