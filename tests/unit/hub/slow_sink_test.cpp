// Sinks that cannot keep up, or throw: they alone suffer, and are synced again when they say so.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace presence::test::hub_slow_sink_test {
namespace {

class hub_slow_sink : public hub_test {
 protected:
  client slow{hub, "slow"};
  client alice{hub, "alice"};
  client bob{hub, "bob"};

  void SetUp() override {
    for (client* each : {&slow, &alice, &bob}) (void)each->heard();
  }
  void throw_at(const std::string& line) {
    slow.sink.then = [line](const std::string& heard) {
      if (heard == line) throw std::string{"mine"};
    };
  }
};

TEST_F(hub_slow_sink, is_called_no_more_until_it_asks_for_a_resync) {
  slow.sink.keeps_up = false;
  alice.enter("1");
  alice.update("2");
  slow.sink.keeps_up = true;
  alice.update("3");
  EXPECT_EQ(slow.heard(), (lines{"enter alice 1"}));
  EXPECT_EQ(bob.heard(), (lines{"enter alice 1", "update alice 2", "update alice 3"}));
  slow.room.resync();
  EXPECT_EQ(slow.heard(), (lines{"attached with members", "sync [alice]"}));
  EXPECT_EQ(*slow.sink.synced.back().data, "3");
  alice.update("4");
  EXPECT_EQ(slow.heard(), (lines{"update alice 4"}));
}

TEST_F(hub_slow_sink, may_ask_for_the_resync_from_inside) {
  slow.sink.keeps_up = false;
  slow.sink.then = [&](const std::string& line) {
    if (line != "enter alice 1") return;
    slow.sink.keeps_up = false;
    slow.room.resync();
  };
  alice.enter("1");
  EXPECT_EQ(slow.heard(), (lines{"enter alice 1", "attached with members", "sync [alice]"}));
}

TEST_F(hub_slow_sink, completions_of_its_own_publishes_still_come) {
  slow.sink.keeps_up = false;
  alice.enter();
  EXPECT_EQ(slow.enter(), std::error_code{});
  EXPECT_EQ(members(), (lines{"alice", "slow"}));
}

TEST_F(hub_slow_sink, resume_does_not_hide_what_it_missed) {
  slow.sink.keeps_up = false;
  alice.enter();
  slow.sink.keeps_up = true;
  alice.update();
  slow.session.drop();
  (void)slow.heard();
  const text_session again = hub.resume(slow.session.resume_key()).value();  // nothing happened meanwhile
  EXPECT_EQ(slow.heard(), (lines{"attached with members", "sync [alice]"}));
}

TEST_F(hub_slow_sink, is_told_when_it_is_detached) {
  slow.sink.keeps_up = false;
  alice.enter();
  (void)slow.heard();
  slow.session.close();
  EXPECT_EQ(slow.heard(), (lines{"detached: connection closed"}));
}

TEST_F(hub_slow_sink, one_that_throws_at_an_event_has_not_kept_up) {
  throw_at("enter alice");
  alice.enter();
  alice.update();
  EXPECT_EQ(slow.heard(), (lines{"enter alice"}));
  EXPECT_EQ(bob.heard(), (lines{"enter alice", "update alice"}));
  slow.room.resync();
  EXPECT_EQ(slow.heard(), (lines{"attached with members", "sync [alice]"}));
}

TEST_F(hub_slow_sink, one_that_throws_when_attached_gets_no_pages) {
  alice.enter();
  (void)slow.heard();
  throw_at("attached with members");
  slow.room.resync();
  alice.update();
  EXPECT_EQ(slow.heard(), (lines{"attached with members"}));
}

TEST_F(hub_slow_sink, one_that_throws_at_a_page_gets_no_more) {
  hub_options options;
  options.sync_page = 1;
  hub = text_hub{options, clock};
  client gateway{hub, identity::wildcard()};
  gateway.publish({says(action::enter, "a"), says(action::enter, "b"), says(action::enter, "c")});
  text_session someone = hub.connect("someone");
  recording_sink sink;
  sink.then = [](const std::string& line) {
    if (line.starts_with("sync")) throw std::string{"mine"};
  };
  auto room = someone.attach("lobby", mode_set::all(), std::ref(sink)).value();
  gateway.publish({says(action::update, "a")});
  EXPECT_EQ(sink.take().size(), 2U);
  sink.then = {};
  room.resync();
  EXPECT_EQ(sink.take().size(), 4U);
}

TEST_F(hub_slow_sink, one_that_throws_when_detached_is_detached) {
  throw_at("detached");
  slow.room.detach();
  alice.enter();
  EXPECT_EQ(slow.heard(), (lines{"detached"}));
  EXPECT_EQ(bob.heard(), (lines{"enter alice"}));
}

}  // namespace
}  // namespace presence::test::hub_slow_sink_test
