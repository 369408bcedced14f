#ifndef PRESENCE_TESTING_MANUAL_CLOCK_HPP
#define PRESENCE_TESTING_MANUAL_CLOCK_HPP

#include <presence/clock.hpp>

#include <atomic>
#include <chrono>
#include <memory>

namespace presence::inline PRESENCE_ABI::testing {

/// A Clock that stands still until it is told otherwise. It shows two times, as real ones do: that of day (`now()`), and how
/// much time has gone by (`elapsed()`), by which grace periods and rate limits run.
///
/// It is a handle: copies show the same time, so the copy that a test keeps moves the ones it gave to hubs and participants.
/// Moving is copying: there is no empty clock. All members may be called from any thread, also while a copy is in use on
/// another; all take constant time.
///
/// | | time of day | elapsed time |
/// |---|---|---|
/// | `advance(step)`: time goes by | moves | moves |
/// | `advance(-step)`, `set(at)`: the time of day is corrected | moves | stands |
/// | `sleep(length)`: the host is suspended | moves | stands |
class manual_clock {
 public:
  /// Where a new clock stands: one million million milliseconds after the Unix epoch (2001-09-09 01:46:40 UTC), so that
  /// a time in a test's output reads as the time since the start, and none is mistaken for the unset `time_point{}`.
  static constexpr time_point start{std::chrono::milliseconds{1'000'000'000'000}};

  ///@{
  /// Stands at this time of day; no time has gone by.
  manual_clock() : manual_clock(start) {}
  explicit manual_clock(time_point at) : times_(std::make_shared<times>(at)) {}
  ///@}
  ///@{
  /// A copy shows the same time, and moves with it.
  manual_clock(const manual_clock&) noexcept = default;
  manual_clock& operator=(const manual_clock&) noexcept = default;
  ///@}

  /// The time of day.
  [[nodiscard]] time_point now() const noexcept { return times_->now.load(); }
  /// How far the clock was advanced since it was made.
  [[nodiscard]] std::chrono::milliseconds elapsed() const noexcept { return times_->elapsed.load(); }

  /// The time of day jumps to `at`, forwards or back, as when somebody sets the clock of the machine.
  void set(time_point at) noexcept { times_->now.store(at); }

  /// Time goes by: both times move on by `step`, in milliseconds. A negative step is a correction and moves the time of day
  /// back, and that alone. Concurrent steps add up.
  void advance(std::chrono::milliseconds step) noexcept {
    if (step > std::chrono::milliseconds{0}) add(times_->elapsed, step);
    add(times_->now, step);
  }

  /// The host is suspended for `length`: afterwards the time of day is later, and no time has gone by for the program.
  void sleep(std::chrono::milliseconds length) noexcept { add(times_->now, length); }

 private:
  struct times {
    explicit times(time_point at) : now(at) {}
    std::atomic<time_point> now;
    std::atomic<std::chrono::milliseconds> elapsed{std::chrono::milliseconds{0}};
  };

  template <class Time>
  static void add(std::atomic<Time>& to, std::chrono::milliseconds step) noexcept {
    Time from = to.load();
    while (!to.compare_exchange_weak(from, from + step)) {
    }
  }

  std::shared_ptr<times> times_;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
