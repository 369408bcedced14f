// Lists: when somebody came, what an update replaced, and whether a connection is lost while its place is kept.
#include "support/hub_fixture.hpp"
#include <presence/member_order.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace presence::test::hub_lists_test {
namespace {

class hub_list : public hub_test {
 protected:
  const text_message& last(const client& who) { return who.sink.live.back(); }
  member<std::string> only() { return hub.members("lobby").at(0); }
};

TEST_F(hub_list, entered_at_is_the_time_of_the_enter_in_events_members_and_pages_S19) {
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};
  const time_point came = detail::now(clock);
  alice.enter("a");
  EXPECT_EQ(last(watcher).entered_at, came);
  advance(5s);
  alice.update("b");
  EXPECT_EQ(last(watcher).entered_at, came);
  EXPECT_EQ(last(watcher).timestamp, came + 5s);
  EXPECT_EQ(only().entered_at, came);
  EXPECT_EQ(only().updated_at, came + 5s);
  client late{hub, "late"};
  ASSERT_EQ(late.sink.synced.size(), 1U);
  EXPECT_EQ(late.sink.synced[0].entered_at, came);
  advance(5s);
  alice.leave();
  EXPECT_EQ(last(watcher).entered_at, came);
  alice.enter("a");
  EXPECT_EQ(last(watcher).entered_at, came + 10s);
  EXPECT_EQ(only().entered_at, came + 10s);
  alice.room.detach();
  EXPECT_EQ(last(watcher).action, action::leave);
  EXPECT_EQ(last(watcher).entered_at, came + 10s);
}

/// What a client says of itself in these fields does not count.
TEST_F(hub_list, only_the_hub_says_when_somebody_came_whether_he_is_connected_and_what_was_replaced_S19) {
  client alice{hub, "alice"};
  text_message m = says(action::enter, {}, "a");
  m.entered_at = time_point{std::chrono::milliseconds{1}};
  m.connected = false;
  m.previous = shared_data<std::string>::make("forged");
  alice.publish({m});
  EXPECT_EQ(last(alice).entered_at, detail::now(clock));
  EXPECT_TRUE(last(alice).connected);
  EXPECT_TRUE(last(alice).previous.empty());
  EXPECT_EQ(only().entered_at, detail::now(clock));
  EXPECT_TRUE(only().connected);
}

TEST_F(hub_list, update_carries_the_data_that_it_replaced_S22) {
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};
  alice.enter("a");
  EXPECT_TRUE(last(watcher).previous.empty());
  const auto before = last(watcher).data;
  alice.update("b");
  EXPECT_TRUE(same(last(watcher).previous, before));  // the shared value, not a copy
  EXPECT_TRUE(same(last(watcher).previous, last(alice).previous));
  alice.enter("c");  // an update to others
  EXPECT_EQ(*last(watcher).previous, "b");
  alice.update();
  EXPECT_EQ(*last(watcher).previous, "c");
  alice.update("d");
  EXPECT_TRUE(last(watcher).previous.empty());
}

TEST_F(hub_list, leave_with_data_of_its_own_carries_what_the_member_had_S22) {
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};
  alice.enter("a");
  alice.leave("bye");
  EXPECT_EQ(*last(watcher).data, "bye");
  EXPECT_EQ(*last(watcher).previous, "a");
  alice.enter("b");
  EXPECT_TRUE(last(watcher).previous.empty());
  alice.leave();
  EXPECT_EQ(*last(watcher).data, "b");
  EXPECT_TRUE(last(watcher).previous.empty());
}

class hub_lost : public ::testing::Test {
 protected:
  static hub_options showing() {
    hub_options options;
    options.show_lost = true;
    return options;
  }
  /// `alice lost`, `alice back`: the updates since the last call.
  lines told(client& who) {
    lines found;
    for (const text_message& m : who.sink.live) {
      EXPECT_EQ(m.action, action::update);
      EXPECT_EQ(m.reason, leave_reason::none);
      found.push_back(m.client_id + (m.connected ? " back" : " lost"));
    }
    std::sort(found.begin(), found.end());
    who.sink.live.clear();
    return found;
  }
  void forget(client& who) { who.sink.live.clear(); }

  testing::manual_clock clock;
  text_hub hub{showing(), clock};
  client watcher{hub, "watcher"};
};

TEST_F(hub_lost, connection_that_is_lost_and_back_is_shown_by_updates_S27) {
  client alice{hub, "alice"};
  alice.enter("a");
  const text_message entered = watcher.sink.live.back();
  forget(watcher);
  clock.advance(1s);
  alice.session.drop();
  ASSERT_EQ(watcher.sink.live.size(), 1U);
  const text_message lost = watcher.sink.live[0];
  EXPECT_TRUE(same(lost.data, entered.data));
  EXPECT_EQ(lost.entered_at, entered.entered_at);
  EXPECT_GT(lost.id.msg_serial, entered.id.msg_serial);
  EXPECT_EQ(told(watcher), lines{"alice lost"});
  EXPECT_FALSE(hub.members("lobby").at(0).connected);
  clock.advance(1s);
  const text_session again = hub.resume(alice.session.resume_key()).value();
  EXPECT_EQ(told(watcher), lines{"alice back"});
  EXPECT_TRUE(hub.members("lobby").at(0).connected);
}

TEST_F(hub_lost, every_member_of_the_session_is_shown_and_nobody_elses_S27) {
  client many{hub, identity::wildcard()};
  client other{hub, "a"};
  many.publish({says(action::enter, "a"), says(action::enter, "b")});
  other.enter();
  forget(watcher);
  many.session.drop();
  EXPECT_EQ(told(watcher), (lines{"a lost", "b lost"}));
  EXPECT_EQ(watcher.sink.batches.back()->size(), 2U);  // one batch
  const text_session again = hub.resume(many.session.resume_key()).value();
  EXPECT_EQ(told(watcher), (lines{"a back", "b back"}));
}

TEST_F(hub_lost, the_lost_one_misses_nothing_by_it_and_hears_that_it_is_back_S27) {
  client alice{hub, "alice"};
  alice.enter("a");
  (void)alice.heard();
  forget(alice);
  alice.session.drop();
  EXPECT_EQ(alice.heard(), (lines{"update alice a", "detached: disconnected"}));
  forget(alice);
  const text_session again = hub.resume(alice.session.resume_key()).value();
  EXPECT_EQ(alice.heard(), (lines{"attached resumed with members", "update alice a"}));
  EXPECT_EQ(told(alice), lines{"alice back"});
}

TEST_F(hub_lost, page_of_a_sync_says_it_too_S27) {
  client alice{hub, "alice"};
  alice.enter("a");
  alice.session.drop();
  client late{hub, "late"};
  ASSERT_EQ(late.sink.synced.size(), 1U);
  EXPECT_FALSE(late.sink.synced[0].connected);
}

TEST_F(hub_lost, member_that_times_out_leaves_as_any_S27) {
  client alice{hub, "alice"};
  alice.enter("a");
  forget(watcher);
  alice.session.drop();
  EXPECT_EQ(told(watcher), lines{"alice lost"});
  clock.advance(15s);
  hub.run_due();
  ASSERT_EQ(watcher.sink.live.size(), 1U);
  EXPECT_EQ(watcher.sink.live[0].action, action::leave);
  EXPECT_EQ(watcher.sink.live[0].reason, leave_reason::timed_out);
  EXPECT_EQ(*watcher.sink.live[0].data, "a");
}

TEST_F(hub_lost, who_has_no_member_is_not_shown_S27) {
  client alice{hub, "alice"};
  forget(watcher);
  alice.session.drop();
  const text_session again = hub.resume(alice.session.resume_key()).value();
  EXPECT_EQ(told(watcher), lines{});
}

TEST_F(hub_lost, reentry_of_a_member_that_was_lost_and_back_tells_nobody_S27) {
  client alice{hub, "alice"};
  alice.enter("a");
  text_message again = alice.sink.live.back();
  again.action = action::enter;
  alice.session.drop();
  const text_session session = hub.resume(alice.session.resume_key()).value();
  forget(watcher);
  EXPECT_EQ(alice.publish({again}), std::error_code{});
  EXPECT_EQ(told(watcher), lines{});
}

TEST_F(hub_lost, participants_learn_of_it_S27) {
  text_session session = hub.connect("bob");
  text_presence bob{session.room("lobby"), {}, clock};
  bob.attach();
  client alice{hub, "alice"};
  alice.enter("a");
  const auto connected = [&] { return bob.get("alice").value().at(0).connected; };
  EXPECT_TRUE(connected());
  alice.session.drop();
  EXPECT_FALSE(connected());
  const text_session again = hub.resume(alice.session.resume_key()).value();
  EXPECT_TRUE(connected());
}

TEST_F(hub_list, lost_connection_is_not_shown_by_default_S27) {
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};
  alice.enter("a");
  (void)watcher.heard();
  alice.session.drop();
  EXPECT_TRUE(only().connected);
  const text_session again = hub.resume(alice.session.resume_key()).value();
  EXPECT_EQ(watcher.heard(), lines{});
}

}  // namespace
}  // namespace presence::test::hub_lists_test
