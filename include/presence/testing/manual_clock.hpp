#ifndef PRESENCE_TESTING_MANUAL_CLOCK_HPP
#define PRESENCE_TESTING_MANUAL_CLOCK_HPP

#include <presence/clock.hpp>

#include <atomic>
#include <chrono>
#include <memory>

namespace presence::inline PRESENCE_ABI::testing {

/// A Clock that stands still until it is told otherwise. It is a handle: copies show the same time, so the copy that a
/// test keeps moves the ones it gave to hubs and participants. Moving is copying: there is no empty clock.
///
/// All members may be called from any thread, also while a copy is in use on another; all take constant time.
/// A clock that goes back is legal: a test shows that way what the program does when the system's clock is corrected.
class manual_clock {
 public:
  /// Where a new clock stands: one million million milliseconds after the Unix epoch (2001-09-09 01:46:40 UTC), so that
  /// a time in a test's output reads as the time since the start, and none is mistaken for the unset `time_point{}`.
  static constexpr time_point start{std::chrono::milliseconds{1'000'000'000'000}};

  manual_clock() : manual_clock(start) {}
  explicit manual_clock(time_point at) : now_(std::make_shared<std::atomic<time_point>>(at)) {}
  manual_clock(const manual_clock&) noexcept = default;
  manual_clock& operator=(const manual_clock&) noexcept = default;

  [[nodiscard]] time_point now() const noexcept { return now_->load(); }

  /// Jumps to `at`, forwards or back.
  void set(time_point at) noexcept { now_->store(at); }

  /// Moves on by `step`, in milliseconds; a negative step goes back. Concurrent steps add up.
  void advance(std::chrono::milliseconds step) noexcept {
    time_point from = now_->load();
    while (!now_->compare_exchange_weak(from, from + step)) {
    }
  }

 private:
  std::shared_ptr<std::atomic<time_point>> now_;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
