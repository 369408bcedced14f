// The drain on one thread, with a mutex and without: order, re-entrancy, stop, memory. With several threads:
// tests/threads/drain_threads_test.cpp.
#include "support/counting_new.hpp"
#include <presence/detail/util/drain.hpp>
#include <presence/detail/util/thread_duties.hpp>
#include <presence/mutex.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::util_drain_test {
namespace {

/// An owner of a drain whose tasks are functions.
template <class Mutex>
struct worker final : detail::drainable {
  using lock_type = std::unique_lock<Mutex>;

  void bring(std::function<void()> task) {
    lock_type lock{mutex};
    drain.push(std::move(task));
    drain.run(
        lock, *this, [this](lock_type&) { ++runs; }, [this](lock_type& held) { return step(held); });
    lock.unlock();
    detail::thread_duties::mine().settle();
  }
  void come_back() noexcept override {
    lock_type lock{mutex};
    ++came_back;
    drain.come_back(lock, [this](lock_type& held) { return step(held); });
  }
  bool step(lock_type& lock) noexcept {
    if (drain.empty()) return false;
    auto task = drain.pop();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
    return true;
  }

  Mutex mutex;
  detail::drain<std::function<void()>, Mutex> drain;
  int runs = 0;
  int came_back = 0;
};

template <class Mutex>
class drain_test : public ::testing::Test {
 protected:
  worker<Mutex> works;
  std::vector<std::string> log;
};
using mutexes = ::testing::Types<std::mutex, null_mutex>;
TYPED_TEST_SUITE(drain_test, mutexes);

TYPED_TEST(drain_test, works_before_the_call_returns) {
  this->works.bring([this] { this->log.push_back("a"); });
  EXPECT_EQ(this->log, std::vector<std::string>{"a"});
  EXPECT_TRUE(this->works.drain.unused());
  EXPECT_TRUE(this->works.drain.empty());
}

TYPED_TEST(drain_test, what_is_brought_from_inside_follows_and_the_call_outside_waits_for_it) {
  this->works.bring([this] {
    EXPECT_TRUE(this->works.drain.inside());
    this->works.bring([this] {
      this->log.push_back("b");
      this->works.bring([this] { this->log.push_back("c"); });
    });
    this->log.push_back("a");
  });
  EXPECT_EQ(this->log, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(this->works.runs, 1);
  EXPECT_FALSE(this->works.drain.inside());
}

TYPED_TEST(drain_test, stop_from_inside_ends_the_work_after_the_task_in_hand) {
  this->works.bring([this] {
    this->works.bring([this] { this->log.push_back("never"); });
    std::unique_lock lock{this->works.mutex};
    this->works.drain.stop(lock);
    this->log.push_back("a");
  });
  this->works.bring([this] { this->log.push_back("neither"); });
  EXPECT_EQ(this->log, std::vector<std::string>{"a"});
  EXPECT_EQ(this->works.drain.size(), 2U);
  EXPECT_TRUE(this->works.drain.stopped());
}

TYPED_TEST(drain_test, room_that_was_made_makes_the_next_pushes_safe) {
  detail::drain<int, TypeParam> drain;
  int popped = 0;
  for (int n = 0; n < 100; ++n) {
    drain.make_room(3);
    EXPECT_EQ(with_failing_allocation(1,
                                      [&] {
                                        drain.push(n);
                                        drain.push(n);
                                        drain.push(n);
                                      }),
              outcome::untouched);
    if (n % 3 != 0) continue;
    EXPECT_EQ(drain.pop(), popped / 3);
    ++popped;
  }
}

TYPED_TEST(drain_test, push_that_fails_leaves_the_rest) {
  detail::drain<std::string, TypeParam> drain;
  drain.push("first");
  for (std::uint64_t n = 1;; ++n) {
    const auto how = with_failing_allocation(n, [&] { drain.push("second, in a text that needs the heap itself"); });
    if (how == outcome::untouched) break;
    EXPECT_EQ(how, outcome::threw);
    EXPECT_EQ(drain.size(), 1U);
  }
  EXPECT_EQ(drain.pop(), "first");
  EXPECT_EQ(drain.size(), 1U);
}

TYPED_TEST(drain_test, nobody_stands_still_where_nobody_works) {
  std::unique_lock lock{this->works.mutex};
  this->works.drain.wait_for_progress(lock);
  EXPECT_TRUE(this->works.drain.unused());
}

TEST(thread_duties, are_kept_in_order_once_the_thread_is_out_of_all_drains) {
  worker<std::mutex> one;
  worker<std::mutex> two;
  auto& mine = detail::thread_duties::mine();
  mine.enter();
  EXPECT_TRUE(mine.inside());
  one.bring([] {});  // settles at its end, but not inside another drain
  EXPECT_EQ(one.came_back, 0);
  mine.leave();
  EXPECT_FALSE(mine.inside());
  mine.settle();  // nothing was promised
  EXPECT_EQ(one.came_back + two.came_back, 0);
}

TEST(thread_duties, promise_that_cannot_be_remembered_is_none) {
  worker<std::mutex> one;
  auto& mine = detail::thread_duties::mine();
  mine.enter();
  bool promised = true;
  EXPECT_EQ(with_failing_allocation(1, [&] { promised = mine.promise(one); }), outcome::absorbed);
  EXPECT_FALSE(promised);
  mine.leave();
  mine.settle();
  EXPECT_EQ(one.came_back, 0);
}

}  // namespace
}  // namespace presence::test::util_drain_test
