// Nobody works for others without bound, nothing is left undone, and one works at a time: the drain with several
// threads.
#include "support/property.hpp"
#include "support/threads.hpp"
#include <presence/detail/util/drain.hpp>
#include <presence/detail/util/thread_duties.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace presence::test::threads_drain_threads_test {
namespace {

/// An owner of a drain whose tasks are functions; it lives as long as somebody has promised to come back.
class works final : public detail::drainable, public std::enable_shared_from_this<works> {
 public:
  using lock_type = std::unique_lock<std::mutex>;
  using task = std::function<void()>;

  /// Returns whether this call did some of the work.
  void bring(task what) {
    const auto keep = shared_from_this();
    lock_type lock{mutex_};
    drain_.push(std::move(what));
    drain_.run(lock, *this, [this](lock_type& held) { return step(held); });
    settle(lock);
  }
  void come_back() noexcept override {
    const auto keep = shared_from_this();
    lock_type lock{mutex_};
    drain_.come_back(lock, [this](lock_type& held) { return step(held); });
    settle(lock);
  }
  void wait_for_progress() {
    lock_type lock{mutex_};
    drain_.wait_for_progress(lock);
    drain_.run(lock, *this, [this](lock_type& held) { return step(held); });
    settle(lock);
  }
  void stop() {
    lock_type lock{mutex_};
    drain_.stop(lock);
  }
  [[nodiscard]] bool idle() {
    const lock_type lock{mutex_};
    return drain_.unused() && drain_.empty();
  }
  /// Until another thread waits to take over, or has promised to.
  void await_relief() {
    for (;;) {
      {
        const lock_type lock{mutex_};
        if (drain_.promises() > 0) return;
      }
      std::this_thread::yield();
    }
  }

 private:
  bool step(lock_type& lock) noexcept {
    if (drain_.empty()) return false;
    task next = drain_.pop();
    lock.unlock();
    EXPECT_FALSE(working_.exchange(true)) << "two work at once";
    next();
    working_ = false;
    next = nullptr;
    lock.lock();
    return true;
  }
  void settle(lock_type& lock) {
    std::shared_ptr<works> unneeded;
    if (drain_.promises() == 0) {
      unneeded.swap(self_);
    } else if (self_ == nullptr) {
      self_ = shared_from_this();
    }
    lock.unlock();
    detail::thread_duties::mine().settle();
  }

  std::mutex mutex_;
  detail::drain<task, std::mutex> drain_;
  std::shared_ptr<works> self_;
  std::atomic<bool> working_{false};
};

TEST(drain_threads, whoever_is_past_its_own_tasks_is_relieved_T10) {
  const auto it = std::make_shared<works>();
  latch in_first{1};
  latch more_is_there{1};
  latch in_second{1};
  std::thread::id by_third;
  std::atomic<bool> worker_is_back{false};
  std::thread worker{[&] {
    it->bring([&] {
      in_first.count_down();
      more_is_there.wait();
    });
    worker_is_back = true;
    worker_is_back.notify_all();
  }};
  in_first.wait();
  it->bring([&] {  // left to the worker, which is not past its goal while its own task is in hand
    in_second.count_down();
    it->await_relief();
  });
  more_is_there.count_down();
  in_second.wait();
  it->bring([&] {
    by_third = std::this_thread::get_id();
    detail::await_change(worker_is_back, false);  // it does not wait for what others bring
  });
  EXPECT_EQ(by_third, std::this_thread::get_id());
  worker.join();
  EXPECT_TRUE(it->idle());
}

TEST(drain_threads, whoever_works_for_others_is_not_kept_by_what_their_tasks_bring_T14) {
  const auto it = std::make_shared<works>();
  latch in_own{1};
  latch more_is_there{1};
  latch in_last{1};
  std::thread::id by_fourth;
  std::thread worker{[&] {
    it->bring([&] {
      in_own.count_down();
      more_is_there.wait();
    });
  }};
  in_own.wait();
  it->bring([&] {  // somebody else's, and so is what it leads to
    it->bring([&] {
      in_last.count_down();
      it->await_relief();
    });
  });
  more_is_there.count_down();
  in_last.wait();
  it->bring([&] { by_fourth = std::this_thread::get_id(); });
  EXPECT_EQ(by_fourth, std::this_thread::get_id());
  worker.join();
  EXPECT_TRUE(it->idle());
}

TEST(drain_threads, whoever_is_inside_another_drain_does_not_wait_but_comes_back_T10) {
  const auto it = std::make_shared<works>();
  const auto other = std::make_shared<works>();
  latch in_first{1};
  latch promised{1};
  std::thread worker{[&] {
    it->bring([&] {
      in_first.count_down();
      promised.wait();
    });
  }};
  in_first.wait();
  bool inner_returned = false;
  std::atomic<int> done{0};
  other->bring([&] {
    it->bring([&] { ++done; });
    inner_returned = true;  // at once, although the worker stands still
    EXPECT_EQ(done, 0);
    promised.count_down();
  });
  EXPECT_TRUE(inner_returned);
  worker.join();
  EXPECT_EQ(done, 1);
  EXPECT_TRUE(it->idle());
}

TEST(drain_threads, owner_lives_until_the_promise_is_kept) {
  auto it = std::make_shared<works>();
  std::weak_ptr<works> watch = it;
  const auto other = std::make_shared<works>();
  latch in_first{1};
  latch go_on{1};
  std::thread worker{[mine = it, &in_first, &go_on]() mutable {
    const auto raw = mine.get();
    raw->bring([&] {
      in_first.count_down();
      go_on.wait();
    });
    mine = nullptr;
  }};
  in_first.wait();
  other->bring([&] {
    it->bring([] {});
    it = nullptr;
    go_on.count_down();
    worker.join();
    EXPECT_FALSE(watch.expired());
  });
  EXPECT_TRUE(watch.expired());
}

TEST(drain_threads, whoever_stands_still_works_where_the_worker_counts_on_it_T11) {
  const auto it = std::make_shared<works>();
  latch in_first{1};
  latch go_on{1};
  std::atomic<int> done{0};
  std::thread worker{[&] {
    it->bring([&] {
      in_first.count_down();
      go_on.wait();
      it->await_relief();  // the other thread stands still by now
    });
  }};
  in_first.wait();
  const auto other = std::make_shared<works>();
  other->bring([&] { it->wait_for_progress(); });  // inside a drain nobody stands still
  std::thread third{[&] { it->bring([&] { ++done; }); }};
  third.join();
  go_on.count_down();
  it->wait_for_progress();
  worker.join();
  EXPECT_EQ(done, 1);
  EXPECT_TRUE(it->idle());
}

TEST(drain_threads, stop_waits_for_the_task_in_hand_and_nothing_follows) {
  const auto it = std::make_shared<works>();
  latch in_first{1};
  std::atomic<bool> finished{false};
  std::atomic<bool> followed{false};
  std::thread worker{[&] {
    it->bring([&] {
      in_first.count_down();
      it->bring([&] { followed = true; });
      for (int n = 0; n < 1000; ++n) std::this_thread::yield();
      finished = true;
    });
  }};
  in_first.wait();
  it->stop();
  EXPECT_TRUE(finished);
  worker.join();
  EXPECT_FALSE(followed);
}

// Several threads and several drains, with tasks that bring tasks to the others: each is done once, and each drain
// comes to rest without anybody's help once all calls have returned.
TEST(drain_threads, random_schedules_leave_nothing_undone_T10) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::vector<std::shared_ptr<works>> all;
    for (int n = 0; n < 3; ++n) all.push_back(std::make_shared<works>());
    std::atomic<std::uint64_t> brought{0};
    std::atomic<std::uint64_t> done{0};
    run_together(3, [&](std::size_t thread) {
      random_source random{seed * 100 + thread};
      std::function<void(std::size_t, int)> bring = [&](std::size_t to, int depth) {
        ++brought;
        const std::size_t next = random.below(4);
        const std::size_t at = random.below(3);
        all[to]->bring([&, next, at, depth] {
          ++done;
          if (depth == 0 || next == 0) return;
          ++brought;
          all[at]->bring([&] { ++done; });
        });
      };
      for (int n = 0; n < 200; ++n) bring(random.below(3), static_cast<int>(random.below(3)));
    });
    EXPECT_EQ(done, brought) << "seed " << seed;
    for (const auto& each : all) EXPECT_TRUE(each->idle()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace presence::test::threads_drain_threads_test
