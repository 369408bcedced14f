// Leaves while a sync is in progress, and the absent markers they keep: RTP2h2.
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace presence::test::set_leave_during_sync_test {
namespace {

TEST(member_set, leave_during_a_sync_is_emitted_at_once_RTP2h2) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  room.attach();
  EXPECT_EQ(room.apply(leave("alice", "c1").serial(2)), lines{"leave alice/c1 offline"});
  EXPECT_EQ(room.members(), lines{});
}

TEST(member_set, leave_during_a_sync_is_emitted_once_RTP2h2) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  room.attach();
  room.apply(leave("alice", "c1").serial(2));
  EXPECT_EQ(room.apply(leave("alice", "c1").serial(3)), silence);
  EXPECT_EQ(room.sync("s:"), silence);
}

TEST(member_set, older_sync_message_does_not_revive_who_left_RTP2h2) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  room.attach();
  room.apply(leave("alice", "c1").serial(2));
  EXPECT_EQ(room.sync("s:", {present("alice", "c1").serial(1)}), silence);
  EXPECT_EQ(room.members(), lines{});
}

TEST(member_set, leave_of_a_stranger_during_a_sync_keeps_a_marker_RTP2h2) {
  watched_set room;
  room.attach();
  EXPECT_EQ(room.apply(leave("alice", "c1").serial(2)), silence);
  EXPECT_EQ(room.sync("s:1", {present("alice", "c1").serial(1)}), silence);
  EXPECT_EQ(room.sync("s:"), silence);
  EXPECT_EQ(room.members(), lines{});
}

TEST(member_set, newer_message_passes_a_marker_RTP2h2) {
  watched_set room;
  room.attach();
  room.apply(leave("alice", "c1").serial(2));
  EXPECT_EQ(room.sync("s:", {present("alice", "c1").serial(3)}), lines{"present alice/c1 online"});
  EXPECT_EQ(room.members(), lines{"alice/c1"});
}

TEST(member_set, message_equal_to_a_marker_does_not_pass_RTP2h2) {
  watched_set room;
  room.attach();
  room.apply(leave("alice", "c1").serial(2, 1));
  EXPECT_EQ(room.apply(enter("alice", "c1").serial(2, 1)), silence);
  EXPECT_EQ(room.apply(enter("alice", "c1").serial(2, 0)), silence);
  EXPECT_EQ(room.apply(enter("alice", "c1").serial(2, 2)), lines{"enter alice/c1 online"});
}

TEST(member_set, synthesized_marker_is_judged_by_time_RTP2h2) {
  watched_set room;
  room.attach();
  room.apply(leave("alice", "c1").synthesized().at(10).reason(leave_reason::timed_out));
  EXPECT_EQ(room.sync("s:1", {present("alice", "c1").serial(99).at(9)}), silence);
  EXPECT_EQ(room.sync("s:2", {present("alice", "c1").serial(1).at(11)}), lines{"present alice/c1 online"});
}

// Why a hub must date a leave that it makes up later than everything of that member: this is the rule, and a ghost.
TEST(member_set, older_sync_message_of_the_same_time_passes_a_synthesized_marker_RTP2b1a) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1).at(10));
  room.attach();
  room.apply(leave("alice", "c1").synthesized().at(10).reason(leave_reason::evicted));
  EXPECT_EQ(room.sync("s:", {present("alice", "c1").serial(1).at(10)}), lines{"present alice/c1 online"});
}

TEST(member_set, reentry_during_a_sync_passes_and_stays_RTP2h2) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  room.attach();
  room.apply(leave("alice", "c1").serial(2));
  EXPECT_EQ(room.apply(enter("alice", "c1").serial(3)), lines{"enter alice/c1 online"});
  EXPECT_EQ(room.sync("s:", {present("alice", "c1").serial(1)}), silence);
  EXPECT_EQ(room.members(), lines{"alice/c1"});
}

TEST(member_set, every_leave_and_reentry_of_a_sync_is_emitted_RTP2h2) {
  watched_set room;
  room.attach();
  for (unsigned n = 0; n < 10; n += 2) {
    EXPECT_EQ(room.apply(enter("alice", "c1").serial(n)), lines{"enter alice/c1 online"});
    EXPECT_EQ(room.apply(leave("alice", "c1").serial(n + 1)), lines{"leave alice/c1 offline"});
  }
  EXPECT_EQ(room.sync("s:", {present("alice", "c1").serial(8)}), silence);
}

TEST(member_set, stale_leave_does_not_set_a_marker_back_RTP2h2) {
  watched_set room;
  room.attach();
  room.apply(leave("alice", "c1").serial(5));
  room.apply(leave("alice", "c1").serial(3));
  EXPECT_EQ(room.apply(enter("alice", "c1").serial(4)), silence);
}

TEST(member_set, newer_leave_moves_a_marker_RTP2h2) {
  watched_set room;
  room.attach();
  room.apply(leave("alice", "c1").serial(3));
  room.apply(leave("alice", "c1").serial(5));
  EXPECT_EQ(room.apply(enter("alice", "c1").serial(4)), silence);
}

TEST(member_set, marker_of_one_connection_does_not_hold_for_another_RTP2h2) {
  watched_set room;
  room.attach();
  room.apply(leave("alice", "c1").serial(9));
  EXPECT_EQ(room.sync("s:1", {present("alice", "c2").serial(1)}), lines{"present alice/c2 online"});
}

TEST(member_set, leave_in_a_page_counts_as_a_live_one_RTP2h2) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  EXPECT_EQ(room.sync("s:1", {leave("alice", "c1").serial(2)}), lines{"leave alice/c1 offline"});
  EXPECT_EQ(room.sync("s:", {present("alice", "c1").serial(1)}), silence);
}

TEST(member_set, markers_go_with_the_end_of_the_sync_RTP2h2) {
  watched_set room;
  room.attach();
  room.apply(leave("alice", "c1").serial(5));
  const std::size_t with_marker = room->bytes();
  room.sync("s:");
  EXPECT_LT(room->bytes(), with_marker);
  EXPECT_EQ(room.apply(enter("alice", "c1").serial(1)), lines{"enter alice/c1 online"});
}

TEST(member_set, markers_outlive_a_discarded_sync_RTP2h2) {
  watched_set room;
  room.sync("s:1");
  room.apply(leave("alice", "c1").serial(5));
  room.sync("t:1");
  EXPECT_EQ(room.sync("t:2", {present("alice", "c1").serial(4)}), silence);
  room.sync("t:");
  EXPECT_EQ(room.apply(enter("alice", "c1").serial(1)), lines{"enter alice/c1 online"});
}

TEST(member_set, markers_go_when_everybody_leaves_RTP2h2) {
  watched_set room;
  room.attach();
  room.apply(leave("alice", "c1").serial(5));
  room.leave_all();
  EXPECT_EQ(room.apply(enter("alice", "c1").serial(1)), lines{"enter alice/c1 online"});
}

TEST(member_set, absent_markers_show_in_no_query_RTP2h2) {
  watched_set room;
  room.apply(enter("bob", "c1").serial(1));
  room.attach();
  room.apply(leave("alice", "c1").serial(5));  // never seen
  room.apply(leave("bob", "c1").serial(5));    // seen before
  EXPECT_EQ(room->size(), 0U);
  EXPECT_TRUE(room->empty());
  EXPECT_EQ(room->user_count(), 0U);
  for (const std::string client : {"alice", "bob"}) {
    EXPECT_FALSE(room->find(client, "c1")) << client;
    EXPECT_FALSE(room->contains(client, "c1")) << client;
    EXPECT_FALSE(room->contains_user(client)) << client;
    EXPECT_EQ(room->connections(client), 0U) << client;
  }
  int visited = 0;
  room->for_each([&](const auto&) { ++visited; });
  room->for_each_of("alice", [&](const auto&) { ++visited; });
  room->for_each_of("bob", [&](const auto&) { ++visited; });
  room->for_each_user([&](auto, auto) { ++visited; });
  EXPECT_EQ(visited, 0);
}

TEST(member_set, leave_of_a_confirmed_member_keeps_the_count_of_the_others_RTP19) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  room.apply(enter("bob", "c1").serial(1));
  room.sync("s:1", {present("alice", "c1").serial(1)});
  room.apply(leave("alice", "c1").serial(2));
  EXPECT_EQ(room.sync("s:"), lines{"leave bob/c1 resync offline"});
}

TEST(member_set, leave_of_an_unconfirmed_member_keeps_the_count_of_the_others_RTP19) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  room.apply(enter("bob", "c1").serial(1));
  room.attach();
  room.apply(leave("alice", "c1").serial(2));
  EXPECT_EQ(room.sync("s:"), lines{"leave bob/c1 resync offline"});
}

}  // namespace
}  // namespace presence::test::set_leave_during_sync_test
