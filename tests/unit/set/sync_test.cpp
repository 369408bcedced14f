// When a sync starts, what starts it anew, when it ends: RTP1, RTP18. What leaves with its end: RTP19.
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <string>

namespace presence::test::set_sync_test {
namespace {

watched_set with_alice_and_bob() {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  room.apply(enter("bob", "c2").serial(1));
  return room;
}

TEST(member_set, attach_that_says_there_are_members_starts_a_sync_RTP1) {
  watched_set room;
  EXPECT_FALSE(room->syncing());
  EXPECT_EQ(room.attach(), silence);
  EXPECT_TRUE(room->syncing());
}

TEST(member_set, first_page_starts_a_sync_RTP18) {
  watched_set room;
  EXPECT_EQ(room.sync("s:1", {present("alice", "c1")}), lines{"present alice/c1 online"});
  EXPECT_TRUE(room->syncing());
}

TEST(member_set, page_after_an_attach_belongs_to_the_sync_that_the_attach_started_RTP1) {
  watched_set room = with_alice_and_bob();
  room.attach();
  room.apply(update("alice", "c1").serial(2));  // confirms alice, unless the page starts the sync anew
  EXPECT_EQ(room.sync("s:", {present("bob", "c2").serial(1)}), silence);
  EXPECT_EQ(room.members(), (lines{"alice/c1", "bob/c2"}));
}

TEST(member_set, pages_of_one_sequence_are_one_sync_RTP18a) {
  watched_set room = with_alice_and_bob();
  room.sync("s:1", {present("alice", "c1").serial(1)});
  room.sync("s:2", {present("bob", "c2").serial(1)});
  EXPECT_EQ(room.sync("s:"), silence);
  EXPECT_EQ(room.members(), (lines{"alice/c1", "bob/c2"}));
}

TEST(member_set, another_sequence_starts_the_sync_anew_RTP18a) {
  watched_set room = with_alice_and_bob();
  room.sync("s:1", {present("alice", "c1").serial(1)});
  EXPECT_EQ(room.sync("t:", {present("bob", "c2").serial(1)}), lines{"leave alice/c1 resync offline"});
}

TEST(member_set, what_a_live_message_confirmed_in_a_discarded_sync_must_be_confirmed_again_RTP18a) {
  watched_set room = with_alice_and_bob();
  room.sync("s:1");
  room.apply(update("alice", "c1").serial(2));
  EXPECT_EQ(room.sync("t:", {present("bob", "c2").serial(1)}), lines{"leave alice/c1 resync offline"});
}

TEST(member_set, what_a_discarded_sync_added_must_be_confirmed_again_RTP18a) {
  watched_set room;
  room.sync("s:1", {present("alice", "c1")});
  room.apply(enter("bob", "c2"));
  EXPECT_EQ(room.sync("t:"), (lines{"leave alice/c1 resync offline", "leave bob/c2 resync offline"}));
}

TEST(member_set, discarding_a_sync_makes_nobody_leave_RTP18a) {
  watched_set room = with_alice_and_bob();
  room.sync("s:1");
  EXPECT_EQ(room.sync("t:1"), silence);
  EXPECT_EQ(room->size(), 2U);
  EXPECT_TRUE(room->syncing());
}

TEST(member_set, late_page_of_a_discarded_sync_is_another_sequence_again_RTP18a) {
  watched_set room = with_alice_and_bob();
  room.sync("s:1", {present("alice", "c1").serial(1)});
  room.sync("t:1", {present("alice", "c1").serial(1), present("bob", "c2").serial(1)});
  EXPECT_EQ(room.sync("s:", {present("bob", "c2").serial(1)}), lines{"leave alice/c1 resync offline"});
}

TEST(member_set, attach_within_a_sync_starts_it_anew_RTP18a) {
  watched_set room = with_alice_and_bob();
  room.sync("s:1", {present("alice", "c1").serial(1)});
  room.attach();
  EXPECT_EQ(room.sync("s:", {present("bob", "c2").serial(1)}), lines{"leave alice/c1 resync offline"});
}

TEST(member_set, empty_position_ends_the_sync_RTP18b) {
  watched_set room;
  room.sync("s:1");
  EXPECT_TRUE(room->syncing());
  room.sync("s:");
  EXPECT_FALSE(room->syncing());
}

TEST(member_set, last_page_counts_before_the_sync_ends_RTP18b) {
  watched_set room = with_alice_and_bob();
  room.sync("s:1", {present("alice", "c1").serial(1)});
  EXPECT_EQ(room.sync("s:", {present("bob", "c2").serial(1)}), silence);
}

TEST(member_set, sequence_of_an_ended_sync_may_come_again_RTP18b) {
  watched_set room = with_alice_and_bob();
  room.sync("s:", {present("alice", "c1").serial(1), present("bob", "c2").serial(1)});
  EXPECT_EQ(room.sync("s:", {present("bob", "c2").serial(1)}), lines{"leave alice/c1 resync offline"});
}

TEST(member_set, page_without_cursor_is_a_whole_sync_RTP18c) {
  watched_set room = with_alice_and_bob();
  EXPECT_EQ(room.sync("", {present("bob", "c2").serial(1), present("carol", "c3")}),
            (lines{"present carol/c3 online", "leave alice/c1 resync offline"}));
  EXPECT_FALSE(room->syncing());
}

TEST(member_set, page_without_cursor_discards_the_sync_in_progress_RTP18c) {
  watched_set room = with_alice_and_bob();
  room.sync("s:1", {present("alice", "c1").serial(1)});
  EXPECT_EQ(room.sync("", {present("bob", "c2").serial(1)}), lines{"leave alice/c1 resync offline"});
}

TEST(member_set, page_without_cursor_serves_the_sync_that_an_attach_started_RTP18c) {
  watched_set room = with_alice_and_bob();
  room.attach();
  room.apply(update("alice", "c1").serial(2));
  EXPECT_EQ(room.sync("", {present("bob", "c2").serial(1)}), silence);
}

TEST(member_set, unconfirmed_members_leave_at_the_end_RTP19) {
  watched_set room = with_alice_and_bob();
  room.apply(enter("bob", "c3").serial(1));
  room.sync("s:1", {present("bob", "c2").serial(1)});
  EXPECT_EQ(room.sync("s:"), (lines{"leave alice/c1 resync offline", "leave bob/c3 resync"}));
  EXPECT_EQ(room.members(), lines{"bob/c2"});
}

TEST(member_set, leave_at_the_end_carries_the_members_own_attributes_RTP19) {
  watched_set room;
  const message<std::string> sent = enter("alice", "c1").serial(7).at(10).data("hi").with({{"k", "v"}});
  room.apply(sent);
  room.sync("s:", {}, 500);
  EXPECT_EQ(room.last().action, action::leave);
  EXPECT_EQ(room.last().reason, leave_reason::resync);
  EXPECT_EQ(room.last().client_id, "alice");
  EXPECT_EQ(room.last().connection_id, "c1");
  EXPECT_TRUE(same(room.last().data, sent.data));
  EXPECT_EQ(room.last().extras, sent.extras);
  EXPECT_EQ(room.last().timestamp, at_ms(500));
  EXPECT_EQ(room.last().id, message_id{});
}

TEST(member_set, sync_that_changes_nothing_is_silent_RTP19) {
  watched_set room = with_alice_and_bob();
  EXPECT_EQ(room.sync("s:1", {present("alice", "c1").serial(1)}), silence);
  EXPECT_EQ(room.sync("s:", {present("bob", "c2").serial(1)}), silence);
}

TEST(member_set, empty_sync_of_an_empty_set_is_silent_RTP19) {
  watched_set room;
  room.attach();
  EXPECT_EQ(room.sync("s:"), silence);
}

TEST(member_set, stale_sync_message_confirms_RTP19) {
  watched_set room = with_alice_and_bob();
  room.apply(update("alice", "c1").serial(5).data("new"));
  EXPECT_EQ(room.sync("s:", {present("alice", "c1").serial(1).data("old"), present("bob", "c2").serial(1)}), silence);
  EXPECT_EQ(*room->find("alice", "c1")->data, "new");
}

TEST(member_set, stale_live_message_confirms_RTP19) {
  watched_set room = with_alice_and_bob();
  room.attach();
  EXPECT_EQ(room.apply(update("alice", "c1").serial(0)), silence);
  EXPECT_EQ(room.apply(leave("bob", "c2").serial(0)), silence);
  EXPECT_EQ(room.sync("s:"), silence);
}

TEST(member_set, member_that_came_live_during_a_sync_stays_RTP19) {
  watched_set room;
  room.attach();
  room.apply(enter("alice", "c1"));
  EXPECT_EQ(room.sync("s:"), silence);
  EXPECT_EQ(room.members(), lines{"alice/c1"});
}

TEST(member_set, update_in_a_page_is_emitted_once_RTP19) {
  watched_set room = with_alice_and_bob();
  EXPECT_EQ(room.sync("s:", {present("alice", "c1").serial(2).data("new"), present("bob", "c2").serial(1)}),
            lines{"present alice/c1"});
  EXPECT_EQ(*room->find("alice", "c1")->data, "new");
}

TEST(member_set, confirmation_does_not_outlive_its_sync_RTP19) {
  watched_set room = with_alice_and_bob();
  room.sync("s:", {present("alice", "c1").serial(1), present("bob", "c2").serial(1)});
  EXPECT_EQ(room.sync("t:"), (lines{"leave alice/c1 resync offline", "leave bob/c2 resync offline"}));
}

TEST(member_set, live_message_between_two_syncs_confirms_nothing_RTP19) {
  watched_set room = with_alice_and_bob();
  room.sync("s:", {present("alice", "c1").serial(1), present("bob", "c2").serial(1)});
  room.apply(update("alice", "c1").serial(2));
  EXPECT_EQ(room.sync("t:", {present("bob", "c2").serial(1)}), lines{"leave alice/c1 resync offline"});
}

TEST(member_set, member_named_twice_in_a_sync_is_confirmed_once_RTP19) {
  watched_set room = with_alice_and_bob();
  room.sync("s:1", {present("alice", "c1").serial(1), present("alice", "c1").serial(1)});
  EXPECT_EQ(room.sync("s:"), lines{"leave bob/c2 resync offline"});
}

TEST(member_set, confirmed_members_survive_among_many_that_leave_RTP19) {
  watched_set room;
  std::vector<message<std::string>> page;
  lines survivors;
  for (int n = 100; n < 200; ++n) {
    const std::string name = std::to_string(n);
    room.apply(enter(name, "c"));
    if (n % 3 == 0) {
      page.push_back(present(name, "c"));
      survivors.push_back(name + "/c");
    }
  }
  EXPECT_EQ(room.sync("s:", page).size(), 100 - survivors.size());
  EXPECT_EQ(room.members(), survivors);
}

TEST(member_set, attached_without_members_makes_everybody_leave_RTP19a) {
  watched_set room;
  const message<std::string> sent = enter("alice", "c1").serial(7).at(10).data("hi").with({{"k", "v"}});
  room.apply(sent);
  room.apply(enter("alice", "c2"));
  const lines said = room.leave_all(500);
  EXPECT_EQ(said.size(), 2U);
  EXPECT_TRUE(room->empty());
  EXPECT_FALSE(room->contains_user("alice"));

  room.apply(sent);
  EXPECT_EQ(room.leave_all(600), lines{"leave alice/c1 resync offline"});
  EXPECT_TRUE(same(room.last().data, sent.data));
  EXPECT_EQ(room.last().extras, sent.extras);
  EXPECT_EQ(room.last().timestamp, at_ms(600));
  EXPECT_EQ(room.last().id, message_id{});
}

TEST(member_set, attached_without_members_is_in_sync_RTP19a) {
  watched_set room = with_alice_and_bob();
  room.sync("s:1", {present("alice", "c1").serial(1)});
  EXPECT_EQ(room.leave_all().size(), 2U);
  EXPECT_FALSE(room->syncing());
  room.apply(enter("alice", "c1"));
  EXPECT_EQ(room.sync("s:", {present("alice", "c1")}), silence);  // a sync of its own, not the old one
}

TEST(member_set, attached_without_members_to_an_empty_set_is_silent_RTP19a) {
  watched_set room;
  EXPECT_EQ(room.leave_all(), silence);
}

}  // namespace
}  // namespace presence::test::set_sync_test
