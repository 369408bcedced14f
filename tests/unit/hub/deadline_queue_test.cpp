#include "support/messages.hpp"
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

namespace presence::test {
namespace {

using namespace std::chrono_literals;
using queue = detail::deadline_queue<int>;

TEST(deadline_queue, empty_one_has_nothing_due) {
  queue q;
  EXPECT_EQ(q.next(), std::nullopt);
  EXPECT_EQ(q.pop_due(time_point::max()), std::nullopt);
}

TEST(deadline_queue, item_is_due_at_its_time_and_not_before) {
  queue q;
  EXPECT_EQ(q.arm(at_ms(100), 10ms, 1).due(), at_ms(110));
  EXPECT_EQ(q.next(), at_ms(110));
  EXPECT_EQ(q.pop_due(at_ms(109)), std::nullopt);
  EXPECT_EQ(q.pop_due(at_ms(110)), 1);
  EXPECT_EQ(q.next(), std::nullopt);
}

TEST(deadline_queue, what_is_due_first_comes_first_whatever_its_duration) {
  queue q;
  (void)q.arm(at_ms(0), 30ms, 1);
  (void)q.arm(at_ms(1), 10ms, 2);
  (void)q.arm(at_ms(2), 20ms, 3);
  (void)q.arm(at_ms(3), 10ms, 4);
  std::vector<int> order;
  while (const auto next = q.pop_due(time_point::max())) order.push_back(*next);
  EXPECT_EQ(order, (std::vector<int>{2, 4, 3, 1}));
}

TEST(deadline_queue, cancelled_item_is_never_due) {
  queue q;
  const auto first = q.arm(at_ms(0), 10ms, 1);
  const auto second = q.arm(at_ms(1), 10ms, 2);
  q.cancel(first);
  EXPECT_EQ(q.next(), at_ms(11));
  q.cancel(second);
  EXPECT_EQ(q.next(), std::nullopt);
  EXPECT_EQ(q.pop_due(time_point::max()), std::nullopt);
}

TEST(deadline_queue, end_of_time_is_not_passed) {
  queue q;
  (void)q.arm(at_ms(-5), std::chrono::milliseconds::max(), 1);
  EXPECT_EQ(q.next(), time_point{std::chrono::milliseconds::max() - 5ms});
  (void)q.arm(at_ms(1'000'000'000'000), std::chrono::milliseconds::max(), 2);
  EXPECT_EQ(q.pop_due(time_point::max() - 6ms), std::nullopt);
  EXPECT_EQ(q.pop_due(time_point::max()), 1);
  EXPECT_EQ(q.pop_due(time_point::max()), 2);
}

TEST(deadline_queue, items_may_be_move_only) {
  detail::deadline_queue<std::unique_ptr<int>> q;
  (void)q.arm(at_ms(0), 1ms, std::make_unique<int>(7));
  EXPECT_EQ(**q.pop_due(at_ms(1)), 7);
}

TEST(deadline_queue, agrees_with_a_sorted_map) {
  random_source random{1};
  queue q;
  std::map<std::pair<time_point, int>, queue::handle> expected;
  std::int64_t now = 0;
  for (int n = 0; n < 20'000; ++n) {
    now += random.below(3);
    const unsigned dice = random.below(10);
    if (dice < 5) {
      const auto after = std::chrono::milliseconds{random.below(5) * 10};
      const auto armed = q.arm(at_ms(now), after, n);
      expected.emplace(std::pair{at_ms(now) + after, n}, armed);
    } else if (dice < 8 && !expected.empty()) {
      auto any = expected.begin();
      std::advance(any, random.below(expected.size()));
      q.cancel(any->second);
      expected.erase(any);
    } else {
      const auto popped = q.pop_due(at_ms(now));
      const bool due = !expected.empty() && expected.begin()->first.first <= at_ms(now);
      ASSERT_EQ(popped.has_value(), due);
      if (!popped) continue;
      const time_point first = expected.begin()->first.first;
      ASSERT_EQ(expected.erase({first, *popped}), 1U);  // one of those due first
    }
    ASSERT_EQ(q.next(), expected.empty() ? std::nullopt : std::optional{expected.begin()->first.first});
  }
}

}  // namespace
}  // namespace presence::test
