// What tests with several threads share.
#ifndef PRESENCE_TESTS_SUPPORT_THREADS_HPP
#define PRESENCE_TESTS_SUPPORT_THREADS_HPP

#include <presence/detail/util/await_change.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace presence::test {

/// A `std::latch` that does not lose wake-ups on Windows, where that of libstdc++ 12 does: see await_change.hpp.
class latch {
 public:
  explicit latch(std::size_t count) : left_(count) {}
  void count_down(std::size_t by = 1) {
    const std::lock_guard lock{mutex_};
    left_ -= by;
    if (left_ == 0) open_.notify_all();
  }
  void wait() {
    std::unique_lock lock{mutex_};
    open_.wait(lock, [this] { return left_ == 0; });
  }
  void arrive_and_wait() {
    count_down();
    wait();
  }

 private:
  std::mutex mutex_;
  std::condition_variable open_;
  std::size_t left_;
};

/// Runs `work(index)` on `count` threads, which all begin at once, and waits for them.
template <class Work>
void run_together(std::size_t count, Work&& work) {
  latch start{count};
  std::vector<std::thread> threads;
  for (std::size_t n = 0; n < count; ++n) {
    threads.emplace_back([&, n] {
      start.arrive_and_wait();
      work(n);
    });
  }
  for (std::thread& each : threads) each.join();
}

/// Starts an operation and waits for it: `await([&](auto done) { presence.enter(1, done); })`. Who only ever posts, and never
/// waits, can keep the thread that tells the others busy for good.
template <class F>
void await(F&& start) {
  const auto done = std::make_shared<std::atomic<bool>>(false);
  std::forward<F>(start)([done](const auto&) {
    *done = true;
    done->notify_all();
  });
  detail::await_change(*done, false);
}

/// What is promised of every listener, sink and handler: it is not called twice at once, and after its end has returned
/// neither is it running nor is it called again. Copies watch over the same one.
class call_watch {
 public:
  template <class F>
  void during(F&& call) const {
    EXPECT_FALSE(shared_->ended) << "called after its end";
    EXPECT_FALSE(shared_->running.exchange(true)) << "called twice at once";
    ++shared_->calls;
    std::forward<F>(call)();
    shared_->running = false;
    EXPECT_FALSE(shared_->ended) << "running after its end";
  }
  void during() const {
    during([] {});
  }
  /// What ends it has returned.
  void ended() const { shared_->ended = true; }
  [[nodiscard]] std::size_t calls() const { return shared_->calls; }

 private:
  struct state {
    std::atomic<bool> running{false};
    std::atomic<bool> ended{false};
    std::atomic<std::size_t> calls{0};
  };
  std::shared_ptr<state> shared_ = std::make_shared<state>();
};

}  // namespace presence::test

#endif
