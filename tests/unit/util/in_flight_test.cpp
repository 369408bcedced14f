// Things on their way, by number.
#include "support/counting_new.hpp"
#include <presence/detail/util/in_flight.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace presence::test::util_in_flight_test {
namespace {

using detail::in_flight;

template <class T>
std::vector<T> contents(const in_flight<T>& of) {
  std::vector<T> all;
  of.for_each([&](const T& value) { all.push_back(value); });
  return all;
}

TEST(in_flight, numbers_begin_at_one_and_go_on) {
  in_flight<int> sent;
  EXPECT_EQ(sent.add(10), 1U);
  EXPECT_EQ(sent.add(20), 2U);
  EXPECT_EQ(sent.take(1), 10);
  EXPECT_EQ(sent.take(2), 20);
  EXPECT_EQ(sent.add(30), 3U);
}

TEST(in_flight, each_number_is_answered_once) {
  in_flight<int> sent;
  (void)sent.add(10);
  EXPECT_EQ(sent.take(0), std::nullopt);
  EXPECT_EQ(sent.take(2), std::nullopt);
  EXPECT_EQ(sent.take(UINT64_MAX), std::nullopt);
  EXPECT_EQ(sent.take(1), 10);
  EXPECT_EQ(sent.take(1), std::nullopt);
}

TEST(in_flight, takes_all_in_order_and_goes_on_numbering) {
  in_flight<std::unique_ptr<int>> sent;
  static_assert(noexcept(sent.take_all()), "it is what is left to do when memory has run out");
  for (int n = 1; n <= 5; ++n) (void)sent.add(std::make_unique<int>(n));
  (void)sent.take(1);
  (void)sent.take(3);
  std::vector<int> all;
  sent.take_all().for_each([&](const std::unique_ptr<int>& value) { all.push_back(*value); });
  EXPECT_EQ(all, (std::vector{2, 4, 5}));
  sent.for_each([](const auto&) { ADD_FAILURE() << "something is left"; });
  EXPECT_EQ(sent.take(5), std::nullopt);
  EXPECT_EQ(sent.add(nullptr), 6U);
}

TEST(in_flight, what_was_prepared_is_added_without_an_allocation) {
  in_flight<int> sent;
  for (int n = 0; n < 100; ++n) {
    const std::uint64_t number = sent.prepare();
    EXPECT_EQ(with_failing_allocation(1, [&] { EXPECT_EQ(sent.add(n), number); }), outcome::untouched);
  }
}

TEST(in_flight, one_that_is_never_answered_holds_nothing_else) {
  in_flight<int> sent;
  const std::uint64_t lost = sent.add(-1);
  const allocation_scope counting;
  for (int n = 0; n < 1000; ++n) {
    const std::uint64_t number = sent.add(n);
    ASSERT_EQ(sent.take(number), n);
  }
  const auto held = counting.live_bytes();
  EXPECT_LT(held, 200);
  EXPECT_EQ(sent.take(lost), -1);
}

TEST(in_flight, answers_may_come_in_any_order) {
  std::mt19937 random{3};
  in_flight<int> sent;
  std::map<std::uint64_t, int> expected;
  for (int step = 0; step < 20'000; ++step) {
    const bool growing = step / 1000 % 2 == 0;
    if (expected.empty() || random() % 100 < (growing ? 60U : 40U)) {
      expected.emplace(sent.add(step), step);
    } else {
      const auto which = std::next(expected.begin(), static_cast<std::ptrdiff_t>(random() % expected.size()));
      ASSERT_EQ(sent.take(which->first), which->second);
      ASSERT_EQ(sent.take(which->first), std::nullopt);
      expected.erase(which);
    }
    if (step % 100 != 0) continue;
    std::vector<int> values;
    for (const auto& [number, value] : expected) values.push_back(value);
    ASSERT_EQ(contents(sent), values);
  }
}

TEST(in_flight, one_at_a_time_allocates_once_and_many_are_given_back) {
  in_flight<int> sent;
  (void)sent.take(sent.add(0));
  const allocation_scope counting;
  for (int n = 0; n < 1000; ++n) (void)sent.take(sent.add(n));
  const auto one_at_a_time = counting.allocations();
  EXPECT_EQ(one_at_a_time, 0U);

  std::vector<std::uint64_t> numbers;
  numbers.reserve(1000);
  const auto before = counting.live_bytes();
  for (int n = 0; n < 1000; ++n) numbers.push_back(sent.add(n));
  for (const std::uint64_t number : numbers) (void)sent.take(number);
  const auto after = counting.live_bytes();
  EXPECT_LE(after, before);
}

}  // namespace
}  // namespace presence::test::util_in_flight_test
