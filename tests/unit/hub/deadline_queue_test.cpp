#include "support/property.hpp"
#include <presence/detail/hub/deadline_queue.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace presence::test::hub_deadline_queue_test {
namespace {

using namespace std::chrono_literals;
using queue = detail::deadline_queue<int>;
using ms = std::chrono::milliseconds;

TEST(deadline_queue, empty_one_has_nothing_due) {
  queue q;
  EXPECT_EQ(q.next(), std::nullopt);
  EXPECT_EQ(q.pop_due(queue::never), std::nullopt);
}

TEST(deadline_queue, item_is_due_at_its_time_and_not_before) {
  queue q;
  EXPECT_EQ(q.arm(ms(100), 10ms, 1).due(), ms(110));
  EXPECT_EQ(q.next(), ms(110));
  EXPECT_EQ(q.pop_due(ms(109)), std::nullopt);
  EXPECT_EQ(q.pop_due(ms(110)), 1);
  EXPECT_EQ(q.next(), std::nullopt);
}

TEST(deadline_queue, what_is_due_first_comes_first_whatever_its_duration) {
  queue q;
  (void)q.arm(ms(0), 30ms, 1);
  (void)q.arm(ms(1), 10ms, 2);
  (void)q.arm(ms(2), 20ms, 3);
  (void)q.arm(ms(3), 10ms, 4);
  std::vector<int> order;
  while (const auto next = q.pop_due(queue::never)) order.push_back(*next);
  EXPECT_EQ(order, (std::vector<int>{2, 4, 3, 1}));
}

TEST(deadline_queue, cancelled_item_is_never_due) {
  queue q;
  const auto first = q.arm(ms(0), 10ms, 1);
  const auto second = q.arm(ms(1), 10ms, 2);
  q.cancel(first);
  EXPECT_EQ(q.next(), ms(11));
  q.cancel(second);
  EXPECT_EQ(q.next(), std::nullopt);
  EXPECT_EQ(q.pop_due(queue::never), std::nullopt);
}

TEST(deadline_queue, end_of_time_is_not_passed) {
  queue q;
  (void)q.arm(ms(-5), std::chrono::milliseconds::max(), 1);
  EXPECT_EQ(q.next(), queue::never - 5ms);
  (void)q.arm(ms(1'000'000'000'000), std::chrono::milliseconds::max(), 2);
  EXPECT_EQ(q.pop_due(queue::never - 6ms), std::nullopt);
  EXPECT_EQ(q.pop_due(queue::never), 1);
  EXPECT_EQ(q.pop_due(queue::never), 2);
}

TEST(deadline_queue, items_may_be_move_only) {
  detail::deadline_queue<std::unique_ptr<int>> q;
  (void)q.arm(ms(0), 1ms, std::make_unique<int>(7));
  EXPECT_EQ(**q.pop_due(ms(1)), 7);
}

/// Plays the queue against a sorted map, with deadlines of so many different durations.
void compare_with_a_sorted_map(unsigned durations) {
  random_source random{1};
  queue q;
  std::map<std::pair<ms, int>, queue::handle> expected;
  std::int64_t now = 0;
  for (int n = 0; n < 20'000; ++n) {
    now += random.below(3);
    const unsigned dice = random.below(10);
    if (dice < 5) {
      const auto after = ms{random.below(durations) * 10};
      const auto armed = q.arm(ms(now), after, n);
      expected.emplace(std::pair{ms(now) + after, n}, armed);
    } else if (dice < 8 && !expected.empty()) {
      auto any = expected.begin();
      std::advance(any, random.below(expected.size()));
      q.cancel(any->second);
      expected.erase(any);
    } else {
      const auto popped = q.pop_due(ms(now));
      const bool due = !expected.empty() && expected.begin()->first.first <= ms(now);
      ASSERT_EQ(popped.has_value(), due);
      if (!popped) continue;
      const ms first = expected.begin()->first.first;
      ASSERT_EQ(expected.erase({first, *popped}), 1U);  // one of those due first
    }
    ASSERT_EQ(q.next(), expected.empty() ? std::nullopt : std::optional{expected.begin()->first.first});
  }
}

TEST(deadline_queue, agrees_with_a_sorted_map) { compare_with_a_sorted_map(5); }

TEST(deadline_queue, agrees_with_a_sorted_map_when_nearly_every_duration_differs) { compare_with_a_sorted_map(5'000); }

}  // namespace
}  // namespace presence::test::hub_deadline_queue_test
