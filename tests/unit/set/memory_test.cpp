// What the set allocates, and that it gives it back.
#include "support/counted.hpp"
#include "support/counting_new.hpp"
#include "support/messages.hpp"
#include <presence/member_set.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::set_memory_test {
namespace {

struct ignore {
  template <class Message>
  void operator()(const Message&, user_change) const {}
};

/// Ids as they are in life: client ids of 12 to 24 characters, connection ids of 10.
std::string client_id(std::size_t n) {
  std::string id = "user-" + std::to_string(1'000'000 + n);
  id.append(n % 13, 'x');
  return id;
}
std::string connection_id(std::size_t n) { return "c" + std::to_string(100'000'000 + n); }

/// Writes a message over an old one, so that a test with very many does not build each anew.
void rewrite(message<int>& m, action what, std::size_t n, std::uint64_t serial) {
  m.action = what;
  m.client_id = client_id(n);
  m.connection_id = connection_id(n);
  m.id = {serial, 0, id_origin::connection};
}

basic_member_set<int> with_members(std::size_t count) {
  basic_member_set<int> set;
  message<int> m;
  for (std::size_t n = 0; n < count; ++n) {
    rewrite(m, action::enter, n, 1);
    set.apply(m, ignore{});
  }
  return set;
}

TEST(member_set_memory, update_of_a_member_allocates_nothing) {
  basic_member_set<counted> set;
  std::vector<message<counted>> updates;
  for (std::size_t n = 0; n < 200; ++n) {
    const std::string client = n < 100 ? client_id(n) : "crowd";  // as many users as connections of one of them
    set.apply(enter<counted>(client, connection_id(n)).serial(1), ignore{});
    updates.push_back(update<counted>(client, connection_id(n)).serial(2).data(1).with({{"k", "v"}}));
  }
  counted::reset();
  const allocation_scope counting;
  for (const auto& m : updates) set.apply(m, ignore{});
  const auto allocations = counting.allocations();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(counted::copies() + counted::moves(), 0);
  EXPECT_EQ(set.version(), 400U);
}

TEST(member_set_memory, queries_allocate_nothing) {
  const basic_member_set<int> set = with_members(100);
  const std::string client = client_id(7);
  const std::string connection = connection_id(7);
  const allocation_scope counting;
  std::size_t seen = set.find(client, connection) ? 1 : 0;
  seen += set.contains(client, connection) ? 1 : 0;
  seen += set.contains_user(client) ? 1 : 0;
  seen += set.connections(client);
  set.for_each([&](const auto&) { ++seen; });
  set.for_each_of(client, [&](const auto&) { ++seen; });
  set.for_each_user([&](auto, auto) { ++seen; });
  const auto allocations = counting.allocations();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(seen, 4 + 100 + 1 + 100U);
}

TEST(member_set_memory, sync_that_changes_nothing_allocates_nothing) {
  basic_member_set<int> set = with_members(100);
  std::vector<message<int>> page(100);
  for (std::size_t n = 0; n < 100; ++n) rewrite(page[n], action::present, n, 1);
  const allocation_scope counting;
  set.apply_sync(page, {"s", false}, at_ms(0), ignore{}, ignore{});
  set.apply_sync({}, {"s", true}, at_ms(0), ignore{}, ignore{});
  const auto allocations = counting.allocations();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(set.version(), 100U);
}

TEST(member_set_memory, stale_messages_allocate_nothing) {
  basic_member_set<int> set = with_members(100);
  message<int> stale;
  rewrite(stale, action::leave, 7, 0);
  message<int> stranger;
  rewrite(stranger, action::leave, 7777, 0);
  const allocation_scope counting;
  set.apply(stale, ignore{});
  set.apply(stranger, ignore{});
  const auto allocations = counting.allocations();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(set.size(), 100U);
}

TEST(member_set_memory, an_empty_set_holds_no_memory) {
  const allocation_scope counting;
  const basic_member_set<int> set;
  const auto allocations = counting.allocations();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(set.bytes(), sizeof set);
}

TEST(member_set_memory, bytes_is_what_is_allocated_within_a_twentieth) {
  for (const std::size_t count : {1U, 10U, 100U, 1000U, 20'000U}) {
    const allocation_scope counting;
    basic_member_set<int> set = with_members(count);
    set.apply(enter<int>(std::string(100, 'x'), std::string(100, 'c')), ignore{});
    for (std::size_t n = 0; n < count; ++n) set.apply(enter<int>("crowd", connection_id(n)), ignore{});
    set.start_sync();
    for (std::size_t n = 0; n < count; n += 2) set.apply(leave<int>("gone", connection_id(n)), ignore{});
    const auto allocated = static_cast<double>(counting.live_bytes());
    EXPECT_NEAR(static_cast<double>(set.bytes() - sizeof set), allocated, allocated / 20 + 100) << count;
  }
}

TEST(member_set_memory, a_member_costs_at_most_120_bytes) {
  const basic_member_set<int> set = with_members(100'000);
  EXPECT_LE(set.bytes() / 100'000, 120U);
}

TEST(member_set_memory, ids_of_ordinary_length_need_no_allocation_of_their_own) {
  std::vector<message<int>> enters(1000);
  for (std::size_t n = 0; n < enters.size(); ++n) rewrite(enters[n], action::enter, n, 1);
  basic_member_set<int> set;
  const allocation_scope counting;
  for (const auto& m : enters) set.apply(m, ignore{});
  const auto allocations = counting.allocations();
  EXPECT_LE(allocations, 30U);  // storage and index, as they grow
}

TEST(member_set_memory, ids_of_36_characters_together_need_no_allocation_of_their_own) {
  const auto bytes_with = [](std::size_t client, std::size_t connection) {
    basic_member_set<int> set;
    set.apply(enter<int>(std::string(client, 'x'), std::string(connection, 'c')), ignore{});
    return set.bytes();
  };
  EXPECT_EQ(bytes_with(24, 12), bytes_with(1, 1));
  EXPECT_EQ(bytes_with(0, 36), bytes_with(1, 1));
  EXPECT_EQ(bytes_with(25, 12), bytes_with(1, 1) + 37);
}

/// `count` members come, and go in an order of its own, in which some come back for a while.
void come_and_go(basic_member_set<int>& set, std::size_t count) {
  message<int> m;
  for (std::size_t n = 0; n < count; ++n) {
    rewrite(m, action::enter, n, 1);
    set.apply(m, ignore{});
  }
  std::vector<std::uint32_t> order(count);
  for (std::size_t n = 0; n < count; ++n) order[n] = static_cast<std::uint32_t>(n);
  std::mt19937 random{7};
  for (std::size_t left = count; left > 0; --left) {
    std::swap(order[left - 1], order[random() % left]);
    rewrite(m, action::leave, order[left - 1], 2);
    set.apply(m, ignore{});
    if (left % 16 != 0) continue;
    rewrite(m, action::enter, order[left - 1], 3);
    set.apply(m, ignore{});
    rewrite(m, action::leave, order[left - 1], 4);
    set.apply(m, ignore{});
  }
}

// A million in an optimized build; otherwise it would take longer than all other tests of the set together.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr std::size_t very_many = 1'000'000;
#else
constexpr std::size_t very_many = 200'000;
#endif

TEST(member_set_memory, is_back_at_its_baseline_after_very_many_members) {
  basic_member_set<int> set;
  const std::size_t empty = set.bytes();
  const allocation_scope counting;
  come_and_go(set, very_many);
  const auto live = counting.live_bytes();
  EXPECT_TRUE(set.empty());
  EXPECT_GT(set.version(), 2 * very_many);
  EXPECT_EQ(set.bytes(), empty);
  EXPECT_EQ(live, 0);
}

TEST(member_set_memory, is_back_at_its_baseline_after_a_crowd) {
  basic_member_set<int> set;
  const std::size_t empty = set.bytes();
  std::vector<message<int>> enters;
  std::vector<message<int>> leaves;
  for (std::size_t n = 0; n < 10'000; ++n) {
    enters.push_back(enter<int>("crowd", connection_id(n)).serial(1));
    leaves.push_back(leave<int>("crowd", connection_id(n)).serial(2));
  }
  std::shuffle(leaves.begin(), leaves.end(), std::mt19937{7});
  const allocation_scope counting;
  for (const auto& m : enters) set.apply(m, ignore{});
  for (const auto& m : leaves) set.apply(m, ignore{});
  const auto live = counting.live_bytes();
  EXPECT_EQ(live, 0);
  EXPECT_EQ(set.bytes(), empty);
}

TEST(member_set_memory, is_back_at_its_baseline_after_long_ids_and_markers) {
  basic_member_set<int> set;
  const allocation_scope counting;
  {
    const std::string client(100, 'x');
    set.start_sync();
    for (std::size_t n = 0; n < 1000; ++n) set.apply(enter<int>(client, connection_id(n)).serial(1), ignore{});
    for (std::size_t n = 0; n < 2000; ++n) set.apply(leave<int>(client, connection_id(n)).serial(2), ignore{});
    set.leave_all(at_ms(0), ignore{});
  }
  const auto live = counting.live_bytes();
  EXPECT_EQ(live, 0);
}

TEST(member_set_memory, shrinks_as_members_go) {
  basic_member_set<int> set = with_members(100'000);
  const std::size_t full = set.bytes();
  message<int> m;
  for (std::size_t n = 1000; n < 100'000; ++n) {
    rewrite(m, action::leave, n, 2);
    set.apply(m, ignore{});
  }
  EXPECT_LT(set.bytes(), full / 20);
}

TEST(member_set_memory, member_that_comes_and_goes_allocates_nothing_once_there_is_room) {
  basic_member_set<int> set = with_members(20);
  const message<int> in = enter<int>("somebody", "c").serial(1);
  const message<int> out = leave<int>("somebody", "c").serial(2);
  set.apply(in, ignore{});
  set.apply(out, ignore{});
  const allocation_scope counting;
  set.apply(in, ignore{});
  set.apply(out, ignore{});
  const auto allocations = counting.allocations();
  EXPECT_EQ(allocations, 0U);
}

}  // namespace
}  // namespace presence::test::set_memory_test
