#include "support/messages.hpp"
#include <presence/member_order.hpp>
#include <presence/member_set.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace presence::test::values_member_order_test {
namespace {

struct ignore {
  void operator()(const message<int>&, user_change) const {}
};

std::vector<std::string> in_order(const basic_member_set<int>& set) {
  std::vector<member<int>> all;
  set.for_each([&](const member_view<int>& m) { all.emplace_back(m); });
  sort_by_entered(all);
  std::vector<std::string> names;
  for (const auto& m : all) names.push_back(m.client_id + '/' + m.connection_id);
  return names;
}

using names = std::vector<std::string>;

/// S20
TEST(member_order, is_by_entering_then_by_client_then_by_connection) {
  std::vector<member<int>> all;
  const auto add = [&](std::string_view client, std::string_view connection, std::int64_t entered) {
    all.push_back(member_by<int>(enter<int>(client, connection).entered(entered).at(100 - entered), nullptr));
  };
  add("b", "2", 5);
  add("a", "9", 7);
  add("b", "1", 5);
  add("a", "9", 5);
  add("z", "0", 1);
  add("", "0", 5);
  add("\xff", "0", 5);
  std::vector<names> seen;
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.client_id < b.client_id; });
  for (int round = 0; round < 20; ++round) {
    std::rotate(all.begin(), all.begin() + 3, all.end());
    auto sorted = all;
    sort_by_entered(sorted);
    names order;
    for (const auto& m : sorted) order.push_back(m.client_id + '/' + m.connection_id);
    EXPECT_EQ(order, (names{"z/0", "/0", "a/9", "b/1", "b/2", "\xff/0", "a/9"})) << round;
  }
}

/// S20: what an update, or somebody else's leave, does to the set's own order does nothing to this one.
TEST(member_order, is_not_changed_by_updates_and_by_leaves_of_others) {
  basic_member_set<int> set;
  for (const char* client : {"d", "b", "e", "a", "c"}) {
    set.apply(enter<int>(client, "1").serial(1).at(static_cast<std::int64_t>(set.size()) + 1), ignore{});
  }
  EXPECT_EQ(in_order(set), (names{"d/1", "b/1", "e/1", "a/1", "c/1"}));
  set.apply(update<int>("d", "1").serial(2).at(100).data(1), ignore{});
  set.apply(leave<int>("b", "1").serial(2).at(101), ignore{});
  EXPECT_EQ(in_order(set), (names{"d/1", "e/1", "a/1", "c/1"}));
  set.apply(enter<int>("b", "1").serial(3).at(102), ignore{});
  EXPECT_EQ(in_order(set), (names{"d/1", "e/1", "a/1", "c/1", "b/1"}));
}

TEST(member_order, compares_views_and_members) {
  const auto data = shared_data<int>{};
  const extras beside;
  const member_view<int> view{"a", "1", data, beside, at_ms(0), {}, at_ms(1), true};
  member<int> later(view);
  later.entered_at = at_ms(2);
  EXPECT_TRUE(entered_before(view, later));
  EXPECT_FALSE(entered_before(later, view));
  EXPECT_FALSE(entered_before(view, view));
}

}  // namespace
}  // namespace presence::test::values_member_order_test
