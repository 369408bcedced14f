#ifndef PRESENCE_CLOCK_HPP
#define PRESENCE_CLOCK_HPP

#include <presence/version.hpp>

#include <chrono>
#include <concepts>
#include <ratio>

namespace presence::inline PRESENCE_ABI {

/// Milliseconds since the Unix epoch: the type of every stamp.
using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

/// The Clock policy: an object whose `now()` is a `std::chrono` time point, the time of day. Every `std::chrono` clock
/// is one. A clock is copied into each hub and presence, so a clock with state hands out copies that share it
/// (`testing::manual_clock`).
template <class C>
concept clock = std::copy_constructible<C> && requires(const C& c) {
  {std::chrono::duration_cast<std::chrono::milliseconds>(c.now().time_since_epoch())};
};

namespace detail {

template <class C>
concept tells_elapsed_duration = requires(const C& c) {
  {std::chrono::duration_cast<std::chrono::milliseconds>(c.elapsed())};
};
template <class C>
concept tells_elapsed_time_point = requires(const C& c) {
  {std::chrono::duration_cast<std::chrono::milliseconds>(c.elapsed().time_since_epoch())};
};

}  // namespace detail

/// A clock that also tells how much time has gone by: its `elapsed()` is a `std::chrono` duration since any start, or a
/// time point of any clock. It never goes back and does not jump when the time of day is set.
/// Grace periods and rate limits run on it. Without it they run on `std::chrono::steady_clock` where the clock is
/// `std::chrono::system_clock`, and else on `now()`, of which only the steps forward count (docs/clock.md).
template <class C>
concept clock_with_elapsed = clock<C> &&(detail::tells_elapsed_duration<C> || detail::tells_elapsed_time_point<C>);

namespace detail {

template <clock Clock>
[[nodiscard]] time_point now(const Clock& clock) {
  return time_point{std::chrono::duration_cast<std::chrono::milliseconds>(clock.now().time_since_epoch())};
}

}  // namespace detail
}  // namespace presence::inline PRESENCE_ABI

#endif
