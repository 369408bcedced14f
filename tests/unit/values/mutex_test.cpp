#include <presence/mutex.hpp>

#include <gtest/gtest.h>

#include <mutex>
#include <shared_mutex>
#include <type_traits>
#include <utility>

namespace presence::test::values_mutex_test {
namespace {

struct telling_mutex {
  static inline int told = 0;
  static void on_callback() { ++told; }
  void lock() {}
  void unlock() {}
};
struct without_unlock {
  void lock() {}
};

TEST(mutex, those_of_the_standard_are_some) {
  EXPECT_TRUE(mutex<std::mutex>);
  EXPECT_TRUE(mutex<std::recursive_mutex>);
  EXPECT_TRUE(mutex<std::shared_mutex>);
  EXPECT_TRUE(mutex<null_mutex>);
  EXPECT_TRUE(mutex<telling_mutex>);
}

TEST(mutex, what_cannot_be_unlocked_is_none) {
  EXPECT_FALSE(mutex<without_unlock>);
  EXPECT_FALSE(mutex<int>);
}

TEST(null_mutex, costs_nothing) {
  EXPECT_TRUE(std::is_empty_v<null_mutex>);
  EXPECT_TRUE(noexcept(std::declval<null_mutex&>().lock()));
}

TEST(null_mutex, is_always_free) {
  null_mutex m;
  const std::lock_guard<null_mutex> once{m};
  const std::lock_guard<null_mutex> twice{m};
  EXPECT_TRUE(m.try_lock());
}

TEST(null_mutex, alone_does_not_lock) {
  EXPECT_FALSE(is_locking<null_mutex>);
  EXPECT_TRUE(is_locking<std::mutex>);
  EXPECT_TRUE(is_locking<telling_mutex>);
}

TEST(before_callback, tells_a_mutex_that_wants_to_know) {
  telling_mutex::told = 0;
  detail::before_callback<telling_mutex>();
  detail::before_callback<std::mutex>();
  detail::before_callback<null_mutex>();
  EXPECT_EQ(telling_mutex::told, 1);
}

}  // namespace
}  // namespace presence::test::values_mutex_test
