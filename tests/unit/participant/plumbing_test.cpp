// The small parts a participant is made of.
#include "support/counted.hpp"
#include "support/threads.hpp"
#include <presence/detail/util/delivery_gate.hpp>
#include <presence/detail/util/fifo.hpp>
#include <presence/detail/util/unique_function.hpp>

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

namespace presence::test::participant_plumbing_test {
namespace {

using detail::fifo;
using function = detail::unique_function<void(int)>;

// --- unique_function --------------------------------------------------------------------------------------------------------

static_assert(!std::is_copy_constructible_v<function> && std::is_nothrow_move_constructible_v<function>);
static_assert(!std::is_constructible_v<function, int> && !std::is_constructible_v<function, void (*)(std::string)>);
static_assert(std::is_constructible_v<function, void (*)(long)>);

void add_to_nothing(int) {}

TEST(unique_function, an_empty_one_is_false) {
  EXPECT_FALSE(function{});
  EXPECT_FALSE(function{nullptr});
  EXPECT_FALSE(function{static_cast<void (*)(int)>(nullptr)});
  EXPECT_FALSE(function{std::function<void(int)>{}});
  EXPECT_TRUE(function{add_to_nothing});
  EXPECT_TRUE(function{[](int) {}});
}

TEST(unique_function, small_and_big_ones_are_called_moved_and_destroyed) {
  const int before = counted::alive();
  int sum = 0;
  const auto check = [&](auto callable) {
    function f{std::move(callable)};
    function moved{std::move(f)};
    EXPECT_FALSE(f);  // NOLINT(bugprone-use-after-move): what is tested
    f = std::move(moved);
    function& same = f;
    f = std::move(same);
    f(2);
    f(3);
    f = {};
    EXPECT_FALSE(f);
  };
  check([&sum, own = counted{1}](int n) { sum += own.value * n; });
  check([&sum, own = counted{1}, big = std::array<char, 100>{}](int n) { sum += own.value * n + big[0]; });
  check([&sum, own = std::make_unique<counted>(1)](int n) { sum += own->value * n; });
  EXPECT_EQ(sum, 15);
  EXPECT_EQ(counted::alive(), before);
}

TEST(unique_function, a_small_one_is_not_allocated_and_a_throwing_move_is_not_asked_for) {
  struct throws_on_move {
    throws_on_move() = default;
    throws_on_move(throws_on_move&&) noexcept(false) {}
    void operator()(int) const {}
  };
  function f{throws_on_move{}};
  function moved{std::move(f)};  // by its pointer
  moved(1);
  static_assert(std::is_nothrow_move_assignable_v<function>);
}

TEST(unique_function, may_change_what_it_holds) {
  int last = 0;
  function f{[&last, calls = 0](int) mutable { last = ++calls; }};
  f(0);
  f(0);
  EXPECT_EQ(last, 2);
}

// --- fifo ----------------------------------------------------------------------------------------------------------------

TEST(fifo, first_in_first_out_whatever_the_mixture) {
  fifo<std::unique_ptr<int>> box;
  std::deque<int> model;
  int next = 0;
  for (int round = 0; round < 400; ++round) {
    for (int n = 0; n < round % 7; ++n) {
      box.push(std::make_unique<int>(next));
      model.push_back(next++);
    }
    for (int n = 0; n < (round < 200 ? 2 : 4) && !model.empty(); ++n) {
      ASSERT_EQ(*box.pop(), model.front());
      model.pop_front();
    }
    ASSERT_EQ(box.size(), model.size());
    ASSERT_EQ(box.empty(), model.empty());
  }
}

TEST(fifo, keeps_nothing_alive_that_was_taken_out) {
  const int before = counted::alive();
  fifo<counted> box;
  for (int n = 0; n < 500; ++n) box.push(counted{n});
  for (int n = 0; n < 500; ++n) EXPECT_EQ(box.pop().value, n);
  EXPECT_TRUE(box.empty());
  EXPECT_EQ(counted::alive(), before);
}

// --- delivery_gate ----------------------------------------------------------------------------------------------------------

TEST(delivery_gate, waits_for_the_receiver_that_is_being_called_and_no_other) {
  detail::delivery_gate<true> gate;
  int one = 0;
  int other = 0;
  latch entered{1};
  latch proceed{1};
  bool left = false;
  std::thread drainer{[&] {
    gate.enter(&one);
    entered.count_down();
    proceed.wait();
    left = true;
    gate.leave();
  }};
  entered.wait();
  gate.wait_for(&other);  // would hang here
  std::thread closer{[&] {
    proceed.count_down();
    gate.wait_for(&one);
    EXPECT_TRUE(left);
  }};
  closer.join();
  drainer.join();
  gate.wait_for(&one);
}

TEST(delivery_gate, does_not_wait_inside_the_receiver) {
  detail::delivery_gate<true> gate;
  int one = 0;
  gate.enter(&one);
  gate.wait_for(&one);  // would hang here
  gate.leave();
}

}  // namespace
}  // namespace presence::test::participant_plumbing_test
