// transport_conformance: the end of a transport, its movement, threads.
#ifndef PRESENCE_TESTING_IMPL_CONFORMANCE_OF_ENDING_HPP
#define PRESENCE_TESTING_IMPL_CONFORMANCE_OF_ENDING_HPP

#include <presence/testing/impl/conformance_base.hpp>

namespace presence::inline PRESENCE_ABI::testing {

TYPED_TEST_P(transport_conformance, no_call_follows_once_it_is_unbound) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  this->send(bob, this->says(action::enter, 1));
  this->send(alice, this->says(action::enter, 1));
  bob.transport->bind(nullptr);
  bob.heard.expect_no_more();
  this->send(alice, this->says(action::update, 2));
  this->harness.settle();
}

TYPED_TEST_P(transport_conformance, members_leave_with_the_transport) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
  alice.heard.expect_no_more();
  alice.transport->bind(nullptr);
  alice.transport.reset();
  this->harness.settle();
  EXPECT_TRUE(bob.heard.members().empty());
}

TYPED_TEST_P(transport_conformance, it_may_be_unbound_inside_any_call) {
  for (const receiver_call inside :
       {receiver_call::state, receiver_call::sync, receiver_call::presence, receiver_call::published}) {
    auto& alice = this->attached("alice");
    EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
    auto& bob = this->connect("bob");
    bool done = false;
    bob.heard.inside_next(inside, [&] {
      bob.transport->bind(nullptr);
      bob.heard.expect_no_more();
      done = true;
    });
    bob.transport->attach(mode_set::all());
    this->harness.settle();
    if (!done) this->send(bob, this->says(action::enter, 2));
    this->send(alice, this->says(action::update, 3));
    this->harness.settle();
    EXPECT_TRUE(done);
    bob.heard.inside_next(inside, nullptr);
  }
}

TYPED_TEST_P(transport_conformance, it_may_be_destroyed_inside_any_call) {
  for (const receiver_call inside :
       {receiver_call::state, receiver_call::sync, receiver_call::presence, receiver_call::published}) {
    auto& alice = this->attached("alice");
    EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
    auto& bob = this->connect("bob");
    bob.heard.inside_next(inside, [&] {
      bob.transport->bind(nullptr);
      bob.transport.reset();
      bob.heard.expect_no_more();
    });
    bob.transport->attach(mode_set::all());
    this->harness.settle();
    if (bob.transport) this->send(bob, this->says(action::enter, 2));
    this->send(alice, this->says(action::update, 3));
    this->harness.settle();
    EXPECT_FALSE(bob.transport.has_value());
    bob.heard.inside_next(inside, nullptr);
    alice.transport.reset();
  }
}

TYPED_TEST_P(transport_conformance, calls_inside_calls_are_legal_and_come_later) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  publish_token inner = 0;
  bob.heard.inside_next(receiver_call::presence, [&] { inner = this->send(bob, this->says(action::enter, 2)); });
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
  this->harness.settle();
  EXPECT_FALSE(this->outcome(bob, inner));
  EXPECT_EQ(this->live_data(bob, 2), this->numbers(1, 2));
  bob.heard.inside_next(receiver_call::presence, [&] { bob.transport->detach(); });
  EXPECT_FALSE(this->publish(alice, this->says(action::update, 3)));
  this->harness.settle();
  EXPECT_EQ(bob.heard.state()->state, room_state::detached);
}

TYPED_TEST_P(transport_conformance, it_can_be_moved) {
  static_assert(std::is_nothrow_move_constructible_v<typename TestFixture::transport_type>);
  auto made = this->harness.connect("alice");
  auto moved = std::move(made);
  auto assigned = this->harness.connect("bob");
  assigned = std::move(moved);
  auto& alice = this->adopt(std::move(assigned));
  EXPECT_EQ(std::string_view{alice.transport->client_id()}, "alice");
  this->attach(alice);
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
}

TYPED_TEST_P(transport_conformance, calls_from_several_threads_are_made_one_at_a_time) {
  if constexpr (!TestFixture::locking) {
    GTEST_SKIP() << "its mutex does not lock";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    std::vector<std::thread> threads;
    for (auto* who : {&alice, &bob}) {
      threads.emplace_back([this, who] {
        for (int n = 1; n <= 50; ++n) this->send(*who, this->says(action::update, n));
      });
    }
    for (auto& thread : threads) thread.join();
    this->harness.settle();
    for (auto* who : {&alice, &bob}) {
      EXPECT_EQ(who->heard.messages(receiver_call::presence).size(), 100U);
      for (publish_token token = 1; token <= 50; ++token) EXPECT_FALSE(this->outcome(*who, token));
    }
    EXPECT_EQ(this->live_data(alice, 50), this->live_data(bob, 50));
  }
}

TYPED_TEST_P(transport_conformance, a_transport_may_end_while_others_publish) {
  if constexpr (!TestFixture::locking) {
    GTEST_SKIP() << "its mutex does not lock";
  } else {
    auto& alice = this->attached("alice");
    for (int round = 0; round < 20; ++round) {
      auto& bob = this->attached("bob");
      std::thread publishing{[&] {
        for (int n = 0; n < 20; ++n) this->send(alice, this->says(action::update, n));
      }};
      this->send(bob, this->says(action::enter, 1));
      bob.transport->bind(nullptr);
      bob.heard.expect_no_more();
      bob.transport.reset();
      publishing.join();
    }
    this->harness.settle();
    EXPECT_TRUE(this->knows_the_room(alice));
  }
}

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
