#include <presence/clock.hpp>
#include <presence/detail/hub/hub_clock.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace presence::test::values_clock_test {
namespace {

using namespace std::chrono_literals;

struct clock_with_state {
  std::chrono::nanoseconds since_epoch;
  [[nodiscard]] std::chrono::sys_time<std::chrono::nanoseconds> now() const {
    return std::chrono::sys_time<std::chrono::nanoseconds>{since_epoch};
  }
};
struct clock_in_minutes {
  [[nodiscard]] static std::chrono::sys_time<std::chrono::minutes> now() {
    return std::chrono::sys_time<std::chrono::minutes>{2min};
  }
};
struct without_now {};
struct now_is_a_number {
  [[nodiscard]] static long now() { return 0; }
};
struct now_changes_it {
  std::chrono::system_clock::time_point now() { return {}; }
};
struct not_copyable {
  not_copyable(const not_copyable&) = delete;
  [[nodiscard]] static std::chrono::system_clock::time_point now() { return {}; }
};

TEST(clock, every_clock_of_chrono_is_one) {
  EXPECT_TRUE(clock<std::chrono::system_clock>);
  EXPECT_TRUE(clock<std::chrono::steady_clock>);
  EXPECT_TRUE(clock<std::chrono::high_resolution_clock>);
}

TEST(clock, whatever_has_a_now_is_one) {
  EXPECT_TRUE(clock<clock_with_state>);
  EXPECT_TRUE(clock<clock_in_minutes>);
}

TEST(clock, what_cannot_tell_the_time_is_none) {
  EXPECT_FALSE(clock<without_now>);
  EXPECT_FALSE(clock<now_is_a_number>);
  EXPECT_FALSE(clock<now_changes_it>);
  EXPECT_FALSE(clock<not_copyable>);
  EXPECT_FALSE(clock<int>);
}

TEST(clock, time_is_read_in_milliseconds) {
  EXPECT_EQ(detail::now(clock_with_state{1'234'567'890ns}), time_point{1234ms});
  EXPECT_EQ(detail::now(clock_in_minutes{}), time_point{120'000ms});
}

TEST(clock, time_before_the_epoch_is_negative) { EXPECT_EQ(detail::now(clock_with_state{-5ms}), time_point{-5ms}); }

TEST(clock, system_clock_is_read_since_the_unix_epoch) {
  EXPECT_GT(detail::now(std::chrono::system_clock{}), time_point{});
}

TEST(clock, steady_clock_is_read_since_its_own_epoch) {
  const auto before = std::chrono::steady_clock::now().time_since_epoch();
  const time_point read = detail::now(std::chrono::steady_clock{});
  const auto after = std::chrono::steady_clock::now().time_since_epoch();
  EXPECT_LE(std::chrono::floor<std::chrono::milliseconds>(before), read.time_since_epoch());
  EXPECT_LE(read.time_since_epoch(), after);
}

struct clock_with_duration {
  [[nodiscard]] static time_point now() { return {}; }
  [[nodiscard]] static std::chrono::microseconds elapsed() { return 7'999us; }
};
struct clock_with_steady_point {
  [[nodiscard]] static time_point now() { return {}; }
  [[nodiscard]] static std::chrono::steady_clock::time_point elapsed() {
    return std::chrono::steady_clock::time_point{9ms};
  }
};
struct clock_with_number {
  [[nodiscard]] static time_point now() { return {}; }
  [[nodiscard]] static long elapsed() { return 0; }
};

TEST(clock, elapsed_time_is_a_duration_or_a_time_point) {
  EXPECT_TRUE(clock_with_elapsed<clock_with_duration>);
  EXPECT_TRUE(clock_with_elapsed<clock_with_steady_point>);
  EXPECT_FALSE(clock_with_elapsed<clock_with_number>);
  EXPECT_FALSE(clock_with_elapsed<std::chrono::system_clock>);
  EXPECT_EQ(detail::hub_clock{clock_with_duration{}}.elapsed(), 7ms);
  EXPECT_EQ(detail::hub_clock{clock_with_steady_point{}}.elapsed(), 9ms);
}

}  // namespace
}  // namespace presence::test::values_clock_test
