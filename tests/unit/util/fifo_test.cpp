#include "support/counting_new.hpp"
#include <presence/detail/util/fifo.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace presence::test::util_fifo_test {
namespace {

using queue = detail::fifo<std::unique_ptr<int>, 4>;

void push(queue& q, int n) { q.push(std::make_unique<int>(n)); }

TEST(fifo, gives_back_in_the_order_in_which_it_got) {
  queue q;
  int in = 0, out = 0;
  for (int round = 1; round < 50; ++round) {
    for (int i = 0; i < round; ++i) push(q, in++);
    for (int i = 0; i < round - 1; ++i) EXPECT_EQ(*q.pop(), out++);
  }
  EXPECT_EQ(q.size(), static_cast<std::size_t>(in - out));
  while (!q.empty()) EXPECT_EQ(*q.pop(), out++);
  EXPECT_EQ(in, out);
}

TEST(fifo, takes_one_out_of_turn) {
  queue q;
  for (int i = 0; i < 5; ++i) push(q, i);
  EXPECT_EQ(*q.take(q.begin() + 3), 3);
  EXPECT_EQ(*q.take(q.begin()), 0);
  EXPECT_EQ(*q.take(q.end() - 1), 4);
  std::vector<int> left;
  for (const auto& each : q) left.push_back(*each);
  EXPECT_EQ(left, (std::vector{1, 2}));
}

TEST(fifo, has_room_for_what_was_asked) {
  queue q;
  push(q, 0);
  for (const std::size_t places : {1U, 2U, 7U, 30U}) {
    q.make_room(places);
    const auto before = q.begin();
    for (std::size_t i = 0; i < places; ++i) push(q, 1);
    EXPECT_EQ(q.begin(), before);  // nothing has moved
    while (q.size() > 1) (void)q.pop();
  }
}

TEST(fifo, with_some_always_waiting_allocates_nothing_once_it_has_grown) {
  detail::fifo<int> q;
  for (int waiting = 1; waiting < 20; ++waiting) {
    q.push(waiting);
    for (int i = 0; i < 100; ++i) {
      q.push(i);
      (void)q.pop();
    }
    const allocation_scope counting;
    for (int i = 0; i < 100; ++i) {
      q.push(i);
      (void)q.pop();
    }
    EXPECT_EQ(counting.allocations(), 0U);
  }
}

TEST(fifo, is_moved_and_leaves_nothing) {
  queue q;
  push(q, 1);
  queue other = std::move(q);
  EXPECT_TRUE(q.empty());
  push(q, 2);
  q = std::move(other);
  EXPECT_EQ(q.size(), 1U);
  EXPECT_EQ(*q.pop(), 1);
}

}  // namespace
}  // namespace presence::test::util_fifo_test
