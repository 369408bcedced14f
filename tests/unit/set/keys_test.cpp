// Client ids and connection ids of every shape.
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::set_keys_test {
namespace {

using key = std::pair<std::string, std::string>;

/// Enters them all, then leaves in turn, looking at all of them after each step.
void expect_all_told_apart(const std::vector<key>& keys) {
  watched_set room;
  std::set<key> inside;
  const auto check = [&] {
    ASSERT_EQ(room->size(), inside.size());
    for (const key& k : keys) {
      const auto found = room->find(k.first, k.second);
      ASSERT_EQ(found.has_value(), inside.count(k) == 1) << k.first << " / " << k.second;
      if (!found) continue;
      ASSERT_EQ(found->client_id, k.first);
      ASSERT_EQ(found->connection_id, k.second);
      ASSERT_EQ(*found->data, k.first + '\0' + k.second);
    }
  };
  for (const key& k : keys) {
    ASSERT_EQ(room.apply(enter(k.first, k.second).serial(1).data(k.first + '\0' + k.second)).size(), 1U);
    inside.insert(k);
    check();
  }
  for (const key& k : keys) {
    ASSERT_EQ(room.apply(leave(k.first, k.second).serial(2)).size(), 1U);
    inside.erase(k);
    check();
  }
}

TEST(member_set, ids_that_would_collide_when_joined_are_told_apart) {
  expect_all_told_apart(
      {{"a:b", "c"}, {"a", "b:c"}, {"a:b:c", ""}, {"", "a:b:c"}, {"abc", ""}, {"ab", "c"}, {"a", "bc"}});
}

TEST(member_set, empty_ids_are_ids) { expect_all_told_apart({{"", ""}, {"", "c"}, {"a", ""}}); }

TEST(member_set, ids_may_hold_any_byte) {
  using namespace std::string_literals;
  expect_all_told_apart(
      {{"a\0b"s, "c"}, {"a"s, "c"}, {"a\0"s, "c"}, {"\xff\xfe", "\x80"}, {"zoë", "日本"}, {"a", "c\0"s}});
}

TEST(member_set, ids_of_every_length_are_told_apart) {
  std::vector<key> keys;
  for (std::size_t length = 0; length <= 64; ++length) keys.emplace_back(std::string(length, 'x'), "c");
  for (std::size_t length = 2; length <= 40; ++length) keys.emplace_back("x", std::string(length, 'c'));
  expect_all_told_apart(keys);
}

TEST(member_set, long_ids_that_differ_in_one_place_are_told_apart) {
  std::vector<key> keys;
  for (std::size_t at = 0; at < 50; ++at) {
    std::string client(50, 'x');
    client[at] = 'y';
    keys.emplace_back(client, "connection-id");
    keys.emplace_back("client", client);
  }
  expect_all_told_apart(keys);
}

TEST(member_set, ids_may_be_as_long_as_max_id_length) {
  constexpr std::size_t most = basic_member_set<std::string>::max_id_length;
  expect_all_told_apart({{std::string(most, 'x'), std::string(most, 'c')},
                         {std::string(most, 'x'), std::string(most - 1, 'c')},
                         {std::string(most - 1, 'x'), std::string(most, 'c')}});
}

TEST(member_set, marker_keeps_long_ids_too_RTP2h2) {
  watched_set room;
  const std::string client(100, 'x');
  const std::string connection(100, 'c');
  room.attach();
  room.apply(leave(client, connection).serial(2));
  EXPECT_EQ(room.sync("s:1", {present(client, connection).serial(1)}), silence);
  EXPECT_EQ(room.sync("s:2", {present(client, connection + "d").serial(1)}).size(), 1U);
}

}  // namespace
}  // namespace presence::test::set_keys_test
