#include <presence/mutex.hpp>
#include <presence/testing/checked_mutex.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace testing_checked_mutex_test {
namespace {

using presence::testing::checked_mutex;

static_assert(presence::mutex<checked_mutex> && presence::is_locking<checked_mutex>);
static_assert(!std::is_copy_constructible_v<checked_mutex> && !std::is_move_constructible_v<checked_mutex>);

TEST(checked_mutex, it_counts_what_the_thread_holds) {
  checked_mutex first;
  checked_mutex second;
  EXPECT_EQ(checked_mutex::held_by_this_thread(), 0U);
  {
    const std::scoped_lock both{first, second};
    EXPECT_EQ(checked_mutex::held_by_this_thread(), 2U);
    std::thread{[] { EXPECT_EQ(checked_mutex::held_by_this_thread(), 0U); }}.join();
  }
  EXPECT_EQ(checked_mutex::held_by_this_thread(), 0U);
}

TEST(checked_mutex, a_callback_without_a_lock_is_fine) {
  checked_mutex mutex;
  presence::detail::before_callback<checked_mutex>();
  mutex.lock();
  mutex.unlock();
  presence::detail::before_callback<checked_mutex>();
}

TEST(checked_mutex, a_callback_while_another_thread_holds_it_is_fine) {
  checked_mutex mutex;
  const std::lock_guard lock{mutex};
  std::thread{[] { presence::detail::before_callback<checked_mutex>(); }}.join();
}

TEST(checked_mutex, try_lock_fails_while_another_thread_holds_it) {
  checked_mutex mutex;
  mutex.lock();
  std::thread{[&] {
    EXPECT_FALSE(mutex.try_lock());
    EXPECT_EQ(checked_mutex::held_by_this_thread(), 0U);
  }}.join();
  mutex.unlock();
  ASSERT_TRUE(mutex.try_lock());
  EXPECT_EQ(checked_mutex::held_by_this_thread(), 1U);
  mutex.unlock();
}

TEST(checked_mutex, it_excludes_other_threads) {
  checked_mutex mutex;
  int count = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 1'000; ++round) {
        const std::lock_guard lock{mutex};
        ++count;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count, 4'000);
}

// "threadsafe" runs the statement in a new process, as these tests also start threads.
class checked_mutex_death : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  void TearDown() override { GTEST_FLAG_SET(death_test_style, style_); }

 private:
  const std::string style_ = GTEST_FLAG_GET(death_test_style);
};

TEST_F(checked_mutex_death, a_callback_under_the_lock_aborts) {
  EXPECT_DEATH(
      {
        checked_mutex mutex;
        mutex.lock();
        presence::detail::before_callback<checked_mutex>();
      },
      "checked_mutex: a callback runs under the lock");
}

TEST_F(checked_mutex_death, any_one_of_several_held_is_enough) {
  EXPECT_DEATH(
      {
        checked_mutex first;
        checked_mutex second;
        first.lock();
        second.lock();
        first.unlock();
        checked_mutex::on_callback();
      },
      "a callback runs under the lock");
}

TEST_F(checked_mutex_death, a_callback_after_try_lock_aborts) {
  EXPECT_DEATH(
      {
        checked_mutex mutex;
        if (mutex.try_lock()) checked_mutex::on_callback();
      },
      "a callback runs under the lock");
}

TEST_F(checked_mutex_death, locking_twice_aborts_instead_of_hanging) {
  EXPECT_DEATH(
      {
        checked_mutex mutex;
        mutex.lock();
        mutex.lock();
      },
      "locked again by the thread that holds it");
  EXPECT_DEATH(
      {
        checked_mutex mutex;
        mutex.lock();
        static_cast<void>(mutex.try_lock());
      },
      "locked again by the thread that holds it");
}

TEST_F(checked_mutex_death, unlocking_what_is_not_held_aborts) {
  EXPECT_DEATH(checked_mutex{}.unlock(), "unlocked by a thread that does not hold it");
  EXPECT_DEATH(
      {
        checked_mutex mutex;
        mutex.lock();
        std::thread{[&] { mutex.unlock(); }}.join();
      },
      "unlocked by a thread that does not hold it");
}

TEST_F(checked_mutex_death, destroying_it_while_held_aborts) {
  EXPECT_DEATH(std::make_unique<checked_mutex>()->lock(), "destroyed while it is held");
}

}  // namespace
}  // namespace testing_checked_mutex_test
