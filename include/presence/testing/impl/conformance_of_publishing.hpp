// transport_conformance: messages on their way out and in.
#ifndef PRESENCE_TESTING_IMPL_CONFORMANCE_OF_PUBLISHING_HPP
#define PRESENCE_TESTING_IMPL_CONFORMANCE_OF_PUBLISHING_HPP

#include <presence/testing/impl/conformance_base.hpp>

namespace presence::inline PRESENCE_ABI::testing {

TYPED_TEST_P(transport_conformance, messages_arrive_in_order_without_loss_or_repetition) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  for (int n = 1; n <= 50; ++n) this->send(alice, this->says(action::update, n));
  this->harness.settle();
  EXPECT_EQ(this->live_data(bob, 50), this->numbers(1, 50));
  EXPECT_EQ(this->live_data(alice, 50), this->numbers(1, 50));
}

TYPED_TEST_P(transport_conformance, receivers_see_one_order) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  auto& carol = this->attached("carol");
  for (int n = 0; n < 40; n += 2) {
    this->send(alice, this->says(action::update, n));
    this->send(bob, this->says(action::update, n + 1));
  }
  this->harness.settle();
  const auto seen = this->live_data(carol, 40);
  EXPECT_EQ(seen.size(), 40U);
  EXPECT_EQ(this->live_data(alice, 40), seen);
  EXPECT_EQ(this->live_data(bob, 40), seen);
}

TYPED_TEST_P(transport_conformance, the_hub_fills_in_who_it_was_and_when) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
  const auto live = bob.heard.messages(receiver_call::presence);
  ASSERT_EQ(live.size(), 1U);
  EXPECT_EQ(live[0].action, action::enter);
  EXPECT_EQ(live[0].client_id, "alice");
  EXPECT_EQ(live[0].connection_id, std::string{alice.transport->connection_id()});
  EXPECT_EQ(live[0].id.origin, id_origin::connection);
}

TYPED_TEST_P(transport_conformance, data_and_extras_arrive_as_they_were_sent) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  auto m = this->says(action::enter, 7);
  m.extras = extras{{"device", "phone"}};
  EXPECT_FALSE(this->publish(alice, m));
  EXPECT_FALSE(this->publish(alice, this->says(action::update)));
  const auto live = bob.heard.messages(receiver_call::presence);
  ASSERT_EQ(live.size(), 2U);
  ASSERT_TRUE(live[0].data);
  EXPECT_TRUE(*live[0].data == *m.data);
  EXPECT_EQ(live[0].extras, m.extras);
  EXPECT_TRUE(live[1].data.empty()) << "no data is not some data";
  EXPECT_TRUE(live[1].extras.empty());
}

TYPED_TEST_P(transport_conformance, messages_of_one_publish_are_numbered) {
  auto& bot = this->attached("*");
  const auto token = this->send(
      bot, {this->says(action::enter, 1, "a"), this->says(action::enter, 2, "b"), this->says(action::enter, 3, "c")});
  this->harness.settle();
  EXPECT_FALSE(this->outcome(bot, token));
  const auto live = bot.heard.messages(receiver_call::presence);
  ASSERT_EQ(live.size(), 3U);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(live[i].id.index, i);
    EXPECT_EQ(live[i].id.msg_serial, live[0].id.msg_serial);
  }
}

TYPED_TEST_P(transport_conformance, the_echo_comes_before_the_outcome) {
  auto& alice = this->attached("alice");
  alice.heard.forget();
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
  const auto calls = alice.heard.calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].what, receiver_call::presence);
  EXPECT_EQ(calls[1].what, receiver_call::published);
}

TYPED_TEST_P(transport_conformance, every_publish_is_answered_once) {
  auto& alice = this->attached("alice");
  std::vector<publish_token> tokens;
  for (int n = 0; n < 20; ++n) {
    tokens.push_back(this->send(alice, this->says(action::update, n)));
    tokens.push_back(this->send(alice, this->says(action::update, n, "bob")));  // refused
    tokens.push_back(this->send(alice, this->says(action::absent)));            // refused
  }
  this->harness.settle();
  for (std::size_t i = 0; i < tokens.size(); ++i)
    EXPECT_EQ(this->outcome(alice, tokens[i]) ? 1 : 0, i % 3 == 0 ? 0 : 1);
}

TYPED_TEST_P(transport_conformance, one_without_permission_to_be_present_is_refused) {
  auto& watcher = this->attached("watcher", mode::subscribe);
  EXPECT_EQ(watcher.heard.state()->modes, mode_set{mode::subscribe});
  EXPECT_EQ(this->publish(watcher, this->says(action::enter)), errc::not_permitted);
  EXPECT_TRUE(watcher.heard.members().empty());
}

TYPED_TEST_P(transport_conformance, acting_for_another_client_is_refused_and_the_connection_stays_usable) {
  auto& alice = this->attached("alice");
  EXPECT_EQ(this->publish(alice, this->says(action::enter, 1, "bob")), errc::invalid_client_id);
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 2)));
  EXPECT_EQ(alice.heard.members().size(), 1U);
}

TYPED_TEST_P(transport_conformance, one_without_a_client_id_cannot_be_present) {
  auto& anonymous = this->attached("");
  EXPECT_EQ(this->publish(anonymous, this->says(action::enter)), errc::invalid_client_id);
  auto& bot = this->attached("*");
  EXPECT_EQ(this->publish(bot, this->says(action::enter)), errc::invalid_client_id);
}

TYPED_TEST_P(transport_conformance, a_wildcard_acts_for_anyone) {
  auto& bot = this->attached("*");
  EXPECT_FALSE(this->publish(bot, this->says(action::enter, 1, "a")));
  EXPECT_FALSE(this->publish(bot, this->says(action::enter, 2, "b")));
  EXPECT_EQ(bot.heard.members().size(), 2U);
}

TYPED_TEST_P(transport_conformance, a_publish_to_a_room_that_is_not_attached_fails) {
  auto& alice = this->connect("alice");
  EXPECT_TRUE(this->publish(alice, this->says(action::enter)));
  this->attach(alice);
  alice.transport->detach();
  this->harness.settle();
  EXPECT_TRUE(this->publish(alice, this->says(action::enter)));
}

TYPED_TEST_P(transport_conformance, without_subscribe_mode_one_hears_of_its_own_members_only) {
  auto& quiet = this->attached("quiet", mode::presence);
  auto& alice = this->attached("alice");
  EXPECT_EQ(quiet.heard.state()->modes, mode_set{mode::presence});
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
  EXPECT_FALSE(this->publish(quiet, this->says(action::enter, 2)));
  EXPECT_FALSE(this->publish(alice, this->says(action::leave)));
  EXPECT_EQ(this->live_data(quiet, 2), std::vector<int>{2});
  EXPECT_EQ(this->live_data(alice, 2), (std::vector<int>{1, 2, 1}));  // a leave has the last data
}

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
