// transport_conformance: attach, sync, detach, resync.
#ifndef PRESENCE_TESTING_IMPL_CONFORMANCE_OF_ATTACHING_HPP
#define PRESENCE_TESTING_IMPL_CONFORMANCE_OF_ATTACHING_HPP

#include <presence/testing/impl/conformance_base.hpp>

namespace presence::inline PRESENCE_ABI::testing {

TYPED_TEST_P(transport_conformance, a_new_transport_is_initialized_and_has_told_nothing) {
  auto& alice = this->connect("alice");
  this->harness.settle();
  EXPECT_EQ(std::string_view{alice.transport->client_id()}, "alice");
  EXPECT_TRUE(alice.heard.calls().empty());
}

TYPED_TEST_P(transport_conformance, attach_is_reported_with_the_modes_that_were_granted) {
  auto& alice = this->attached("alice");
  ASSERT_TRUE(alice.heard.state().has_value());
  EXPECT_EQ(alice.heard.state()->state, room_state::attached);
  EXPECT_FALSE(alice.heard.state()->resumed);
  EXPECT_FALSE(alice.heard.state()->has_members);
  EXPECT_EQ(alice.heard.state()->modes, mode_set::all());
  EXPECT_FALSE(std::string{alice.transport->connection_id()}.empty());
  EXPECT_EQ(alice.heard.count(receiver_call::sync), 0U);
}

TYPED_TEST_P(transport_conformance, each_request_is_answered_by_one_state) {
  auto& alice = this->connect("alice");
  const auto states = [&](room_state which) {
    const auto all = alice.heard.calls();
    return std::count_if(all.begin(), all.end(), [&](const auto& call) {
      return call.what == receiver_call::state && call.state.state == which;
    });
  };
  this->attach(alice);
  EXPECT_EQ(states(room_state::attached), 1);
  EXPECT_EQ(states(room_state::detached), 0);
  alice.transport->resync();
  this->harness.settle();
  EXPECT_EQ(states(room_state::attached), 2);
  alice.transport->detach();
  this->harness.settle();
  EXPECT_EQ(states(room_state::attached), 2);
  EXPECT_EQ(states(room_state::detached), 1);
}

TYPED_TEST_P(transport_conformance, the_connection_id_is_right_when_attached_is_reported) {
  auto& alice = this->connect("alice");
  std::string told;
  this->at_attached(alice, [&] { told = alice.transport->connection_id(); });
  this->attach(alice);
  EXPECT_FALSE(told.empty());
  EXPECT_EQ(told, std::string{alice.transport->connection_id()});
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
  const auto echo = alice.heard.messages(receiver_call::presence);
  ASSERT_EQ(echo.size(), 1U);
  EXPECT_EQ(echo[0].connection_id, told);
}

TYPED_TEST_P(transport_conformance, connections_have_ids_of_their_own) {
  auto& one = this->attached("alice");
  auto& other = this->attached("alice");
  EXPECT_NE(std::string{one.transport->connection_id()}, std::string{other.transport->connection_id()});
}

TYPED_TEST_P(transport_conformance, attached_comes_before_the_sync_and_the_sync_before_what_follows) {
  auto& alice = this->attached("alice");
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
  auto& bob = this->attached("bob");
  EXPECT_FALSE(this->publish(alice, this->says(action::update, 2)));
  std::vector<receiver_call> order;
  for (const auto& call : bob.heard.calls()) {
    if (order.empty() || order.back() != call.what) order.push_back(call.what);
  }
  EXPECT_EQ(order, (std::vector<receiver_call>{receiver_call::state, receiver_call::sync, receiver_call::presence}));
  EXPECT_TRUE(bob.heard.state()->has_members);
}

TYPED_TEST_P(transport_conformance, a_sync_shows_every_member_as_present_and_ends) {
  auto& bot = this->attached("*");
  for (int n = 0; n < 25; ++n) {
    EXPECT_FALSE(this->publish(bot, this->says(action::enter, n, "client" + std::to_string(n))));
  }
  auto& bob = this->attached("bob");
  std::set<std::string> seen;
  for (const auto& m : bob.heard.messages(receiver_call::sync)) {
    EXPECT_EQ(m.action, action::present);
    seen.insert(m.client_id);
  }
  EXPECT_EQ(seen.size(), 25U);
  EXPECT_FALSE(bob.heard.syncing());
  EXPECT_EQ(bob.heard.members(), bot.heard.members());
}

TYPED_TEST_P(transport_conformance, what_happens_while_somebody_attaches_is_neither_lost_nor_repeated) {
  auto& alice = this->attached("alice");
  auto& bob = this->connect("bob");
  for (int n = 0; n < 10; ++n) this->send(alice, this->says(action::update, n));
  bob.transport->attach(mode_set::all());
  for (int n = 10; n < 20; ++n) this->send(alice, this->says(action::update, n));
  this->harness.settle();
  const auto live = this->live_data(bob, 20);
  EXPECT_EQ(live, this->numbers(20 - static_cast<int>(live.size()), 19));
  EXPECT_TRUE(this->knows_the_room(bob));
}

TYPED_TEST_P(transport_conformance, detach_is_reported_and_members_leave) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
  alice.transport->detach();
  this->harness.settle();
  EXPECT_EQ(alice.heard.state()->state, room_state::detached);
  EXPECT_FALSE(alice.heard.state()->error) << "it was asked for";
  EXPECT_TRUE(bob.heard.members().empty());
  alice.heard.expect_no_more();
  EXPECT_FALSE(this->publish(bob, this->says(action::enter, 2)));
}

TYPED_TEST_P(transport_conformance, detach_is_reported_where_it_was_not_attached) {
  auto& alice = this->connect("alice");
  alice.transport->detach();
  this->harness.settle();
  EXPECT_EQ(alice.heard.state().value().state, room_state::detached);
  this->attach(alice);
  alice.transport->detach();
  this->harness.settle();
  alice.heard.forget();
  alice.transport->detach();
  this->harness.settle();
  EXPECT_EQ(alice.heard.state().value().state, room_state::detached);
}

TYPED_TEST_P(transport_conformance, attach_after_detach_begins_anew) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  EXPECT_FALSE(this->publish(bob, this->says(action::enter, 1)));
  alice.transport->detach();
  this->harness.settle();
  this->attach(alice);
  EXPECT_FALSE(alice.heard.state()->resumed);
  EXPECT_TRUE(this->knows_the_room(alice));
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 2)));
}

TYPED_TEST_P(transport_conformance, resync_is_an_attach_that_is_not_resumed_and_a_sync) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
  bob.heard.forget();
  bob.transport->resync();
  this->harness.settle();
  ASSERT_TRUE(bob.heard.state().has_value());
  EXPECT_EQ(bob.heard.state()->state, room_state::attached);
  EXPECT_FALSE(bob.heard.state()->resumed);
  EXPECT_TRUE(bob.heard.state()->has_members);
  EXPECT_EQ(bob.heard.messages(receiver_call::sync).size(), 1U);
  EXPECT_FALSE(bob.heard.syncing());
  bob.heard.forget();
  EXPECT_FALSE(this->publish(alice, this->says(action::update, 2)));
  EXPECT_EQ(this->live_data(bob, 2), std::vector<int>{2});
}

TYPED_TEST_P(transport_conformance, resync_of_an_empty_room_is_an_attach_without_members) {
  auto& bob = this->attached("bob");
  bob.heard.forget();
  bob.transport->resync();
  this->harness.settle();
  ASSERT_TRUE(bob.heard.state().has_value());
  EXPECT_EQ(bob.heard.state()->state, room_state::attached);
  EXPECT_FALSE(bob.heard.state()->has_members);
}

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
