// Threads that do the same at the same time, so that a benchmark can take the time by the wall until the last is done.
// Google Benchmark's own threads would report the mean of what each took, which is too little where one works for two.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_TEAM_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_TEAM_HPP

#include <barrier>
#include <cstddef>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

class team {
 public:
  /// `part(number)` is each thread's part. The caller is number 0.
  team(std::size_t threads, std::function<void(std::size_t)> part)
      : part_(std::move(part)),
        line_(static_cast<std::ptrdiff_t>(threads)) {
    for (std::size_t i = 1; i < threads; ++i) {
      others_.emplace_back([this, i] {
        for (;;) {
          line_.arrive_and_wait();
          if (over_) return;
          part_(i);
          line_.arrive_and_wait();
        }
      });
    }
  }
  team(const team&) = delete;
  ~team() {
    over_ = true;
    line_.arrive_and_wait();
    for (std::thread& each : others_) each.join();
  }

  /// All do their part; returns when the last has done it.
  void run() {
    line_.arrive_and_wait();
    part_(0);
    line_.arrive_and_wait();
  }

 private:
  const std::function<void(std::size_t)> part_;
  std::barrier<> line_;
  bool over_ = false;  // written before the others pass the line
  std::vector<std::thread> others_;
};

}  // namespace bench

#endif
