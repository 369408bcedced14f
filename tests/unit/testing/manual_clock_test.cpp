#include <presence/clock.hpp>
#include <presence/testing/manual_clock.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace testing_manual_clock_test {
namespace {

using namespace std::chrono_literals;
using presence::time_point;
using presence::testing::manual_clock;

static_assert(presence::clock<manual_clock> && presence::clock_with_elapsed<manual_clock>);
static_assert(std::is_nothrow_copy_constructible_v<manual_clock> && std::is_nothrow_copy_assignable_v<manual_clock>);
static_assert(noexcept(std::declval<const manual_clock&>().now()));

TEST(manual_clock, a_new_clock_stands_at_the_documented_start) {
  const manual_clock clock;
  EXPECT_EQ(clock.now(), manual_clock::start);
  EXPECT_EQ(clock.now().time_since_epoch(), 1'000'000'000'000ms);
  EXPECT_EQ(presence::detail::now(clock), manual_clock::start);
}

TEST(manual_clock, it_can_start_anywhere) {
  EXPECT_EQ(manual_clock{time_point{}}.now(), time_point{});
  EXPECT_EQ(manual_clock{time_point{-5ms}}.now(), time_point{-5ms});
}

TEST(manual_clock, it_stands_still_until_advanced) {
  manual_clock clock;
  EXPECT_EQ(clock.now(), clock.now());
  clock.advance(1500ms);
  EXPECT_EQ(clock.now(), manual_clock::start + 1500ms);
  clock.advance(2s);
  EXPECT_EQ(clock.now(), manual_clock::start + 3500ms);
}

TEST(manual_clock, it_can_go_back) {
  manual_clock clock;
  clock.set(time_point{10ms});
  EXPECT_EQ(clock.now(), time_point{10ms});
  clock.set(time_point{3ms});
  EXPECT_EQ(clock.now(), time_point{3ms});
  clock.advance(-4ms);
  EXPECT_EQ(clock.now(), time_point{-1ms});
}

TEST(manual_clock, copies_show_the_same_time) {
  manual_clock clock;
  const manual_clock copy = clock;
  clock.advance(1min);
  EXPECT_EQ(copy.now(), manual_clock::start + 1min);
}

TEST(manual_clock, clocks_made_apart_are_independent) {
  manual_clock clock;
  const manual_clock other;
  clock.advance(1min);
  EXPECT_EQ(other.now(), manual_clock::start);
}

TEST(manual_clock, assignment_joins_the_other_clock) {
  manual_clock clock;
  manual_clock other;
  other = clock;
  clock.advance(7ms);
  EXPECT_EQ(other.now(), clock.now());
  other = *&other;
  EXPECT_EQ(other.now(), clock.now());
}

TEST(manual_clock, a_moved_from_clock_still_works) {
  manual_clock clock;
  const manual_clock taken = std::move(clock);
  clock.advance(7ms);  // NOLINT(bugprone-use-after-move): what is tested
  EXPECT_EQ(taken.now(), manual_clock::start + 7ms);
}

TEST(manual_clock, a_copy_outlives_the_first_clock) {
  const manual_clock copy = [] {
    manual_clock clock;
    clock.advance(9ms);
    return manual_clock{clock};
  }();
  EXPECT_EQ(copy.now(), manual_clock::start + 9ms);
}

TEST(manual_clock, steps_of_several_threads_add_up) {
  manual_clock clock;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([copy = clock]() mutable {
      auto last = copy.now();
      for (int step = 0; step < 50'000; ++step) {
        copy.advance(1ms);
        const auto now = copy.now();
        EXPECT_GT(now, last);
        last = now;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(clock.now(), manual_clock::start + 200s);
}

TEST(manual_clock, advance_moves_both_times) {
  manual_clock clock;
  const auto before = clock.elapsed();
  clock.advance(5s);
  EXPECT_EQ(clock.elapsed() - before, 5s);
  EXPECT_EQ(clock.now(), manual_clock::start + 5s);
}

TEST(manual_clock, correction_moves_the_time_of_day_alone) {
  manual_clock clock;
  const auto before = clock.elapsed();
  clock.advance(-5s);
  clock.set(clock.now() + 1h);
  EXPECT_EQ(clock.elapsed(), before);
  EXPECT_EQ(clock.now(), manual_clock::start + 1h - 5s);
}

TEST(manual_clock, sleep_moves_the_time_of_day_alone) {
  manual_clock clock;
  const auto before = clock.elapsed();
  clock.sleep(8h);
  EXPECT_EQ(clock.elapsed(), before);
  EXPECT_EQ(clock.now(), manual_clock::start + 8h);
}

}  // namespace
}  // namespace testing_manual_clock_test
