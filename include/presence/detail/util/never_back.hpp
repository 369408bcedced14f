#ifndef PRESENCE_DETAIL_UTIL_NEVER_BACK_HPP
#define PRESENCE_DETAIL_UTIL_NEVER_BACK_HPP

#include <presence/version.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

namespace presence::inline PRESENCE_ABI::detail {

/// What a clock shows, in milliseconds, made such that it does not go back. A step back of at most `small_step` is waited
/// out: the time stands still until the clock has caught up. A larger one means that the clock was set, and waiting for it
/// could take hours. What is done then is the difference between the two functions.
/// Any thread. A read is one load and, where time has passed, one exchange.
class never_back {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// How far a clock may go back without having been set.
  static constexpr milliseconds small_step{1'000};

  /// Follows a clock that was set back: afterwards it shows what the clock shows.
  [[nodiscard]] milliseconds follow(milliseconds read) noexcept {
    std::int64_t last = latest_.load(std::memory_order_relaxed);
    for (;;) {
      const bool forward = last == nothing || read.count() > last;
      if (!forward && last - read.count() <= small_step.count()) return milliseconds{last};
      if (latest_.compare_exchange_weak(last, read.count(), std::memory_order_relaxed)) return read;
    }
  }

  /// Counts only the steps forward: after the clock was set back, time goes on from where it was. `read()` is called after
  /// it is known how far the clock was set back before, so that no reading is counted that is from before that.
  template <class Read>
  [[nodiscard]] milliseconds accumulate(Read&& read) noexcept {
    for (;;) {
      std::int64_t lost = lost_.load(std::memory_order_acquire);
      const std::int64_t shown = milliseconds{read()}.count() + lost;
      std::int64_t last = latest_.load(std::memory_order_relaxed);
      while (last == nothing || shown > last) {
        if (latest_.compare_exchange_weak(last, shown, std::memory_order_relaxed)) return milliseconds{shown};
      }
      if (last - shown <= small_step.count()) return milliseconds{last};
      lost_.compare_exchange_strong(lost, lost + (last - shown), std::memory_order_acq_rel);
    }
  }

 private:
  static constexpr std::int64_t nothing = std::numeric_limits<std::int64_t>::min();

  std::atomic<std::int64_t> latest_{nothing};
  std::atomic<std::int64_t> lost_{0};  // by `accumulate`: how far the clock was set back, altogether
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
