// What the hub refuses to publish, with which error, and that a refused publish changes nothing.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>
#include <presence/extras.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace presence::test::hub_publish_test {
namespace {

class hub_publish : public hub_test {
 protected:
  void restart(hub_limits limits) {
    hub_options options;
    options.limits = limits;
    hub = text_hub{options, clock};
  }
};

[[nodiscard]] text_message with_extras(std::string json) {
  text_message m = says(action::enter);
  m.extras = extras::from_json(std::move(json));
  return m;
}

TEST_F(hub_publish, handler_gets_exactly_what_the_hub_says_RTP8i) {
  client alice{hub, "alice"};
  EXPECT_EQ(alice.enter(), std::error_code{});
  EXPECT_EQ(alice.publish({says(action::enter, "bob")}), errc::invalid_client_id);
  EXPECT_EQ(alice.update(), std::error_code{});  // the connection stays usable
}

TEST_F(hub_publish, sender_sees_its_event_before_the_completion) {
  client alice{hub, "alice"};
  lines order;
  alice.sink.then = [&](const std::string& line) { order.push_back(line); };
  alice.room.publish({says(action::enter)}, [&](std::error_code) { order.push_back("completed"); });
  EXPECT_EQ(order, (lines{"enter alice", "completed"}));
}

TEST_F(hub_publish, handler_is_optional) {
  client alice{hub, "alice"};
  alice.room.publish({says(action::enter)});
  alice.room.publish({says(action::enter, "bob")});
  EXPECT_EQ(members(), (lines{"alice"}));
}

TEST_F(hub_publish, handler_that_throws_disturbs_nobody) {
  client alice{hub, "alice"};
  client bob{hub, "bob"};
  alice.room.publish({says(action::enter)}, [](std::error_code) { throw std::string{"mine"}; });
  EXPECT_EQ(alice.update(), std::error_code{});
  EXPECT_EQ(bob.heard(), (lines{"attached", "enter alice", "update alice"}));
}

TEST_F(hub_publish, no_message_is_a_bad_request) {
  client alice{hub, "alice"};
  EXPECT_EQ(alice.publish(std::vector<text_message>{}), errc::bad_request);
}

TEST_F(hub_publish, absent_and_unknown_actions_are_bad_requests) {
  client alice{hub, "alice"};
  EXPECT_EQ(alice.publish(action::absent), errc::bad_request);
  EXPECT_EQ(alice.publish(static_cast<action>(5)), errc::bad_request);
  EXPECT_EQ(alice.publish(action::present), std::error_code{});  // as the protocol lets a client re-enter
  EXPECT_EQ(alice.heard(), (lines{"attached", "enter alice"}));
}

TEST_F(hub_publish, hub_fills_in_the_client_id_RTP8c_RTP9d_RTP10c) {
  client alice{hub, "alice"};
  alice.publish({says(action::enter), says(action::update), says(action::leave)});
  EXPECT_EQ(alice.heard(), (lines{"attached", "enter alice", "update alice", "leave alice"}));
  EXPECT_EQ(alice.publish({says(action::enter, "alice")}), std::error_code{});  // its own may be repeated
}

TEST_F(hub_publish, anonymous_may_not_enter_RTP8j) {
  client someone{hub, ""};
  for (const action what : {action::enter, action::update, action::leave}) {
    EXPECT_EQ(someone.publish(what), errc::invalid_client_id);
    EXPECT_EQ(someone.publish({says(what, "alice")}), errc::invalid_client_id);
  }
  EXPECT_EQ(someone.heard(), (lines{"attached"}));
}

TEST_F(hub_publish, wildcard_itself_may_not_enter_RTP8j) {
  client gateway{hub, identity::wildcard()};
  client alice{hub, "alice"};
  for (const action what : {action::enter, action::update, action::leave}) {
    EXPECT_EQ(gateway.publish(what), errc::invalid_client_id);
    EXPECT_EQ(gateway.publish({says(what, "*")}), errc::invalid_client_id);
    EXPECT_EQ(alice.publish({says(what, "*")}), errc::invalid_client_id);
  }
}

TEST_F(hub_publish, only_a_wildcard_acts_for_others_RTP15) {
  client alice{hub, "alice"};
  EXPECT_EQ(alice.publish({says(action::enter, "bob")}), errc::invalid_client_id);
  EXPECT_EQ(alice.enter(), std::error_code{});  // usable still
  client gateway{hub, identity::wildcard()};
  EXPECT_EQ(gateway.publish({says(action::enter, "bob"), says(action::enter, "carol")}), std::error_code{});
  EXPECT_EQ(members(), (lines{"alice", "bob", "carol"}));
}

TEST_F(hub_publish, client_ids_acted_for_are_checked_like_any) {
  client gateway{hub, identity::wildcard()};
  EXPECT_EQ(gateway.publish({says(action::enter, "\xff")}), errc::invalid_client_id);
  EXPECT_EQ(gateway.publish({says(action::enter, std::string(257, 'x'))}), errc::invalid_client_id);
  EXPECT_EQ(gateway.publish({says(action::enter, std::string(256, 'x'))}), std::error_code{});
  EXPECT_EQ(gateway.publish({says(action::enter, "a:b")}), std::error_code{});
}

TEST_F(hub_publish, data_has_a_largest_size) {
  restart([] {
    hub_limits limits;
    limits.data_size = 3;
    return limits;
  }());
  client alice{hub, "alice"};
  EXPECT_EQ(alice.enter("1234"), errc::message_too_large);
  EXPECT_EQ(alice.enter("123"), std::error_code{});
}

TEST_F(hub_publish, extras_have_a_largest_size) {
  restart([] {
    hub_limits limits;
    limits.extras_size = 8;
    return limits;
  }());
  client alice{hub, "alice"};
  EXPECT_EQ(alice.publish({with_extras(R"({"k":12})")}), std::error_code{});
  EXPECT_EQ(alice.publish({with_extras(R"({"k":123})")}), errc::message_too_large);
}

TEST_F(hub_publish, extras_must_be_an_object) {
  client alice{hub, "alice"};
  for (const char* text :
       {"", "{", "}", "[]", "\"{}\"", "null", " {} x", "{a}", "{\"a\":\"\xff\"}", "{\"a\":1,}", "{}{}"}) {
    EXPECT_EQ(alice.publish({with_extras(text)}), errc::invalid_data) << text;
  }
  EXPECT_EQ(alice.publish({with_extras("{}")}), std::error_code{});
}

TEST_F(hub_publish, publish_has_a_largest_number_of_messages) {
  restart([] {
    hub_limits limits;
    limits.messages_per_publish = 2;
    return limits;
  }());
  client alice{hub, "alice"};
  EXPECT_EQ(alice.publish(std::vector<text_message>(3, says(action::update))), errc::message_too_large);
  EXPECT_EQ(alice.publish(std::vector<text_message>(2, says(action::update))), std::error_code{});
}

TEST_F(hub_publish, room_can_be_full) {
  restart([] {
    hub_limits limits;
    limits.members_per_room = 2;
    return limits;
  }());
  client alice{hub, "alice"};
  client gateway{hub, identity::wildcard()};
  EXPECT_EQ(alice.enter(), std::error_code{});
  EXPECT_EQ(gateway.publish({says(action::enter, "a"), says(action::enter, "b")}), errc::room_full);
  EXPECT_EQ(gateway.publish({says(action::enter, "a"), says(action::enter, "a")}), std::error_code{});  // one member
  EXPECT_EQ(gateway.publish({says(action::enter, "b")}), errc::room_full);
  EXPECT_EQ(gateway.publish({says(action::update, "a"), says(action::leave, "c")}), std::error_code{});
  EXPECT_EQ(alice.update(), std::error_code{});
  EXPECT_EQ(alice.leave(), std::error_code{});
  EXPECT_EQ(gateway.publish({says(action::enter, "b")}), std::error_code{});
  client elsewhere{hub, "elsewhere", "other"};  // the limit is the room's
  EXPECT_EQ(elsewhere.enter(), std::error_code{});
}

TEST_F(hub_publish, messages_per_second_are_limited) {
  restart([] {
    hub_limits limits;
    limits.messages_per_second = 3;
    return limits;
  }());
  client alice{hub, "alice"};
  client bob{hub, "bob"};
  EXPECT_EQ(alice.publish(std::vector<text_message>(4, says(action::update))), errc::message_too_large);
  EXPECT_EQ(alice.publish(std::vector<text_message>(2, says(action::update))), std::error_code{});
  EXPECT_EQ(alice.update(), std::error_code{});
  EXPECT_EQ(alice.update(), errc::rate_limited);
  EXPECT_EQ(bob.enter(), std::error_code{});  // the limit is the session's
  clock.advance(999ms);
  EXPECT_EQ(alice.update(), errc::rate_limited);
  clock.advance(1ms);
  EXPECT_EQ(alice.update(), std::error_code{});
}

TEST_F(hub_publish, refused_batch_changes_nothing) {
  restart([] {
    hub_limits limits;
    limits.data_size = 3;
    limits.members_per_room = 3;
    return limits;
  }());
  client watcher{hub, "watcher"};
  client gateway{hub, identity::wildcard()};
  gateway.publish({says(action::enter, "a", "1")});
  (void)watcher.heard();
  const auto refuse = [&](text_message last, errc why) {
    EXPECT_EQ(gateway.publish({says(action::update, "a", "2"), says(action::enter, "b"), std::move(last)}), why);
  };
  refuse(says(action::enter, "c", "1234"), errc::message_too_large);
  refuse(says(action::enter, "\xff"), errc::invalid_client_id);
  refuse(says(action::absent, "c"), errc::bad_request);
  gateway.publish({says(action::enter, "x")});
  refuse(says(action::enter, "c"), errc::room_full);
  EXPECT_EQ(members(), (lines{"a 1", "x"}));
  EXPECT_EQ(watcher.heard(), (lines{"enter x"}));
}

TEST_F(hub_publish, without_permission_nothing_changes_RTP8h) {
  client watcher{hub, "watcher", "lobby", mode::subscribe};
  for (const action what : {action::enter, action::update, action::leave}) {
    EXPECT_EQ(watcher.publish(what), errc::not_permitted);
  }
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_publish, detached_or_ended_is_an_invalid_room_state) {
  client alice{hub, "alice"};
  alice.room.detach();
  EXPECT_EQ(alice.enter(), errc::invalid_room_state);
  client bob{hub, "bob"};
  bob.session.close();
  EXPECT_EQ(bob.enter(), errc::invalid_room_state);
  client carol{hub, "carol"};
  carol.session.drop();
  EXPECT_EQ(carol.enter(), errc::disconnected);
  advance(15s);
  EXPECT_EQ(carol.enter(), errc::invalid_room_state);
}

}  // namespace
}  // namespace presence::test::hub_publish_test
