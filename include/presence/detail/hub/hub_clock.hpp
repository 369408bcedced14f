// The two times of a hub: that of day, for stamps, and the elapsed one, for everything that lasts.
#ifndef PRESENCE_DETAIL_HUB_HUB_CLOCK_HPP
#define PRESENCE_DETAIL_HUB_HUB_CLOCK_HPP

#include <presence/clock.hpp>
#include <presence/detail/util/never_back.hpp>

#include <chrono>
#include <type_traits>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// Reads both times from the Clock policy. Any thread, where the clock may be read from any.
template <class Clock>
class hub_clock {
 public:
  using milliseconds = std::chrono::milliseconds;

  explicit hub_clock(Clock clock) : clock_(std::move(clock)) {}

  [[nodiscard]] const Clock& source() const noexcept { return clock_; }

  /// The time of day. It waits out small steps back of the clock and follows large ones (`never_back`).
  [[nodiscard]] time_point now() { return time_point{wall_.follow(detail::now(clock_).time_since_epoch())}; }

  /// What the clock shows, rounded up.
  [[nodiscard]] time_point rounded_up() const {
    return time_point{std::chrono::ceil<milliseconds>(clock_.now().time_since_epoch())};
  }

  /// How much time has gone by since some start: never goes back, whatever the time of day does.
  [[nodiscard]] milliseconds elapsed() const {
    if constexpr (tells_elapsed_duration<Clock>) {
      return std::chrono::duration_cast<milliseconds>(clock_.elapsed());
    } else if constexpr (tells_elapsed_time_point<Clock>) {
      return std::chrono::duration_cast<milliseconds>(clock_.elapsed().time_since_epoch());
    } else if constexpr (std::is_same_v<Clock, std::chrono::system_clock>) {
      return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
    } else {
      return elapsed_.accumulate([this] { return detail::now(clock_).time_since_epoch(); });
    }
  }

 private:
  struct not_needed {};
  static constexpr bool has_elapsed = clock_with_elapsed<Clock> || std::is_same_v<Clock, std::chrono::system_clock>;

  [[no_unique_address]] const Clock clock_;
  never_back wall_;
  [[no_unique_address]] mutable std::conditional_t<has_elapsed, not_needed, never_back> elapsed_;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
