// The hub's side of participants in the same process: what the loopback transport carries between the two.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>
#include <presence/transport.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::hub_loopback_test {
namespace {

class hub_loopback : public hub_test {
 protected:
  /// The participant's events as lines.
  template <class Presence>
  [[nodiscard]] static subscription listen(Presence& to, lines& events) {
    return to.subscribe([&events](const event<std::string>& e) { events.push_back(to_line(e)); });
  }
};

TEST_F(hub_loopback, transport_tells_who_it_is) {
  text_session alice = hub.connect("alice");
  const text_transport transport = alice.room("lobby");
  EXPECT_EQ(transport.client_id(), "alice");
  EXPECT_EQ(transport.connection_id(), alice.connection_id());
  EXPECT_EQ(transport.state(), room_state::initialized);
  EXPECT_EQ(hub.room_count(), 0U);  // nothing is attached yet
}

TEST_F(hub_loopback, participants_see_each_other) {
  text_session alice = hub.connect("alice");
  text_session bob = hub.connect("bob");
  text_presence a{alice.room("lobby"), {}, clock};
  text_presence b{bob.room("lobby"), {}, clock};
  lines events;
  const auto subscription = listen(b, events);
  a.enter("1");
  a.update("2");
  EXPECT_TRUE(b.is_user_present("alice"));
  a.leave();
  EXPECT_FALSE(b.is_user_present("alice"));
  EXPECT_EQ(events, (lines{"enter alice 1", "update alice 2", "leave alice 2"}));
}

TEST_F(hub_loopback, operation_completes_after_its_own_event_and_before_the_call_returns) {
  text_session alice = hub.connect("alice");
  text_presence a{alice.room("lobby"), {}, clock};
  lines order;
  const auto subscription = listen(a, order);
  a.enter("1", [&](std::error_code why) { order.push_back(why ? why.message() : "entered"); });
  order.push_back("returned");
  EXPECT_EQ(order, (lines{"enter alice 1", "entered", "returned"}));
}

TEST_F(hub_loopback, hub_refuses_and_the_handler_gets_exactly_that_RTP8i) {
  hub_options options;
  options.limits.data_size = 3;
  options.limits.members_per_room = 1;
  hub = text_hub{options, clock};
  text_session alice = hub.connect("alice");
  text_presence a{alice.room("lobby"), {}, clock};
  lines outcomes;
  const auto note = [&](std::error_code why) { outcomes.push_back(why ? why.message() : "ok"); };
  a.enter("1234", note);
  a.enter("123", note);
  text_session bob = hub.connect("bob");
  text_presence b{bob.room("lobby"), {}, clock};
  b.enter("b", note);
  a.enter_client("carol", note);
  EXPECT_EQ(outcomes,
            (lines{"message too large", "ok", "the room has its maximum number of members", "invalid client id"}));
  a.update("321", note);  // still usable
  EXPECT_EQ(outcomes.back(), "ok");
}

TEST_F(hub_loopback, participant_without_events_is_told_only_about_its_own_members) {
  client alice{hub, "alice"};
  alice.enter();
  text_session bob = hub.connect("bob");
  presence_options options;
  options.enable_events = false;
  text_presence b{bob.room("lobby"), options, clock};
  b.enter("1");
  EXPECT_EQ(b.self().state, self_state::present);
  alice.update();
  EXPECT_EQ(members(), (lines{"alice", "bob 1"}));
  EXPECT_EQ(b.size(), 1U);  // itself
  hub.evict("lobby", "bob");
  EXPECT_EQ(b.self(), (self_status{self_state::lost, leave_reason::evicted, {}}));
}

TEST_F(hub_loopback, drop_and_resume_go_unnoticed_where_nothing_happened) {
  text_session alice = hub.connect("alice");
  text_session bob = hub.connect("bob");
  text_presence a{alice.room("lobby"), {}, clock};
  text_presence b{bob.room("lobby"), {}, clock};
  lines events;
  const auto of_a = listen(a, events);
  const auto of_b = listen(b, events);
  a.enter("1");
  events.clear();
  alice.drop();
  EXPECT_EQ(a.state(), room_state::attaching);
  advance(14s);
  alice = hub.resume(alice.resume_key()).value();
  EXPECT_EQ(a.state(), room_state::attached);
  EXPECT_EQ(a.self().state, self_state::present);
  EXPECT_EQ(events, lines{});
}

TEST_F(hub_loopback, what_is_sent_while_disconnected_arrives_with_the_resume) {
  text_session alice = hub.connect("alice");
  text_presence a{alice.room("lobby"), {}, clock};
  a.enter("1");
  alice.drop();
  std::optional<std::error_code> outcome;
  a.update("2", [&](std::error_code why) { outcome = why; });
  EXPECT_FALSE(outcome.has_value());
  alice = hub.resume(alice.resume_key()).value();
  EXPECT_EQ(outcome, std::error_code{});
  EXPECT_EQ(members(), (lines{"alice 2"}));
}

TEST_F(hub_loopback, end_of_the_grace_detaches) {
  text_session alice = hub.connect("alice");
  text_presence a{alice.room("lobby"), {}, clock};
  a.enter("1");
  alice.drop();
  std::optional<std::error_code> outcome;
  a.update("2", [&](std::error_code why) { outcome = why; });
  advance(15s);
  EXPECT_EQ(a.state(), room_state::detached);
  EXPECT_EQ(outcome, errc::connection_expired);
  EXPECT_EQ(a.self(), (self_status{self_state::lost, leave_reason::none, errc::connection_expired}));
}

TEST_F(hub_loopback, two_presences_of_one_session_and_room_are_both_live) {
  client watcher{hub, "watcher"};
  text_session alice = hub.connect("alice");
  text_presence first{alice.room("lobby"), {}, clock};
  std::size_t events = 0;
  const auto listening = first.subscribe([&](const auto&) { ++events; });
  first.enter("1");
  {
    text_presence second{alice.room("lobby"), {}, clock};
    second.attach();
    EXPECT_EQ(first.state(), room_state::attached);
    EXPECT_TRUE(second.is_user_present("alice"));
    second.update("2");
    watcher.enter();
    EXPECT_EQ(events, 3U);
    EXPECT_EQ(members(), (lines{"alice 2", "watcher"}));
  }
  EXPECT_EQ(members(), (lines{"alice 2", "watcher"}));
  EXPECT_EQ(first.self().state, self_state::present);
  first.detach();
  EXPECT_EQ(members(), (lines{"watcher"}));
}

TEST_F(hub_loopback, room_of_a_handle_that_was_taken_over_says_connection_closed) {
  text_session alice = hub.connect("alice");
  const text_session other = hub.resume(alice.resume_key()).value();
  text_presence stale{alice.room("lobby"), {}, clock};
  std::error_code entered;
  std::error_code attached;
  stale.enter("x", [&](std::error_code why) { entered = why; });
  stale.attach([&](std::error_code why) { attached = why; });
  EXPECT_EQ(entered, errc::connection_closed);
  EXPECT_EQ(attached, errc::connection_closed);
}

TEST_F(hub_loopback, wildcard_enters_others_RTP14) {
  text_session gateway = hub.connect(identity::wildcard());
  text_presence g{gateway.room("lobby"), {}, clock};
  for (const char* id : {"a", "b", "c"}) g.enter_client(id, "x");
  g.update_client("b", "y");
  g.leave_client("c");
  EXPECT_EQ(members(), (lines{"a x", "b y"}));
  gateway.drop();
  advance(15s);
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_loopback, detached_room_that_was_lost_while_detaching_says_detached) {
  text_session alice = hub.connect("alice");
  text_transport transport = alice.room("lobby");
  struct : transport_receiver<std::string> {
    void on_state(const state_change& change) override { states.push_back(change.state); }
    void on_presence(const message_batch<std::string>&) override {}
    void on_sync(const message_batch<std::string>&, const sync_cursor&) override {}
    void on_published(publish_token, std::error_code) override {}
    std::vector<room_state> states;
  } receiver;
  transport.bind(&receiver);
  transport.attach(mode_set::all());
  alice.close();
  transport.detach();  // too late: the hub was first
  EXPECT_EQ(transport.state(), room_state::detached);
  EXPECT_EQ(receiver.states.back(), room_state::detached);
  transport.attach(mode_set::all());
  EXPECT_EQ(transport.state(), room_state::detached);
  transport.bind(nullptr);
}

TEST_F(hub_loopback, refused_attach_fails_the_room) {
  identity nobody{"nobody"};
  nobody.capabilities = mode_set{};
  text_session session = hub.connect(nobody);
  text_presence p{session.room("lobby"), {}, clock};
  std::optional<std::error_code> outcome;
  p.attach([&](std::error_code why) { outcome = why; });
  EXPECT_EQ(outcome, errc::not_permitted);
  EXPECT_EQ(p.state(), room_state::failed);
  text_presence unnamed{session.room(""), {}, clock};
  unnamed.attach([&](std::error_code why) { outcome = why; });
  EXPECT_EQ(outcome, errc::invalid_room_name);
}

}  // namespace
}  // namespace presence::test::hub_loopback_test
