#include <presence/action.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace presence::test::values_action_test {
namespace {

const std::vector<action> every_action = {action::absent, action::present, action::enter, action::leave,
                                          action::update};

template <class T>
std::string streamed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TEST(action, numbers_are_those_of_the_wire) {
  EXPECT_EQ(static_cast<int>(action::absent), 0);
  EXPECT_EQ(static_cast<int>(action::present), 1);
  EXPECT_EQ(static_cast<int>(action::enter), 2);
  EXPECT_EQ(static_cast<int>(action::leave), 3);
  EXPECT_EQ(static_cast<int>(action::update), 4);
}

TEST(action, has_a_name) {
  EXPECT_EQ(to_string(action::absent), "absent");
  EXPECT_EQ(to_string(action::present), "present");
  EXPECT_EQ(to_string(action::enter), "enter");
  EXPECT_EQ(to_string(action::leave), "leave");
  EXPECT_EQ(to_string(action::update), "update");
  EXPECT_EQ(to_string(static_cast<action>(5)), "unknown");
  EXPECT_EQ(streamed(action::enter), "enter");
}

TEST(leave_reason, has_a_name) {
  EXPECT_EQ(to_string(leave_reason::none), "none");
  EXPECT_EQ(to_string(leave_reason::left), "left");
  EXPECT_EQ(to_string(leave_reason::closed), "closed");
  EXPECT_EQ(to_string(leave_reason::timed_out), "timed_out");
  EXPECT_EQ(to_string(leave_reason::evicted), "evicted");
  EXPECT_EQ(to_string(leave_reason::resync), "resync");
  EXPECT_EQ(to_string(static_cast<leave_reason>(99)), "unknown");
  EXPECT_EQ(streamed(leave_reason::timed_out), "timed_out");
}

TEST(action, from_the_wire_is_one_that_is_known_or_none) {
  for (const action a : every_action) EXPECT_EQ(action_from(static_cast<int>(a)), a);
  for (const std::int64_t number : {-1LL, 5LL, 40LL, 256LL, 258LL, 1LL << 32, (1LL << 32) + 2}) {
    EXPECT_EQ(action_from(number), std::nullopt) << number;
  }
}

TEST(action, other_numbers_are_not_known) {
  for (const action a : every_action) EXPECT_TRUE(is_known(a)) << a;
  for (const int number : {5, 7, 9, 40, 255}) EXPECT_FALSE(is_known(static_cast<action>(number))) << number;
}

TEST(action_set, unknown_actions_are_in_no_set) {
  for (const int number : {5, 7, 8, 32, 34, 40, 64, 66, 255}) {
    const auto unknown = static_cast<action>(number);
    EXPECT_FALSE(action_set::all().contains(unknown)) << number;
    EXPECT_TRUE(action_set{unknown}.empty()) << number;
    EXPECT_EQ(action_set::all() | unknown, action_set::all()) << number;
    EXPECT_FALSE(action_set{unknown}.contains(unknown)) << number;
  }
}

TEST(action_set, holds_nothing_by_default) {
  EXPECT_TRUE(action_set{}.empty());
  for (const action a : every_action) EXPECT_FALSE(action_set{}.contains(a)) << a;
}

TEST(action_set, of_one_action_holds_that_one) {
  for (const action one : every_action) {
    const action_set set = one;
    EXPECT_FALSE(set.empty());
    for (const action a : every_action) EXPECT_EQ(set.contains(a), a == one) << a;
  }
}

TEST(action, is_read_as_it_was_written) {
  for (const action a : every_action) {
    EXPECT_EQ(action_from(to_string(a)), a);
    EXPECT_EQ(action_from(static_cast<std::int64_t>(a)), a);
  }
  EXPECT_EQ(action_from("unknown"), std::nullopt);
  EXPECT_EQ(action_from(""), std::nullopt);
  static_assert(action_from("enter") == action::enter);
}

TEST(leave_reason, is_read_as_it_was_written) {
  std::int64_t known = 0;
  for (; const auto r = leave_reason_from(known); ++known) EXPECT_EQ(leave_reason_from(to_string(*r)), r);
  EXPECT_EQ(known, 6);
  EXPECT_EQ(leave_reason_from(-1), std::nullopt);
  EXPECT_EQ(leave_reason_from("unknown"), std::nullopt);
}

TEST(action_set, unites) {
  const action_set set = action::enter | action::leave;
  EXPECT_TRUE(set.contains(action::enter));
  EXPECT_TRUE(set.contains(action::leave));
  EXPECT_FALSE(set.contains(action::update));
  EXPECT_EQ(set, action::leave | action::enter);
  EXPECT_EQ(set | action::enter, set);
  EXPECT_NE(set | action::update, set);
}

TEST(action_set, all_is_what_a_listener_can_see) {
  for (const action a : every_action) EXPECT_EQ(action_set::all().contains(a), a != action::absent) << a;
}

TEST(action_set, is_a_constant_expression) {
  static_assert((action::enter | action::leave | action::update).contains(action::leave));
  static_assert(!action_set::all().empty());
  constexpr unsigned bits = (action::enter | action::leave).bits();
  EXPECT_EQ(bits, (1U << 2U) | (1U << 3U));
}

}  // namespace
}  // namespace presence::test::values_action_test
