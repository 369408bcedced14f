// A lost connection: members stay for the grace period, to the millisecond, and then time out.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>
#include <presence/message_id.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace presence::test::hub_drop_test {
namespace {

class hub_drop : public hub_test {
 protected:
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};

  void SetUp() override { (void)watcher.heard(); }
};

TEST_F(hub_drop, members_stay_for_the_grace_and_nobody_is_told) {
  alice.enter("a");
  (void)alice.heard();
  alice.session.drop();
  EXPECT_FALSE(alice.session.connected());
  EXPECT_EQ(alice.heard(), (lines{"detached: disconnected"}));
  EXPECT_EQ(advance(14'999ms), 0U);
  EXPECT_EQ(members(), (lines{"alice a"}));
  EXPECT_EQ(watcher.heard(), (lines{"enter alice a"}));
  EXPECT_EQ(hub.session_count(), 2U);
}

TEST_F(hub_drop, after_the_grace_members_time_out_to_the_millisecond) {
  alice.enter("a");
  clock.advance(7ms);
  alice.session.drop();
  EXPECT_EQ(next_in(), 15s);
  EXPECT_EQ(advance(14'999ms), 0U);
  EXPECT_EQ(next_in(), 1ms);
  EXPECT_EQ(advance(1ms), 1U);
  EXPECT_EQ(watcher.heard(), (lines{"enter alice a", "leave alice a timed_out"}));
  EXPECT_EQ(alice.heard().back(), "detached: connection expired");
  EXPECT_EQ(members(), lines{});
  EXPECT_EQ(hub.session_count(), 1U);
  EXPECT_EQ(next_in(), std::nullopt);
  EXPECT_EQ(hub.run_due(), 0U);
}

TEST_F(hub_drop, ghost_stays_until_run_due_is_called) {
  alice.enter();
  alice.session.drop();
  clock.advance(1min);
  EXPECT_EQ(members(), (lines{"alice"}));
  EXPECT_EQ(hub.run_due(), 1U);
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_drop, time_out_is_synthesized_and_stamped_RTP2b1) {
  alice.enter("a");
  alice.session.drop();
  advance(15'003ms);
  const text_message& left = watcher.sink.live.back();
  EXPECT_EQ(left.action, action::leave);
  EXPECT_EQ(left.reason, leave_reason::timed_out);
  EXPECT_EQ(left.timestamp, clock.now());
  EXPECT_TRUE(left.id.synthesized());
  EXPECT_EQ(left.connection_id, alice.session.connection_id());
  EXPECT_FALSE(to_string(left.id, left.connection_id).starts_with(left.connection_id));
  EXPECT_EQ(*left.data, "a");
}

TEST_F(hub_drop, synthesized_ids_differ) {
  client gateway{hub, identity::wildcard()};
  gateway.publish({says(action::enter, "a"), says(action::enter, "b")});
  alice.enter();
  gateway.session.drop();
  alice.session.drop();
  advance(15s);
  std::vector<message_id> ids;
  for (const text_message& m : watcher.sink.live) {
    if (m.action != action::leave) continue;
    for (const message_id& other : ids) EXPECT_NE(other, m.id);
    ids.push_back(m.id);
  }
  EXPECT_EQ(ids.size(), 3U);
}

TEST_F(hub_drop, grace_is_the_hubs_option) {
  hub_options options;
  options.grace = 100ms;
  text_hub hasty{options, clock};
  client bob{hasty, "bob"};
  bob.session.drop();
  clock.advance(99ms);
  EXPECT_EQ(hasty.run_due(), 0U);
  clock.advance(1ms);
  EXPECT_EQ(hasty.run_due(), 1U);
}

TEST_F(hub_drop, identity_may_have_a_grace_of_its_own) {
  identity patient{"patient"};
  patient.grace = 20s;
  identity hasty{"hasty"};
  hasty.grace = 5s;
  client a{hub, patient};
  client b{hub, hasty};
  for (client* each : {&a, &b, &alice}) {
    each->enter();
    each->session.drop();
  }
  EXPECT_EQ(next_in(), 5s);
  EXPECT_EQ(advance(5s), 1U);
  EXPECT_EQ(members(), (lines{"alice", "patient"}));
  EXPECT_EQ(next_in(), 10s);
  EXPECT_EQ(advance(10s), 1U);
  EXPECT_EQ(members(), (lines{"patient"}));
  EXPECT_EQ(next_in(), 5s);
  EXPECT_EQ(advance(5s), 1U);
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_drop, no_grace_is_due_at_once) {
  identity hasty{"hasty"};
  hasty.grace = 0ms;
  client bob{hub, hasty};
  bob.enter();
  bob.session.drop();
  EXPECT_EQ(next_in(), 0ms);
  EXPECT_EQ(members(), (lines{"hasty"}));
  EXPECT_EQ(hub.run_due(), 1U);
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_drop, endless_grace_never_ends) {
  identity patient{"patient"};
  patient.grace = std::chrono::milliseconds::max();
  client bob{hub, patient};
  bob.enter();
  bob.session.drop();
  EXPECT_EQ(advance(std::chrono::hours{24 * 365 * 1000}), 0U);
  EXPECT_EQ(members(), (lines{"patient"}));
  EXPECT_TRUE(hub.resume(bob.session.resume_key()).has_value());
}

TEST_F(hub_drop, all_that_is_due_leaves_in_the_order_it_fell_due) {
  identity hasty{"hasty"};
  hasty.grace = 1s;
  client bob{hub, "bob"};
  client third{hub, hasty};
  for (client* each : {&alice, &bob, &third}) {
    each->enter();
    each->session.drop();
    clock.advance(1ms);
  }
  (void)watcher.heard();
  EXPECT_EQ(advance(1min), 3U);
  EXPECT_EQ(watcher.heard(), (lines{"leave hasty timed_out", "leave alice timed_out", "leave bob timed_out"}));
}

TEST_F(hub_drop, every_room_of_the_session_is_dropped) {
  client observer{hub, "observer", "other"};
  recording_sink sink;
  text_attachment other = alice.session.attach("other", mode_set::all(), std::ref(sink)).value();
  other.publish({says(action::enter)});
  alice.enter();
  alice.session.drop();
  advance(15s);
  EXPECT_EQ(observer.heard().back(), "leave alice timed_out");
  EXPECT_EQ(watcher.heard().back(), "leave alice timed_out");
}

TEST_F(hub_drop, dropped_session_gets_no_events) {
  alice.session.drop();
  (void)alice.heard();
  watcher.enter();
  EXPECT_EQ(alice.heard(), lines{});
}

TEST_F(hub_drop, dropping_twice_does_not_prolong_the_grace) {
  alice.enter();
  alice.session.drop();
  clock.advance(10s);
  alice.session.drop();
  EXPECT_EQ(next_in(), 5s);
  EXPECT_EQ(advance(5s), 1U);
}

TEST_F(hub_drop, session_that_is_dropped_may_be_closed) {
  alice.enter();
  alice.session.drop();
  alice.session.close();
  EXPECT_EQ(watcher.heard(), (lines{"enter alice", "leave alice closed"}));
  EXPECT_EQ(hub.next_deadline(), std::nullopt);
  EXPECT_EQ(hub.session_count(), 1U);
}

TEST_F(hub_drop, destroying_a_dropped_session_leaves_its_grace_alone) {
  alice.enter();
  alice.session.drop();
  { const text_session gone = std::move(alice.session); }
  alice.room = {};
  EXPECT_EQ(members(), (lines{"alice"}));
  EXPECT_EQ(hub.session_count(), 2U);
  EXPECT_EQ(advance(15s), 1U);
  EXPECT_EQ(watcher.heard(), (lines{"enter alice", "leave alice timed_out"}));
}

TEST_F(hub_drop, who_never_entered_is_missed_by_nobody) {
  alice.session.drop();
  EXPECT_EQ(advance(15s), 1U);
  EXPECT_EQ(watcher.heard(), lines{});
}

TEST_F(hub_drop, wildcard_session_takes_thousands_with_it) {
  client gateway{hub, identity::wildcard()};
  constexpr int count = 3000;
  for (int n = 0; n < count; ++n) gateway.publish({says(action::enter, "m" + std::to_string(n))});
  gateway.publish({says(action::leave, "m0")});
  EXPECT_EQ(hub.member_count("lobby"), 2999U);
  (void)watcher.heard();
  watcher.sink.batches.clear();
  gateway.session.drop();
  EXPECT_EQ(watcher.heard(), lines{});
  EXPECT_EQ(advance(15s), 1U);
  EXPECT_EQ(watcher.heard().size(), 2999U);
  EXPECT_EQ(watcher.sink.batches.size(), 1U);
  EXPECT_EQ(hub.member_count("lobby"), 0U);
}

// A client that comes back on a new connection before the old one's grace is over.
TEST_F(hub_drop, reconnecting_client_is_two_members_and_one_user) {
  const text_session observer = hub.connect("observer");
  text_presence o{observer.room("lobby"), {}, clock};
  lines events;
  const auto members_heard = o.subscribe([&](const event<std::string>& e) { events.push_back(to_line(e)); });
  const auto users_heard = o.subscribe_users(
      [&](const user_event& e) { events.push_back(e.client_id + ' ' + std::string{to_string(e.change)}); });
  alice.enter("old");
  alice.session.drop();
  clock.advance(5s);
  client again{hub, "alice"};
  again.enter("new");
  EXPECT_EQ(members(), (lines{"alice new", "alice old"}));
  EXPECT_EQ(o.users().value().size(), 1U);
  EXPECT_EQ(o.users().value()[0].connections, 2U);
  advance(10s);
  EXPECT_EQ(members(), (lines{"alice new"}));
  EXPECT_TRUE(hub.is_user_present("lobby", "alice"));
  EXPECT_EQ(events, (lines{"enter alice old", "alice online", "enter alice new", "leave alice old timed_out"}));
}

}  // namespace
}  // namespace presence::test::hub_drop_test
