// Opening sessions: who may, and the ids that they get.
#include "support/hub_fixture.hpp"
#include <presence/basic_hub.hpp>
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>

namespace presence::test::hub_connect_test {
namespace {

class hub_connect : public hub_test {};

TEST_F(hub_connect, client_id_is_the_identitys) {
  const text_session alice = hub.connect("alice");
  EXPECT_EQ(alice.client_id(), "alice");
  EXPECT_TRUE(alice.connected());
  EXPECT_EQ(hub.session_count(), 1U);
}

TEST_F(hub_connect, without_a_client_id_a_session_is_anonymous) {
  const text_session someone = hub.connect("");
  EXPECT_EQ(someone.client_id(), "");
  EXPECT_TRUE(someone.connected());
}

TEST_F(hub_connect, client_id_may_have_any_characters) {
  const std::string with_nul("a\0b", 3);
  for (const std::string& id :
       lines{"with:colon", "a!b", "with space", "\xc3\xa4\xe2\x82\xac", "~hub", "*", with_nul}) {
    EXPECT_EQ(hub.connect(id).client_id(), id);
  }
}

TEST_F(hub_connect, client_id_has_a_longest_length) {
  EXPECT_TRUE(hub.try_connect(std::string(256, 'x')).has_value());
  EXPECT_EQ(hub.try_connect(std::string(257, 'x')).error(), errc::invalid_client_id);
  hub_options options;
  options.limits.client_id = 3;
  text_hub strict{options, clock};
  EXPECT_TRUE(strict.try_connect("abc").has_value());
  EXPECT_EQ(strict.try_connect("abcd").error(), errc::invalid_client_id);
}

TEST_F(hub_connect, client_id_that_is_not_utf8_is_refused) {
  for (const char* id : {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80"}) {
    EXPECT_EQ(hub.try_connect(id).error(), errc::invalid_client_id);
  }
  EXPECT_EQ(hub.session_count(), 0U);
}

TEST_F(hub_connect, misuse_throws_what_try_connect_answers) {
  try {
    (void)hub.connect("\xff");
    FAIL() << "accepted";
  } catch (const presence_error& e) {
    EXPECT_EQ(e.code(), errc::invalid_client_id);
  }
}

TEST_F(hub_connect, negative_grace_is_refused) {
  identity who{"alice"};
  who.grace = -1ms;
  EXPECT_EQ(hub.try_connect(who).error(), errc::bad_request);
  EXPECT_EQ(hub.session_count(), 0U);
}

TEST_F(hub_connect, options_that_make_no_sense_throw) {
  hub_options negative;
  negative.grace = -1ms;
  EXPECT_THROW((text_hub{negative, clock}), std::invalid_argument);
  hub_options pageless;
  pageless.sync_page = 0;
  EXPECT_THROW((text_hub{pageless, clock}), std::invalid_argument);
  hub_options endless;  // longer than a member set can store
  endless.limits.client_id = std::size_t{std::numeric_limits<std::uint16_t>::max()} + 1;
  EXPECT_THROW((text_hub{endless, clock}), std::invalid_argument);
}

TEST_F(hub_connect, ids_and_keys_are_unique_and_give_nothing_away) {
  std::set<std::string> seen;
  for (int n = 0; n < 1000; ++n) {
    const text_session s = hub.connect("alice");
    EXPECT_TRUE(seen.insert(s.connection_id()).second);
    EXPECT_TRUE(seen.insert(s.resume_key()).second);
    EXPECT_EQ(s.connection_id().size(), 12U);
    EXPECT_EQ(s.connection_id().find_first_of(":!"), std::string::npos);
    EXPECT_EQ(s.connection_id().find("alice"), std::string::npos);
    const std::string secret = s.resume_key().substr(s.resume_key().find('!') + 1);
    EXPECT_GE(secret.size(), 22U);  // 132 bits
    EXPECT_EQ(s.connection_id().find(secret), std::string::npos);
  }
}

TEST_F(hub_connect, ids_follow_from_the_random_source_alone) {
  const auto seeded = [] {
    hub_options options;
    options.random = [n = std::uint64_t{0}]() mutable { return n += 0x9e3779b97f4a7c15U; };
    return options;
  };
  text_hub one{seeded(), clock};
  text_hub other{seeded(), clock};
  for (int n = 0; n < 10; ++n) {
    const text_session a = one.connect("alice");
    const text_session b = other.connect("bob");
    EXPECT_EQ(a.connection_id(), b.connection_id());
    EXPECT_EQ(a.resume_key(), b.resume_key());
  }
}

TEST_F(hub_connect, id_that_is_taken_is_not_given_again) {
  hub_options options;  // every second session draws the numbers of the one before it first
  options.random = [n = std::uint64_t{0}, drawn = 0]() mutable {
    if (++drawn == 6) n = 0;  // an id takes two, a key three
    return ++n;
  };
  text_hub repeating{options, clock};
  const text_session first = repeating.connect("alice");
  const text_session second = repeating.connect("bob");
  EXPECT_NE(first.connection_id(), second.connection_id());
  EXPECT_EQ(repeating.session_count(), 2U);
}

TEST_F(hub_connect, moved_from_hub_is_empty) {
  text_hub other{std::move(hub)};
  EXPECT_EQ(hub.try_connect("alice").error(), errc::connection_closed);
  EXPECT_EQ(hub.resume("key!").error(), errc::connection_closed);
  EXPECT_EQ(hub.run_due(), 0U);
  EXPECT_EQ(hub.next_deadline(), std::nullopt);
  EXPECT_EQ(hub.evict("lobby", "alice"), 0U);
  EXPECT_TRUE(hub.members("lobby").empty());
  EXPECT_EQ(hub.member_count("lobby"), 0U);
  EXPECT_FALSE(hub.is_user_present("lobby", "alice"));
  EXPECT_EQ(hub.room_count() + hub.session_count() + hub.bytes(), 0U);
  EXPECT_TRUE(other.try_connect("alice").has_value());
}

}  // namespace
}  // namespace presence::test::hub_connect_test
