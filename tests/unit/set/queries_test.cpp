// Looking at the set.
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace presence::test::set_queries_test {
namespace {

watched_set with_three_members() {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1).data("a1"));
  room.apply(enter("alice", "c2").serial(1).data("a2"));
  room.apply(enter("bob", "c1").serial(1).data("b1"));
  return room;
}

TEST(member_set, find_needs_both_halves_of_the_key) {
  watched_set room = with_three_members();
  EXPECT_EQ(*room->find("alice", "c2")->data, "a2");
  EXPECT_FALSE(room->find("bob", "c2"));
  EXPECT_FALSE(room->find("c1", "alice"));
  EXPECT_FALSE(room->find("alice", ""));
  EXPECT_FALSE(room->find("", "c1"));
}

TEST(member_set, contains_agrees_with_find) {
  watched_set room = with_three_members();
  for (const char* client : {"alice", "bob", "carol"}) {
    for (const char* connection : {"c1", "c2", "c3"}) {
      EXPECT_EQ(room->contains(client, connection), room->find(client, connection).has_value());
    }
  }
}

TEST(member_set, for_each_visits_every_member_once) {
  watched_set room;
  lines expected;
  for (int n = 0; n < 5000; ++n) {  // over several chunks of storage
    room.apply(enter("u" + std::to_string(n / 3), "c" + std::to_string(n % 3)));
    expected.push_back("u" + std::to_string(n / 3) + "/c" + std::to_string(n % 3));
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(room.members(), expected);
}

TEST(member_set, for_each_shows_the_attributes_of_each) {
  watched_set room = with_three_members();
  lines found;
  room->for_each([&](const member_view<std::string>& m) {
    found.push_back(*m.data);
    EXPECT_EQ(m.id, (message_id{1, 0, id_origin::connection}));
  });
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (lines{"a1", "a2", "b1"}));
}

TEST(member_set, for_each_of_visits_one_user) {
  watched_set room = with_three_members();
  lines found;
  room->for_each_of("alice", [&](const auto& m) {
    EXPECT_EQ(m.client_id, "alice");
    found.push_back(*m.data);
  });
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (lines{"a1", "a2"}));
  room->for_each_of("carol", [&](const auto&) { ADD_FAILURE(); });
}

TEST(member_set, for_each_of_an_empty_set_visits_nobody) {
  watched_set room;
  room->for_each([](const auto&) { ADD_FAILURE(); });
  room->for_each_of("alice", [](const auto&) { ADD_FAILURE(); });
  room->for_each_user([](auto, auto) { ADD_FAILURE(); });
  EXPECT_EQ(room->size(), 0U);
}

TEST(member_set, a_member_taken_out_of_a_view_outlives_the_set) {
  member<std::string> kept;
  {
    watched_set room = with_three_members();
    kept = member<std::string>(*room->find("alice", "c2"));
  }
  EXPECT_EQ(kept.client_id, "alice");
  EXPECT_EQ(kept.connection_id, "c2");
  EXPECT_EQ(*kept.data, "a2");
}

}  // namespace
}  // namespace presence::test::set_queries_test
