// A clock's readings, made such that they do not go back.
#include <presence/detail/util/never_back.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace presence::test::util_never_back_test {
namespace {

using namespace std::chrono_literals;

TEST(never_back, waits_for_a_clock_that_goes_back_a_little) {
  detail::never_back time;
  EXPECT_EQ(time.follow(5'000ms), 5'000ms);
  EXPECT_EQ(time.follow(4'000ms), 5'000ms);
  EXPECT_EQ(time.follow(5'001ms), 5'001ms);
}

TEST(never_back, follows_a_clock_that_was_set_back) {
  detail::never_back time;
  EXPECT_EQ(time.follow(5'000ms), 5'000ms);
  EXPECT_EQ(time.follow(3'999ms), 3'999ms);
  EXPECT_EQ(time.follow(4'000ms), 4'000ms);
}

TEST(never_back, may_begin_before_the_epoch) {
  detail::never_back time;
  EXPECT_EQ(time.follow(-5'000ms), -5'000ms);
  EXPECT_EQ(time.follow(-4'000ms), -4'000ms);
}

TEST(never_back, counts_only_the_steps_forward) {
  detail::never_back time;
  const auto at = [&](std::chrono::milliseconds shown) { return time.accumulate([&] { return shown; }); };
  EXPECT_EQ(at(10'000ms), 10'000ms);
  EXPECT_EQ(at(12'000ms), 12'000ms);
  EXPECT_EQ(at(2'000ms), 12'000ms);
  EXPECT_EQ(at(2'500ms), 12'500ms);
  EXPECT_EQ(at(1'600ms), 12'500ms);  // a little: it waits
  EXPECT_EQ(at(2'600ms), 12'600ms);
  EXPECT_EQ(at(0ms), 12'600ms);
  EXPECT_EQ(at(1ms), 12'601ms);
}

}  // namespace
}  // namespace presence::test::util_never_back_test
