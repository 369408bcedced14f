// Whom a session may act for, how names are spelled, and what of a message's text is checked.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>
#include <presence/extras.hpp>
#include <presence/payload.hpp>

#include <gtest/gtest.h>

#include <cctype>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace presence::test::hub_names_test {
namespace {

class hub_names : public hub_test {
 protected:
  [[nodiscard]] static std::string lower(std::string_view name) {
    if (name == "bad") throw std::runtime_error{"mine"};
    if (name == "nothing") return {};
    if (name == "nonsense") return "\xff";
    std::string made{name};
    for (char& c : made) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return made;
  }
  void normalise() {
    hub_options options;
    options.normalise_client_id = lower;
    options.normalise_room = lower;
    hub = text_hub{options, clock};
  }
};

TEST_F(hub_names, stranger_who_calls_himself_a_star_has_no_power) {
  client star{hub, "*"};
  EXPECT_EQ(star.publish({says(action::enter, "alice")}), errc::invalid_client_id);
  EXPECT_EQ(star.publish({says(action::leave, "alice")}), errc::invalid_client_id);
  EXPECT_EQ(star.enter(), errc::invalid_client_id);  // nor may anybody of that name be present
  EXPECT_EQ(star.session.client_id(), "*");
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_names, acting_for_others_is_granted_by_the_identity) {
  client nameless{hub, identity::wildcard()};
  EXPECT_EQ(nameless.session.client_id(), "");
  EXPECT_EQ(nameless.enter(), errc::invalid_client_id);
  EXPECT_EQ(nameless.publish({says(action::enter, "a")}), std::error_code{});
  client bot{hub, identity::wildcard("bot")};
  EXPECT_EQ(bot.enter(), std::error_code{});
  EXPECT_EQ(bot.publish({says(action::enter, "b")}), std::error_code{});
  EXPECT_EQ(members(), (lines{"a", "b", "bot"}));
  identity plain{"plain"};
  plain.acts_for_others = true;
  client other{hub, plain};
  EXPECT_EQ(other.publish({says(action::enter, "c")}), std::error_code{});
}

TEST_F(hub_names, without_a_hook_names_are_compared_byte_by_byte) {
  client composed{hub, "caf\xC3\xA9"}, decomposed{hub, "cafe\xCC\x81"};
  composed.enter();
  decomposed.enter();
  EXPECT_EQ(hub.member_count("lobby"), 2U);
  EXPECT_EQ(hub.member_count("Lobby"), 0U);
}

TEST_F(hub_names, are_normalised_wherever_they_come_in) {
  normalise();
  client alice{hub, "Alice", "LOBBY"}, other{hub, "ALICE"};
  client gateway{hub, identity::wildcard(), "Lobby"};
  EXPECT_EQ(alice.session.client_id(), "alice");
  alice.enter("1");
  other.enter("2");
  EXPECT_EQ(other.publish({says(action::update, "aLiCe", "3")}), std::error_code{});
  EXPECT_EQ(gateway.publish({says(action::enter, "BOB"), says(action::update, "Bob", "b")}), std::error_code{});
  EXPECT_EQ(members("loBBy"), (lines{"alice 1", "alice 3", "bob b"}));
  EXPECT_EQ(hub.room_count(), 1U);
  EXPECT_TRUE(hub.is_user_present("LObby", "aLICE"));
  EXPECT_EQ(hub.evict("LOBBY", "ALICE"), 2U);
  EXPECT_TRUE(gateway.session.detach("lobBY"));
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_names, name_that_the_hook_refuses_is_refused) {
  normalise();
  client gateway{hub, identity::wildcard()};
  recording_sink sink;
  for (const std::string name : {"bad", "nothing", "nonsense"}) {
    EXPECT_EQ(hub.try_connect(name).error(), errc::invalid_client_id) << name;
    EXPECT_EQ(gateway.publish({says(action::enter, name)}), errc::invalid_client_id) << name;
    EXPECT_EQ(gateway.session.attach(name, mode_set::all(), std::ref(sink)).error(), errc::invalid_room_name) << name;
    EXPECT_FALSE(gateway.session.detach(name)) << name;
    EXPECT_EQ(hub.member_count(name), 0U) << name;
    EXPECT_FALSE(hub.is_user_present("lobby", name)) << name;
    EXPECT_EQ(hub.evict("lobby", name), 0U) << name;
  }
  EXPECT_TRUE(hub.try_connect("").has_value());  // nobody has no name to be spelled
}

TEST_F(hub_names, extras_that_another_client_could_not_read_are_refused) {
  client alice{hub, "alice"};
  const auto enter_with = [&](std::string json) {
    text_message m = says(action::enter);
    m.extras = extras::from_json(std::move(json));
    return alice.publish({m});
  };
  for (const char* text :
       {"{\"a\"}", "{\"a\":}", "{\"a\":01}", "{\"a\":\"\xc3\"}", "{\"a\":\"\\ud800\"}", "{'a':1}", "{}x"}) {
    EXPECT_EQ(enter_with(text), errc::invalid_data) << text;
  }
  EXPECT_EQ(enter_with(std::string(65, '{')), errc::invalid_data);
  EXPECT_EQ(enter_with(R"( {"a":[1,-2.5e+3,true,null,{"b":"\ud83d\ude00"}]} )"), std::error_code{});
}

TEST_F(hub_names, payload_that_is_not_what_it_says_is_refused) {
  basic_hub<payload, testing::manual_clock> wire{{}, clock};
  struct deaf {
    void on_attached(const attachment_info&) {}
    void on_sync(const message_batch<payload>&, const sync_cursor&) {}
    bool on_presence(const message_batch<payload>&) { return true; }
    void on_detached(std::error_code) {}
  } sink;
  auto alice = wire.connect("alice");
  auto room = alice.attach("lobby", mode_set::all(), std::ref(sink)).value();
  const auto enter_with = [&](payload data) {
    message<payload> m;
    m.action = action::enter;
    m.data = shared_data<payload>::make(std::move(data));
    std::error_code outcome;
    room.publish({m}, [&](std::error_code how) { outcome = how; });
    return outcome;
  };
  EXPECT_EQ(enter_with(payload::text("\xff")), errc::invalid_data);
  EXPECT_EQ(enter_with(payload::json("{")), errc::invalid_data);
  EXPECT_EQ(enter_with(payload::json("\"\xff\"")), errc::invalid_data);
  EXPECT_EQ(wire.member_count("lobby"), 0U);
  EXPECT_EQ(enter_with(payload::bytes("\xff")), std::error_code{});
  EXPECT_EQ(enter_with(payload::text("\xc3\xa9")), std::error_code{});
  EXPECT_EQ(enter_with(payload::json(" [1, \"a\"] ")), std::error_code{});
}

}  // namespace
}  // namespace presence::test::hub_names_test
