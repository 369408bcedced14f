// What each action does to the set, and what is emitted for it: RTP2d, RTP2h1.
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <string>

namespace presence::test::set_actions_test {
namespace {

TEST(member_set, a_new_set_is_empty) {
  const basic_member_set<std::string> set;
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.size(), 0U);
  EXPECT_EQ(set.user_count(), 0U);
  EXPECT_EQ(set.version(), 0U);
  EXPECT_FALSE(set.syncing());
  EXPECT_FALSE(set.find("", ""));
}

TEST(member_set, enter_update_and_present_are_emitted_with_their_own_action_RTP2d1) {
  for (const action what : {action::enter, action::update, action::present}) {
    watched_set room;
    const std::string event{to_string(what)};
    EXPECT_EQ(room.apply(message_builder<>{what, "alice", "c1"}.serial(1)), lines{event + " alice/c1 online"});
    EXPECT_EQ(room.apply(message_builder<>{what, "alice", "c1"}.serial(2)), lines{event + " alice/c1"});
  }
}

TEST(member_set, enter_update_and_present_are_stored_as_present_RTP2d2) {
  for (const action what : {action::enter, action::update, action::present}) {
    watched_set room;
    room.apply(message_builder<>{what, "alice", "c1"});
    const auto alice = room->find("alice", "c1");
    ASSERT_TRUE(alice);
    EXPECT_EQ(member<std::string>(*alice).action, action::present);
  }
}

TEST(member_set, an_event_carries_what_the_message_said_RTP2d1) {
  watched_set room;
  const message<std::string> sent = update("alice", "c1").serial(3, 4).at(77).data("hi").with({{"k", "v"}});
  room.apply(sent);
  EXPECT_EQ(room.last().timestamp, at_ms(77));
  EXPECT_EQ(room.last().id, sent.id);
  EXPECT_EQ(room.last().extras, sent.extras);
  EXPECT_EQ(room.last().reason, leave_reason::none);
  EXPECT_TRUE(same(room.last().data, sent.data));
}

TEST(member_set, a_member_holds_what_the_message_said_RTP2d2) {
  watched_set room;
  const message<std::string> sent = enter("alice", "c1").serial(3, 4).at(77).data("hi").with({{"k", "v"}});
  room.apply(sent);
  const auto view = room->find("alice", "c1");
  ASSERT_TRUE(view);
  const member<std::string> alice(*view);
  EXPECT_EQ(alice.client_id, "alice");
  EXPECT_EQ(alice.connection_id, "c1");
  EXPECT_EQ(alice.updated_at, at_ms(77));
  EXPECT_EQ(alice.id, sent.id);
  EXPECT_EQ(alice.extras, sent.extras);
  EXPECT_TRUE(same(alice.data, sent.data));
}

TEST(member_set, an_update_without_data_leaves_the_member_without_data) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1).data("hi").with({{"k", "v"}}));
  room.apply(update("alice", "c1").serial(2));
  const auto alice = room->find("alice", "c1");
  ASSERT_TRUE(alice);
  EXPECT_TRUE(alice->data.empty());
  EXPECT_TRUE(alice->extras.empty());
}

TEST(member_set, undecodable_data_does_not_drop_the_member) {
  watched_set room;
  message<std::string> sent = enter("alice", "c1");
  sent.data = shared_data<std::string>::undecodable(make_error_code(errc::invalid_data),
                                                    shared_data<payload>::make(payload::text("?")));
  EXPECT_EQ(room.apply(sent), lines{"enter alice/c1 online"});
  EXPECT_EQ(room->find("alice", "c1")->data.error(), errc::invalid_data);
}

TEST(member_set, leave_is_emitted_and_the_member_removed_RTP2h1) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  EXPECT_EQ(room.apply(leave("alice", "c1").serial(2)), lines{"leave alice/c1 offline"});
  EXPECT_FALSE(room->contains("alice", "c1"));
  EXPECT_TRUE(room->empty());
}

TEST(member_set, leave_is_emitted_with_its_own_attributes_RTP2h1) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1).at(10).data("hi"));
  room.apply(leave("alice", "c1").synthesized().at(20).data("bye").reason(leave_reason::timed_out));
  EXPECT_EQ(*room.last().data, "bye");
  EXPECT_EQ(room.last().timestamp, at_ms(20));
  EXPECT_EQ(room.last().reason, leave_reason::timed_out);
}

TEST(member_set, leave_of_a_stranger_is_not_emitted_RTP2h1) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  EXPECT_EQ(room.apply(leave("bob", "c1").serial(2)), silence);
  EXPECT_EQ(room.apply(leave("alice", "c2").serial(2)), silence);
  EXPECT_EQ(room.members(), lines{"alice/c1"});
}

TEST(member_set, second_leave_is_not_emitted_RTP2h1) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  room.apply(leave("alice", "c1").serial(2));
  EXPECT_EQ(room.apply(leave("alice", "c1").serial(3)), silence);
}

TEST(member_set, leave_outside_a_sync_leaves_nothing_to_be_judged_by_RTP2h1) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(8));
  room.apply(leave("alice", "c1").serial(9));
  EXPECT_EQ(room.apply(enter("alice", "c1").serial(1)), lines{"enter alice/c1 online"});
}

TEST(member_set, absent_message_is_ignored) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));
  EXPECT_EQ(room.apply(message_builder<>{action::absent, "alice", "c1"}.serial(2)), silence);
  EXPECT_EQ(room.apply(message_builder<>{action::absent, "bob", "c1"}.serial(2)), silence);
  EXPECT_EQ(room.members(), lines{"alice/c1"});
}

TEST(member_set, version_counts_events) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(1));   // 1
  room.apply(update("alice", "c1").serial(2));  // 2
  room.apply(update("alice", "c1").serial(2));
  room.apply(leave("bob", "c1").serial(2));
  room.apply(enter("bob", "c1").serial(2));   // 3
  room.apply(leave("bob", "c1").serial(3));   // 4
  room.sync("s:", {present("carol", "c1")});  // 5: carol, 6: alice leaves
  EXPECT_EQ(room->version(), 6U);
}

}  // namespace
}  // namespace presence::test::set_actions_test
