// transport_conformance: connections that are lost, and how they come back or do not.
#ifndef PRESENCE_TESTING_IMPL_CONFORMANCE_OF_LOSING_HPP
#define PRESENCE_TESTING_IMPL_CONFORMANCE_OF_LOSING_HPP

#include <presence/testing/impl/conformance_base.hpp>

namespace presence::inline PRESENCE_ABI::testing {

TYPED_TEST_P(transport_conformance, a_loss_is_reported_with_its_reason) {
  if constexpr (!transport_harness_that_drops<TypeParam>) {
    GTEST_SKIP() << "the harness cannot drop connections";
  } else {
    this->attached("alice");
    auto& bob = this->attached("bob");
    bob.heard.forget();
    this->harness.drop(1);
    this->harness.settle();
    ASSERT_TRUE(bob.heard.state().has_value()) << "a loss is not reported";
    const state_change lost = *bob.heard.state();
    EXPECT_TRUE(lost.state == room_state::attaching || lost.state == room_state::suspended) << lost.state;
    EXPECT_TRUE(lost.error) << "why it was lost";
  }
}

TYPED_TEST_P(transport_conformance, a_lost_connection_comes_back_with_everything_or_with_a_sync) {
  if constexpr (!transport_harness_that_drops<TypeParam>) {
    GTEST_SKIP() << "the harness cannot drop connections";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
    for (const bool something_happens : {true, false}) {
      this->harness.drop(1);
      this->harness.settle();
      if (something_happens) {
        EXPECT_FALSE(this->publish(alice, this->says(action::leave)));
      }
      bob.heard.forget();
      this->harness.restore(1);
      this->harness.settle();
      EXPECT_EQ(bob.heard.state().value().state, room_state::attached);
      EXPECT_TRUE(this->knows_the_room(bob));
      EXPECT_FALSE(this->publish(bob, this->says(action::enter, 2)));
    }
  }
}

TYPED_TEST_P(transport_conformance, a_publish_while_the_connection_is_lost_is_answered_once) {
  if constexpr (!transport_harness_that_drops<TypeParam>) {
    GTEST_SKIP() << "the harness cannot drop connections";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    EXPECT_FALSE(this->publish(bob, this->says(action::enter, 1)));
    const auto under_way =
        this->send(bob, this->says(action::update, 2));  // perhaps it arrives, perhaps its answer not
    this->harness.drop(1);
    const auto at_once = this->send(bob, this->says(action::update, 3));
    this->harness.settle();
    const auto later = this->send(bob, this->says(action::update, 4));
    this->harness.settle();
    this->harness.restore(1);
    this->harness.settle();
    const auto seen = this->live_data(alice, 4);
    int data = 2;
    for (const publish_token token : {under_way, at_once, later}) {
      const auto times = std::count(seen.begin(), seen.end(), data++);
      if (this->outcome(bob, token)) {
        EXPECT_LE(times, 1) << "applied twice";
      } else {
        EXPECT_EQ(times, 1) << "succeeded, and was not told once";
      }
    }
    EXPECT_TRUE(this->knows_the_room(bob));
  }
}

TYPED_TEST_P(transport_conformance, a_detach_while_the_connection_is_lost_is_answered_and_stays) {
  if constexpr (!transport_harness_that_drops<TypeParam>) {
    GTEST_SKIP() << "the harness cannot drop connections";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    EXPECT_FALSE(this->publish(bob, this->says(action::enter, 1)));
    this->harness.drop(1);
    this->harness.settle();
    bob.heard.forget();
    bob.transport->detach();
    this->harness.settle();
    this->harness.restore(1);
    this->harness.settle();
    ASSERT_TRUE(bob.heard.state().has_value()) << "a detach is not answered";
    EXPECT_TRUE(bob.heard.state()->state == room_state::detached || bob.heard.state()->state == room_state::failed)
        << bob.heard.state()->state;
    EXPECT_TRUE(alice.heard.members().empty()) << "detached, and its member stays";
    bob.heard.expect_no_more();
    EXPECT_FALSE(this->publish(alice, this->says(action::enter, 2)));
  }
}

TYPED_TEST_P(transport_conformance, a_detach_and_attach_while_the_connection_is_lost_begin_anew) {
  if constexpr (!transport_harness_that_drops<TypeParam>) {
    GTEST_SKIP() << "the harness cannot drop connections";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    EXPECT_FALSE(this->publish(bob, this->says(action::enter, 1)));
    this->harness.drop(1);
    this->harness.settle();
    bob.transport->detach();
    bob.transport->attach(mode_set::all());
    this->harness.settle();
    this->harness.restore(1);
    this->harness.settle();
    EXPECT_EQ(bob.heard.state().value().state, room_state::attached);
    EXPECT_FALSE(bob.heard.state()->resumed);
    EXPECT_TRUE(alice.heard.members().empty()) << "its member has outlived the detach";
    EXPECT_TRUE(this->knows_the_room(bob));
    EXPECT_FALSE(this->publish(bob, this->says(action::enter, 2)));
  }
}

TYPED_TEST_P(transport_conformance, a_connection_that_comes_back_repeats_nothing) {
  if constexpr (!transport_harness_that_drops<TypeParam>) {
    GTEST_SKIP() << "the harness cannot drop connections";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    for (int n = 1; n <= 3; ++n) EXPECT_FALSE(this->publish(alice, this->says(action::update, n)));
    this->harness.drop(1);
    this->harness.settle();
    this->harness.restore(1);
    this->harness.settle();
    for (int n = 4; n <= 6; ++n) EXPECT_FALSE(this->publish(alice, this->says(action::update, n)));
    EXPECT_EQ(this->live_data(bob, 6), this->numbers(1, 6));
    EXPECT_TRUE(this->knows_the_room(bob));
  }
}

TYPED_TEST_P(transport_conformance, a_new_connection_is_not_resumed_and_has_its_own_id) {
  if constexpr (!transport_harness_that_reconnects<TypeParam>) {
    GTEST_SKIP() << "the harness cannot replace a lost connection by a new one";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
    EXPECT_FALSE(this->publish(bob, this->says(action::enter, 2)));
    const std::string before{bob.transport->connection_id()};
    this->harness.drop(1);
    this->harness.settle();
    bob.heard.forget();
    std::string told;
    this->at_attached(bob, [&] { told = bob.transport->connection_id(); });
    this->harness.reconnect(1);
    this->harness.settle();
    ASSERT_TRUE(bob.heard.state().has_value());
    EXPECT_EQ(bob.heard.state()->state, room_state::attached);
    EXPECT_FALSE(bob.heard.state()->resumed) << "a new connection goes on from nothing";
    EXPECT_NE(told, before) << "connection_id() is still the old one when the new one is reported";
    bob.heard.forget();
    EXPECT_FALSE(this->publish(bob, this->says(action::enter, 3)));
    const auto echo = bob.heard.messages(receiver_call::presence);
    ASSERT_EQ(echo.size(), 1U);
    EXPECT_EQ(echo[0].connection_id, told);
    EXPECT_EQ(echo[0].connection_id, std::string{bob.transport->connection_id()});
    EXPECT_TRUE(this->knows_the_room(bob));
  }
}

TYPED_TEST_P(transport_conformance, members_of_a_connection_that_stays_away_time_out) {
  if constexpr (!transport_harness_that_expires<TypeParam>) {
    GTEST_SKIP() << "the harness cannot let a grace period pass";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    auto here = this->says(action::enter, 1);
    here.extras = extras{{"device", "phone"}};
    EXPECT_FALSE(this->publish(bob, here));
    this->harness.drop(1);
    this->harness.settle();
    alice.heard.forget();
    this->harness.expire(1);
    this->harness.settle();
    const auto live = alice.heard.messages(receiver_call::presence);
    ASSERT_EQ(live.size(), 1U);
    EXPECT_EQ(live[0].action, action::leave);
    EXPECT_TRUE(live[0].id.synthesized()) << "nobody sent it";
    if (TestFixture::tells_reasons) {
      EXPECT_EQ(live[0].reason, leave_reason::timed_out);
    }
    ASSERT_TRUE(live[0].data);
    EXPECT_TRUE(*live[0].data == *here.data);
    EXPECT_EQ(live[0].extras, here.extras);
    EXPECT_NE(bob.heard.state().value().state, room_state::attached);
    EXPECT_TRUE(bob.heard.state()->error) << "nobody asked for it";
  }
}

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
