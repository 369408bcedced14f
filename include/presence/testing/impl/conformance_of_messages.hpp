// transport_conformance: that nothing is changed, cut or taken apart on the way.
#ifndef PRESENCE_TESTING_IMPL_CONFORMANCE_OF_MESSAGES_HPP
#define PRESENCE_TESTING_IMPL_CONFORMANCE_OF_MESSAGES_HPP

#include <presence/testing/impl/conformance_base.hpp>

namespace presence::inline PRESENCE_ABI::testing {

TYPED_TEST_P(transport_conformance, messages_of_one_publish_come_in_one_call) {
  auto& bot = this->attached("*");
  auto& bob = this->attached("bob");
  for (const std::size_t size : {2U, 3U, 200U}) {
    std::vector<typename TestFixture::message_type> together;
    for (std::size_t i = 0; i < size; ++i) {
      together.push_back(this->says(action::update, static_cast<int>(i), "client" + std::to_string(i)));
    }
    for (auto* who : {&bot, &bob}) who->heard.forget();
    const auto token = this->send(bot, std::move(together));
    this->harness.settle();
    EXPECT_FALSE(this->outcome(bot, token));
    for (auto* who : {&bot, &bob}) {
      EXPECT_EQ(who->heard.count(receiver_call::presence), 1U);
      EXPECT_EQ(who->heard.messages(receiver_call::presence).size(), size);
    }
  }
}

TYPED_TEST_P(transport_conformance, actions_arrive_as_the_hub_decided_them) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  for (const action what : {action::enter, action::update, action::leave, action::update, action::enter}) {
    EXPECT_FALSE(this->publish(alice, this->says(what, 1)));
  }
  std::vector<action> seen;
  for (const auto& m : bob.heard.messages(receiver_call::presence)) seen.push_back(m.action);
  EXPECT_EQ(seen, (std::vector<action>{action::enter, action::update, action::leave, action::enter, action::update}));
}

TYPED_TEST_P(transport_conformance, long_client_ids_arrive_whole) {
  auto& bot = this->attached("*");
  auto& bob = this->attached("bob");
  for (const std::size_t bytes : {63U, 64U, 127U, 128U, 255U, 256U}) {
    std::string id(bytes, 'x');
    for (std::size_t i = 0; i < bytes; ++i) id[i] = static_cast<char>('a' + i % 26);
    bob.heard.forget();
    EXPECT_FALSE(this->publish(bot, this->says(action::enter, 1, id))) << bytes << " bytes";
    const auto live = bob.heard.messages(receiver_call::presence);
    ASSERT_EQ(live.size(), 1U);
    EXPECT_EQ(live[0].client_id, id);
  }
  EXPECT_TRUE(this->knows_the_room(bob));
}

TYPED_TEST_P(transport_conformance, client_ids_of_any_characters_arrive_as_they_are) {
  auto& bot = this->attached("*");
  auto& bob = this->attached("bob");
  for (const std::string_view id : {"with a space", "a:b/c?d=e&f#g%20", "\"quoted\" \\ 'back'", "<b>{[,]}</b>", "0",
                                    "Zo\xC3\xAB", "\xE6\x97\xA5\xE6\x9C\xAC", "\xF0\x9F\x99\x82"}) {
    bob.heard.forget();
    EXPECT_FALSE(this->publish(bot, this->says(action::enter, 1, id))) << id;
    const auto live = bob.heard.messages(receiver_call::presence);
    ASSERT_EQ(live.size(), 1U) << id;
    EXPECT_EQ(live[0].client_id, id);
  }
  EXPECT_TRUE(this->knows_the_room(bob));
}

TYPED_TEST_P(transport_conformance, long_data_arrives_whole) {
  if constexpr (!transport_harness_with_sizes<TypeParam>) {
    GTEST_SKIP() << "the harness offers no payload_of_size";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    for (const std::size_t bytes : {1U, 125U, 126U, 127U, 255U, 256U, 4'095U, 4'096U, 32'768U, 65'535U, 65'536U}) {
      const auto sent = this->sized(bytes);
      bob.heard.forget();
      EXPECT_FALSE(this->publish(alice, this->says_data(action::update, sent))) << bytes << " bytes";
      const auto live = bob.heard.messages(receiver_call::presence);
      ASSERT_EQ(live.size(), 1U);
      ASSERT_TRUE(live[0].data);
      EXPECT_TRUE(*live[0].data == sent) << bytes << " bytes";
    }
    const auto shown = this->attached("carol").heard.messages(receiver_call::sync);
    ASSERT_EQ(shown.size(), 1U);
    ASSERT_TRUE(shown[0].data);
    EXPECT_TRUE(*shown[0].data == this->sized(65'536)) << "in a sync";
  }
}

TYPED_TEST_P(transport_conformance, empty_data_is_not_no_data) {
  if constexpr (!transport_harness_with_sizes<TypeParam>) {
    GTEST_SKIP() << "the harness offers no payload_of_size";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    EXPECT_FALSE(this->publish(alice, this->says_data(action::enter, this->sized(0))));
    const auto live = bob.heard.messages(receiver_call::presence);
    ASSERT_EQ(live.size(), 1U);
    ASSERT_TRUE(live[0].data) << "empty data became none";
    EXPECT_TRUE(*live[0].data == this->sized(0));
    const auto shown = this->attached("carol").heard.messages(receiver_call::sync);
    ASSERT_EQ(shown.size(), 1U);
    ASSERT_TRUE(shown[0].data) << "empty data became none in a sync";
    EXPECT_TRUE(*shown[0].data == this->sized(0));
  }
}

TYPED_TEST_P(transport_conformance, each_kind_of_payload_stays_what_it_is) {
  if constexpr (!std::same_as<typename TestFixture::payload_type, payload>) {
    GTEST_SKIP() << "its payload is not presence::payload, which has kinds";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
    for (const payload& sent : {payload::text("{\"a\":1}"), payload::json("{\"a\":1}"), payload::bytes("{\"a\":1}"),
                                payload::json("\"text\""), payload::json("null"), payload::bytes(every_byte),
                                payload::text("Zo\xC3\xAB \xF0\x9F\x99\x82\n\t\"\\"), payload::bytes("")}) {
      bob.heard.forget();
      EXPECT_FALSE(this->publish(alice, this->says_data(action::update, sent)));
      const auto live = bob.heard.messages(receiver_call::presence);
      ASSERT_EQ(live.size(), 1U);
      ASSERT_TRUE(live[0].data);
      EXPECT_EQ(live[0].data->kind(), sent.kind());
      EXPECT_EQ(live[0].data->content(), sent.content());
    }
  }
}

TYPED_TEST_P(transport_conformance, long_extras_arrive_whole) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  for (const std::size_t bytes : {200U, 300U, 5'000U, 16'384U}) {
    auto m = this->says(action::update, 1);
    const std::string rest(bytes - std::string_view{R"({"a":""})"}.size(), 'x');
    m.extras = extras{{"a", rest}};
    ASSERT_EQ(m.extras.size(), bytes);
    bob.heard.forget();
    EXPECT_FALSE(this->publish(alice, m));
    const auto live = bob.heard.messages(receiver_call::presence);
    ASSERT_EQ(live.size(), 1U);
    EXPECT_EQ(live[0].extras, m.extras) << bytes << " bytes";
  }
}

TYPED_TEST_P(transport_conformance, a_leave_brings_its_own_data_and_extras_or_the_last) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  auto here = this->says(action::enter, 1);
  here.extras = extras{{"device", "phone"}};
  auto gone = this->says(action::leave, 2);
  gone.extras = extras{{"why", "lunch"}};
  for (const bool with_its_own : {true, false}) {
    EXPECT_FALSE(this->publish(alice, here));
    bob.heard.forget();
    EXPECT_FALSE(this->publish(alice, with_its_own ? gone : this->says(action::leave)));
    const auto& expected = with_its_own ? gone : here;
    const auto live = bob.heard.messages(receiver_call::presence);
    ASSERT_EQ(live.size(), 1U);
    ASSERT_TRUE(live[0].data) << "a leave without data";
    EXPECT_TRUE(*live[0].data == *expected.data);
    EXPECT_EQ(live[0].extras, expected.extras);
  }
  EXPECT_FALSE(this->publish(alice, here));
  bob.heard.forget();
  alice.transport->detach();
  this->harness.settle();
  const auto live = bob.heard.messages(receiver_call::presence);
  ASSERT_EQ(live.size(), 1U);
  ASSERT_TRUE(live[0].data) << "a leave that the hub made, without data";
  EXPECT_TRUE(*live[0].data == *here.data);
  EXPECT_EQ(live[0].extras, here.extras);
}

TYPED_TEST_P(transport_conformance, a_leave_says_why) {
  if constexpr (!TestFixture::tells_reasons) {
    GTEST_SKIP() << "what is behind this transport cannot tell why somebody left";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    EXPECT_FALSE(this->publish(alice, this->says(action::enter)));
    EXPECT_FALSE(this->publish(alice, this->says(action::leave)));
    EXPECT_FALSE(this->publish(alice, this->says(action::enter)));
    alice.transport->detach();
    this->harness.settle();
    std::vector<leave_reason> reasons;
    for (const auto& m : bob.heard.messages(receiver_call::presence)) {
      if (m.action == action::leave) reasons.push_back(m.reason);
    }
    EXPECT_EQ(reasons, (std::vector<leave_reason>{leave_reason::left, leave_reason::closed}));
  }
}

TYPED_TEST_P(transport_conformance, time_stamps_are_to_the_millisecond) {
  using std::chrono::seconds;
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
  alice.transport->detach();
  this->harness.settle();
  const auto live = bob.heard.messages(receiver_call::presence);
  ASSERT_EQ(live.size(), 2U);
  // The hub stamps a leave that it makes itself later than the member, be it by a millisecond. So they cannot both fall
  // on a full second, unless one really has passed.
  const auto came = live[0].timestamp, left = live[1].timestamp;
  EXPECT_GT(left, came);
  const auto full = [](time_point t) { return t.time_since_epoch() % seconds{1} == seconds{0}; };
  EXPECT_FALSE(full(came) && full(left)) << "rounded to seconds";
}

TYPED_TEST_P(transport_conformance, a_sync_shows_members_as_their_last_messages_did) {
  auto& bot = this->attached("*");
  auto& alice = this->attached("alice");
  auto& witness = this->attached("witness");
  const auto token = this->send(
      bot, {this->says(action::enter, 1, "a"), this->says(action::enter, 2, "b"), this->says(action::enter)});
  this->harness.settle();
  EXPECT_TRUE(this->outcome(bot, token)) << "one of the three has no client id";
  for (int n = 1; n <= 3; ++n) {
    auto m = this->says(action::update, n);
    m.extras = extras{{"n", std::to_string(n)}};
    EXPECT_FALSE(this->publish(alice, m));
  }
  this->send(bot, {this->says(action::enter, 1, "a"), this->says(action::enter, 2, "b"),
                   this->says(action::enter, std::nullopt, "c")});
  this->send(bot, this->says(action::update, 4, "b"));
  this->harness.settle();
  std::map<std::string, typename TestFixture::message_type> last;
  for (const auto& m : witness.heard.messages(receiver_call::presence)) last.insert_or_assign(m.client_id, m);
  EXPECT_EQ(last.size(), 4U);
  const auto shown = this->attached("newcomer").heard.messages(receiver_call::sync);
  EXPECT_EQ(shown.size(), 4U);
  for (const auto& m : shown) {
    ASSERT_TRUE(last.contains(m.client_id)) << m.client_id;
    EXPECT_TRUE(this->same_content(m, last.at(m.client_id))) << m.client_id;
  }
}

TYPED_TEST_P(transport_conformance, a_sync_of_many_members_shows_each_of_them_once) {
  constexpr std::size_t members = 1'100;
  constexpr std::size_t together = 100;
  auto& bot = this->attached("*");
  for (std::size_t n = 0; n < members; n += together) {
    std::vector<typename TestFixture::message_type> some;
    for (std::size_t i = n; i < n + together; ++i) {
      some.push_back(this->says(action::enter, 1, "client" + std::to_string(i)));
    }
    const auto token = this->send(bot, std::move(some));
    this->harness.settle();
    EXPECT_FALSE(this->outcome(bot, token));
  }
  auto& bob = this->attached("bob");
  for (const bool again : {false, true}) {
    if (again) {
      bob.heard.forget();
      bob.transport->resync();
      this->harness.settle();
    }
    const auto shown = bob.heard.messages(receiver_call::sync);
    std::set<std::string> different;
    for (const auto& m : shown) different.insert(m.client_id);
    EXPECT_EQ(shown.size(), members);
    EXPECT_EQ(different.size(), members);
    EXPECT_FALSE(bob.heard.syncing());
  }
}

TYPED_TEST_P(transport_conformance, a_reentry_under_its_id_is_news_to_nobody) {
  auto& alice = this->attached("alice");
  auto& bob = this->attached("bob");
  EXPECT_FALSE(this->publish(alice, this->says(action::enter, 1)));
  const auto echo = alice.heard.messages(receiver_call::presence);
  ASSERT_EQ(echo.size(), 1U);
  alice.transport->resync();
  this->harness.settle();
  bob.heard.forget();
  auto again = this->says(action::enter, 1, "alice");
  again.id = echo[0].id;
  EXPECT_FALSE(this->publish(alice, again));
  EXPECT_EQ(bob.heard.count(receiver_call::presence), 0U) << "told as news: its id was not handed over";
  EXPECT_TRUE(this->knows_the_room(bob));
}

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
