// The second level: a user is online from its first member to its last.
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace presence::test::set_users_test {
namespace {

TEST(member_set, user_is_online_with_its_first_member) {
  watched_set room;
  EXPECT_EQ(room.apply(enter("alice", "c1")), lines{"enter alice/c1 online"});
  EXPECT_EQ(room.apply(enter("alice", "c2")), lines{"enter alice/c2"});
  EXPECT_EQ(room.apply(enter("alice", "c3")), lines{"enter alice/c3"});
}

TEST(member_set, user_is_offline_with_its_last_member) {
  watched_set room;
  for (const char* connection : {"c1", "c2", "c3"}) room.apply(enter("alice", connection).serial(1));
  EXPECT_EQ(room.apply(leave("alice", "c1").serial(2)), lines{"leave alice/c1"});
  EXPECT_EQ(room.apply(leave("alice", "c3").serial(2)), lines{"leave alice/c3"});
  EXPECT_EQ(room.apply(leave("alice", "c2").serial(2)), lines{"leave alice/c2 offline"});
}

TEST(member_set, update_does_not_change_the_user) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  EXPECT_EQ(room.apply(update("alice", "c1").serial(2)), lines{"update alice/c1"});
  EXPECT_EQ(room->connections("alice"), 1U);
}

TEST(member_set, first_in_and_last_out_hold_in_a_page_too) {
  watched_set room;
  EXPECT_EQ(room.sync("s:1", {present("alice", "c1"), present("alice", "c2")}),
            (lines{"present alice/c1 online", "present alice/c2"}));
  EXPECT_EQ(room.sync("t:", {present("alice", "c2")}), lines{"leave alice/c1 resync"});
  EXPECT_EQ(room.sync("u:"), lines{"leave alice/c2 resync offline"});
}

TEST(member_set, last_of_the_leaves_at_the_end_of_a_sync_takes_the_user_offline_RTP19) {
  watched_set room;
  for (int n = 0; n < 20; ++n) room.apply(enter("alice", "c" + std::to_string(n)));
  int offline = 0;
  std::size_t events = 0;
  (*room).leave_all(at_ms(0), [&](const auto&, user_change change) {
    ++events;
    if (change == user_change::offline) {
      ++offline;
      EXPECT_EQ(events, 20U);
    }
  });
  EXPECT_EQ(offline, 1);
}

TEST(member_set, user_that_comes_back_is_online_again) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  room.apply(leave("alice", "c1").serial(2));
  EXPECT_EQ(room.apply(enter("alice", "c2").serial(1)), lines{"enter alice/c2 online"});
}

TEST(member_set, connections_counts_the_members_of_a_user) {
  watched_set room;
  EXPECT_EQ(room->connections("alice"), 0U);
  for (unsigned n = 1; n <= 20; ++n) {
    room.apply(enter("alice", "c" + std::to_string(n)).serial(1));
    EXPECT_EQ(room->connections("alice"), n);
  }
  room.apply(enter("bob", "c1"));
  for (unsigned n = 20; n >= 1; --n) {
    EXPECT_EQ(room->connections("alice"), n);
    room.apply(leave("alice", "c" + std::to_string(n)).serial(2));
  }
  EXPECT_EQ(room->connections("alice"), 0U);
  EXPECT_EQ(room->connections("bob"), 1U);
}

TEST(member_set, user_count_counts_client_ids_not_members) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  room.apply(enter("alice", "c2").serial(1));
  room.apply(enter("bob", "c1").serial(1));
  EXPECT_EQ(room->size(), 3U);
  EXPECT_EQ(room->user_count(), 2U);
  room.apply(leave("alice", "c1").serial(2));
  EXPECT_EQ(room->user_count(), 2U);
  room.apply(leave("alice", "c2").serial(2));
  EXPECT_EQ(room->user_count(), 1U);
}

TEST(member_set, contains_user_is_about_any_of_its_members) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  room.apply(enter("alice", "c2").serial(1));
  room.apply(leave("alice", "c1").serial(2));
  EXPECT_TRUE(room->contains_user("alice"));
  EXPECT_FALSE(room->contains_user("c2"));
  EXPECT_FALSE(room->contains_user(""));
  room.apply(leave("alice", "c2").serial(2));
  EXPECT_FALSE(room->contains_user("alice"));
}

TEST(member_set, for_each_user_visits_each_user_once_with_its_count) {
  watched_set room;
  std::map<std::string, std::size_t> expected;
  for (unsigned user = 1; user <= 12; ++user) {
    for (unsigned n = 0; n < user; ++n) room.apply(enter("u" + std::to_string(user), "c" + std::to_string(n)));
    expected["u" + std::to_string(user)] = user;
  }
  std::map<std::string, std::size_t> visited;
  room->for_each_user([&](std::string_view client_id, std::size_t connections) {
    EXPECT_TRUE(visited.emplace(client_id, connections).second) << client_id;
  });
  EXPECT_EQ(visited, expected);
}

}  // namespace
}  // namespace presence::test::set_users_test
