// enter, update, leave: what the hub makes of them, and re-entry.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>
#include <presence/extras.hpp>
#include <presence/message_id.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace presence::test::hub_operations_test {
namespace {

class hub_operations : public hub_test {
 protected:
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};

  [[nodiscard]] lines seen() {
    lines all = watcher.heard();
    if (!all.empty() && all.front() == "attached") all.erase(all.begin());
    return all;
  }
  /// What a participant sends after an attach that was not resumed (RTP17i).
  [[nodiscard]] static text_message reentry(const text_message& member) {
    text_message again = says(action::enter);
    again.data = member.data;
    again.id = member.id;
    return again;
  }
};

TEST_F(hub_operations, update_when_absent_is_an_enter_RTP9b) {
  alice.update("a");
  EXPECT_EQ(seen(), (lines{"enter alice a"}));
}

TEST_F(hub_operations, enter_when_present_is_an_update_RTP9b) {
  alice.enter("a");
  alice.enter("b");
  EXPECT_EQ(seen(), (lines{"enter alice a", "update alice b"}));
  EXPECT_EQ(members(), (lines{"alice b"}));
}

TEST_F(hub_operations, each_message_of_a_batch_is_decided_by_those_before_it_RTP9b) {
  alice.publish(
      {says(action::enter), says(action::enter), says(action::leave), says(action::leave), says(action::update)});
  EXPECT_EQ(seen(), (lines{"enter alice", "update alice", "leave alice", "enter alice"}));
  EXPECT_EQ(watcher.sink.batches.size(), 1U);  // and they are told together
}

TEST_F(hub_operations, update_without_data_has_none) {
  alice.enter("a");
  alice.update();
  EXPECT_EQ(members(), (lines{"alice"}));
}

TEST_F(hub_operations, leave_when_absent_succeeds_and_tells_nobody_RTP10d) {
  EXPECT_EQ(alice.leave(), std::error_code{});
  EXPECT_EQ(alice.leave("a"), std::error_code{});
  EXPECT_EQ(seen(), lines{});
  EXPECT_EQ(alice.heard(), (lines{"attached"}));
}

TEST_F(hub_operations, leave_carries_the_last_data_and_extras_RTP10a) {
  text_message enter = says(action::enter, {}, "a");
  enter.extras = {{"device", "phone"}};
  alice.publish({enter});
  alice.leave();
  EXPECT_EQ(seen(), (lines{"enter alice a", "leave alice a"}));
  const text_message& left = watcher.sink.live.back();
  EXPECT_EQ(left.reason, leave_reason::left);
  EXPECT_EQ(left.extras.json(), R"({"device":"phone"})");
  EXPECT_TRUE(same(left.data, watcher.sink.live.front().data));  // not a copy
}

TEST_F(hub_operations, leave_may_bring_data_of_its_own_RTP10a) {
  alice.enter("a");
  alice.leave("bye");
  EXPECT_EQ(seen(), (lines{"enter alice a", "leave alice bye"}));
}

TEST_F(hub_operations, messages_are_stamped_with_time_connection_and_id) {
  alice.enter();
  clock.advance(5ms);
  alice.publish({says(action::update), says(action::update)});
  ASSERT_EQ(watcher.sink.live.size(), 3U);
  for (const text_message& m : watcher.sink.live) {
    EXPECT_EQ(m.connection_id, alice.session.connection_id());
    EXPECT_EQ(m.reason, leave_reason::none);
    EXPECT_EQ(m.id.origin, id_origin::connection);
  }
  EXPECT_EQ(watcher.sink.live[0].timestamp, testing::manual_clock::start);
  EXPECT_EQ(watcher.sink.live[1].timestamp, testing::manual_clock::start + 5ms);
  EXPECT_EQ(watcher.sink.live[1].id.msg_serial, watcher.sink.live[0].id.msg_serial + 1);
  EXPECT_EQ(watcher.sink.live[1].id.index, 0U);
  EXPECT_EQ(watcher.sink.live[2].id.msg_serial, watcher.sink.live[1].id.msg_serial);
  EXPECT_EQ(watcher.sink.live[2].id.index, 1U);
}

TEST_F(hub_operations, what_the_sender_claims_is_overwritten) {
  text_message forged = says(action::enter);
  forged.connection_id = watcher.session.connection_id();
  forged.timestamp = time_point{};
  forged.reason = leave_reason::evicted;
  alice.publish({forged});
  EXPECT_EQ(seen(), (lines{"enter alice"}));
  EXPECT_EQ(watcher.sink.live[0].connection_id, alice.session.connection_id());
  EXPECT_EQ(watcher.sink.live[0].timestamp, clock.now());
}

TEST_F(hub_operations, client_operations_do_not_disturb_other_members_RTP15) {
  client gateway{hub, identity::wildcard()};
  alice.enter("hers");
  gateway.publish({says(action::enter, "alice", "gateway's"), says(action::enter, "bob")});
  EXPECT_EQ(members(), (lines{
                           "alice gateway's",
                           "alice hers",
                           "bob",
                       }));
  gateway.publish({says(action::leave, "alice")});
  EXPECT_EQ(members(), (lines{"alice hers", "bob"}));
}

TEST_F(hub_operations, reentry_of_a_member_the_hub_has_tells_nobody_RTP17g1) {
  alice.enter("a");
  const text_message known = alice.sink.live.back();
  (void)seen();
  EXPECT_EQ(alice.publish({reentry(known)}), std::error_code{});
  EXPECT_EQ(seen(), lines{});
  EXPECT_EQ(hub.members("lobby")[0].id, known.id);
}

TEST_F(hub_operations, reentry_older_than_the_member_changes_nothing_RTP17g1) {
  alice.enter("a");
  const text_message old = alice.sink.live.back();
  alice.update("b");
  EXPECT_EQ(alice.publish({reentry(old)}), std::error_code{});
  EXPECT_EQ(seen(), (lines{"enter alice a", "update alice b"}));
  EXPECT_EQ(members(), (lines{"alice b"}));
}

// Others were told that the member left, some of them perhaps in the middle of a sync, and would take its old id for old.
TEST_F(hub_operations, reentry_of_a_member_that_left_gets_a_fresh_id_RTP17g1) {
  alice.enter("a");
  const text_message gone = alice.sink.live.back();
  alice.leave();
  alice.publish({reentry(gone)});
  EXPECT_EQ(seen(), (lines{"enter alice a", "leave alice a", "enter alice a"}));
  EXPECT_GT(watcher.sink.live.back().id.msg_serial, gone.id.msg_serial);
}

TEST_F(hub_operations, forged_reentry_id_gets_a_fresh_one_RTP17g1) {
  alice.enter("a");
  const std::uint64_t serial = alice.sink.live.back().id.msg_serial;
  const auto claim = [&](message_id id) {
    text_message forged = says(action::enter, {}, "forged");
    forged.id = id;
    alice.publish({forged});
    return watcher.sink.live.back().id;
  };
  const message_id next = claim({serial + 1000, 7, id_origin::connection});  // not given out yet
  EXPECT_EQ(next, (message_id{serial + 1, 0, id_origin::connection}));
  const message_id larger_index = claim({next.msg_serial, 9, id_origin::connection});  // nor this
  EXPECT_EQ(larger_index, (message_id{serial + 2, 0, id_origin::connection}));
  const message_id synthesized = claim({0, 0, id_origin::synthesized});
  EXPECT_EQ(synthesized, (message_id{serial + 3, 0, id_origin::connection}));
  EXPECT_EQ(alice.update("b"), std::error_code{});  // what comes next is newer still
  EXPECT_EQ(seen().back(), "update alice b");
}

TEST_F(hub_operations, leave_with_an_old_id_is_a_leave) {
  alice.enter();
  text_message leave = says(action::leave);
  leave.id = alice.sink.live.back().id;
  alice.publish({leave});
  EXPECT_EQ(seen(), (lines{"enter alice", "leave alice"}));
}

}  // namespace
}  // namespace presence::test::hub_operations_test
