// What counts against the limits of rate and of room, and what does not.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>
#include <presence/message_id.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace presence::test::hub_limits_test {
namespace {

class hub_limit : public hub_test {
 protected:
  void restart(std::size_t members, std::size_t rate) {
    hub_options options;
    options.limits.members_per_room = members;
    options.limits.messages_per_second = rate;
    hub = text_hub{options, clock};
  }
  [[nodiscard]] static text_message again(const text_message& member) {
    text_message m = says(action::enter, member.client_id);
    m.data = member.data;
    m.id = member.id;
    return m;
  }
};

TEST_F(hub_limit, leave_never_counts_against_the_rate) {
  restart(100, 2);
  client alice{hub, "alice"};
  EXPECT_EQ(alice.enter(), std::error_code{});
  EXPECT_EQ(alice.update(), std::error_code{});
  EXPECT_EQ(alice.update(), errc::rate_limited);
  EXPECT_EQ(alice.leave(), std::error_code{});
  EXPECT_EQ(members(), lines{});
  for (int n = 0; n < 10; ++n) EXPECT_EQ(alice.leave(), std::error_code{});
  clock.advance(1s);
  EXPECT_EQ(alice.publish({says(action::leave), says(action::enter), says(action::leave), says(action::enter)}),
            std::error_code{});
  EXPECT_EQ(alice.update(), errc::rate_limited);
}

TEST_F(hub_limit, reentry_that_changes_nothing_does_not_count) {
  restart(100, 1);
  client alice{hub, "alice"};
  EXPECT_EQ(alice.enter("a"), std::error_code{});
  const text_message known = alice.sink.live.back();
  for (int n = 0; n < 10; ++n) EXPECT_EQ(alice.publish({again(known)}), std::error_code{});
  EXPECT_EQ(alice.update(), errc::rate_limited);
  EXPECT_EQ(members(), lines{"alice a"});
}

TEST_F(hub_limit, rate_cannot_be_dodged_by_ids) {
  restart(100, 2);
  client alice{hub, "alice"};
  EXPECT_EQ(alice.enter("a"), std::error_code{});
  const text_message known = alice.sink.live.back();
  text_message invented = again(known);
  invented.id.msg_serial += 5;  // not given yet
  EXPECT_EQ(alice.publish({invented}), std::error_code{});
  EXPECT_EQ(alice.publish({invented}), errc::rate_limited);
  // Beside a leave the old id is a new member's.
  EXPECT_EQ(alice.publish({says(action::leave), again(alice.sink.live.back())}), errc::rate_limited);
  EXPECT_EQ(alice.leave(), std::error_code{});
  EXPECT_EQ(alice.publish({again(known)}), errc::rate_limited);  // nor is this a re-entry: it left
}

TEST_F(hub_limit, what_can_never_be_taken_is_refused_for_good) {
  restart(2, 3);
  client gateway{hub, identity::wildcard()};
  const auto enter = [](std::vector<std::string> ids) {
    std::vector<text_message> all;
    for (const auto& id : ids) all.push_back(says(action::enter, id));
    return all;
  };
  const std::error_code more_than_a_second = gateway.publish(enter({"a", "a", "a", "a"}));
  EXPECT_EQ(more_than_a_second, errc::message_too_large);
  EXPECT_FALSE(is_temporary(more_than_a_second));
  const std::error_code more_than_a_room = gateway.publish(enter({"a", "b", "c"}));
  EXPECT_EQ(more_than_a_room, errc::message_too_large);
  clock.advance(1s);
  EXPECT_EQ(gateway.publish(enter({"a", "b"})), std::error_code{});
  const std::error_code full = gateway.publish(enter({"c"}));
  EXPECT_EQ(full, errc::room_full);
  EXPECT_TRUE(is_temporary(full));
}

TEST_F(hub_limit, room_is_judged_after_the_whole_publish) {
  restart(2, 0);
  client gateway{hub, identity::wildcard()};
  EXPECT_EQ(gateway.publish({says(action::enter, "1"), says(action::enter, "2")}), std::error_code{});
  EXPECT_EQ(gateway.publish({says(action::leave, "1"), says(action::enter, "3")}), std::error_code{});
  EXPECT_EQ(gateway.publish({says(action::enter, "1"), says(action::leave, "1")}), std::error_code{});
  EXPECT_EQ(gateway.publish({says(action::leave, "2"), says(action::enter, "2"), says(action::enter, "4")}),
            errc::room_full);
  EXPECT_EQ(members(), (lines{"2", "3"}));
}

TEST_F(hub_limit, who_comes_back_has_the_place_of_his_lost_connection) {
  restart(2, 0);
  client alice{hub, "alice"}, bob{hub, "bob"}, carol{hub, "carol"};
  EXPECT_EQ(alice.enter("old"), std::error_code{});
  EXPECT_EQ(bob.enter("old"), std::error_code{});
  alice.session.drop();
  bob.session.drop();
  EXPECT_EQ(carol.enter(), errc::room_full);  // the places are kept
  client alice_again{hub, "alice"}, bob_again{hub, "bob"};
  EXPECT_EQ(alice_again.enter("new"), std::error_code{});
  EXPECT_EQ(bob_again.enter("new"), std::error_code{});  // the ghost of the other takes nobody's place either
  EXPECT_EQ(members(), (lines{"alice new", "alice old", "bob new", "bob old"}));
  EXPECT_EQ(carol.enter(), errc::room_full);
  advance(15s);
  EXPECT_EQ(members(), (lines{"alice new", "bob new"}));
  EXPECT_EQ(carol.enter(), errc::room_full);  // and the count is right again
  EXPECT_EQ(bob_again.leave(), std::error_code{});
  EXPECT_EQ(carol.enter(), std::error_code{});
}

TEST_F(hub_limit, connection_that_is_resumed_counts_again) {
  restart(2, 0);
  client alice{hub, "alice"}, bob{hub, "bob"};
  alice.enter();
  bob.enter();
  alice.session.drop();
  client again{hub, "alice"};
  EXPECT_EQ(again.enter(), std::error_code{});
  const auto back = hub.resume(alice.session.resume_key());
  EXPECT_EQ(hub.member_count("lobby"), 3U);
  EXPECT_EQ(bob.leave(), std::error_code{});
  EXPECT_EQ(bob.enter(), errc::room_full);
  EXPECT_EQ(again.leave(), std::error_code{});
  EXPECT_EQ(bob.enter(), std::error_code{});
}

TEST_F(hub_limit, place_of_an_evicted_member_of_a_lost_connection_is_counted_once) {
  restart(1, 0);
  client alice{hub, "alice"};
  alice.enter();
  alice.session.drop();
  client again{hub, "alice"}, bob{hub, "bob"};
  EXPECT_EQ(again.enter(), std::error_code{});
  EXPECT_EQ(hub.evict("lobby", "alice"), 2U);
  EXPECT_EQ(bob.enter(), std::error_code{});
  EXPECT_EQ(again.enter(), errc::room_full);
}

TEST_F(hub_limit, returns_of_one_user_do_not_make_a_room_boundless) {
  restart(2, 0);
  client bob{hub, "bob"};
  bob.enter();
  std::vector<std::unique_ptr<client>> returns;
  std::size_t taken = 0;
  for (int n = 0; n < 100; ++n) {
    returns.push_back(std::make_unique<client>(hub, "alice"));
    if (!returns.back()->enter()) ++taken;
    returns.back()->session.drop();
  }
  EXPECT_EQ(taken, 17U);  // her place, and sixteen times that of a connection that she lost
  EXPECT_EQ(hub.member_count("lobby"), 18U);
  advance(15s);
  EXPECT_EQ(members(), lines{"bob"});
  client carol{hub, "carol"}, dave{hub, "dave"};
  EXPECT_EQ(carol.enter(), std::error_code{});
  EXPECT_EQ(dave.enter(), errc::room_full);
}

TEST_F(hub_limit, stranger_of_another_name_gets_no_lost_place) {
  restart(1, 0);
  client alice{hub, "alice"};
  alice.enter();
  client again{hub, "alice"};
  EXPECT_EQ(again.enter(), errc::room_full);  // her other connection is there: a second place
  alice.session.drop();
  client bob{hub, "bob"};
  EXPECT_EQ(bob.enter(), errc::room_full);
  EXPECT_EQ(again.enter(), std::error_code{});
}

}  // namespace
}  // namespace presence::test::hub_limits_test
