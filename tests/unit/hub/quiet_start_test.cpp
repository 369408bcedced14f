// A hub that has just started waits for those who come back before it says who does not.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>
#include <presence/testing/simulation.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace presence::test::hub_quiet_start_test {
namespace {

class hub_quiet_start : public hub_test {
 protected:
  hub_quiet_start() { start(); }
  void start() {
    options.quiet_start = 5s;
    hub = text_hub{options, clock};
  }
  hub_options options;
};

TEST_F(hub_quiet_start, sync_of_an_empty_room_stays_open_until_it_is_over) {
  client alice{hub, "alice"};
  EXPECT_EQ(alice.heard(), lines{"attached with members"});
  EXPECT_EQ(hub.due_in(), 5s);
  advance(4'999ms);
  EXPECT_EQ(alice.heard(), lines{});
  advance(1ms);
  EXPECT_EQ(alice.heard(), lines{"sync []"});
  EXPECT_EQ(hub.due_in(), std::nullopt);
}

TEST_F(hub_quiet_start, members_that_are_there_come_at_once_and_so_do_events) {
  client alice{hub, "alice"};
  alice.enter();
  client bob{hub, "bob"};
  EXPECT_EQ(bob.heard(), (lines{"attached with members", "sync [alice] more"}));
  bob.enter();
  EXPECT_EQ(alice.heard(), (lines{"attached with members", "enter alice", "enter bob"}));
  advance(5s);
  EXPECT_EQ(bob.heard(), (lines{"enter bob", "sync []"}));
  ASSERT_EQ(bob.sink.cursors.size(), 2U);
  EXPECT_EQ(bob.sink.cursors[0].sequence, bob.sink.cursors[1].sequence) << "one sync";
  EXPECT_FALSE(bob.sink.cursors[0].last);
  EXPECT_TRUE(bob.sink.cursors[1].last);
}

TEST_F(hub_quiet_start, who_attaches_after_it_is_told_at_once) {
  client alice{hub, "alice"};
  alice.enter();
  advance(5s);
  client bob{hub, "bob"};
  EXPECT_EQ(bob.heard(), (lines{"attached with members", "sync [alice]"}));
  client other{hub, "bob", "elsewhere"};
  EXPECT_EQ(other.heard(), lines{"attached"});
}

TEST_F(hub_quiet_start, who_was_cut_meanwhile_gets_a_whole_sync_again) {
  client alice{hub, "alice"};
  client bob{hub, "bob"};
  alice.enter();
  bob.session.drop();
  (void)bob.heard();
  bob.session = hub.resume(bob.session.resume_key()).value();
  EXPECT_EQ(bob.heard(), (lines{"attached with members", "sync [alice] more"})) << "not resumed: its sync was open";
  bob.session.drop();
  advance(5s);
  (void)bob.heard();
  bob.session = hub.resume(bob.session.resume_key()).value();
  EXPECT_EQ(bob.heard(), (lines{"attached with members", "sync [alice]"}));
}

TEST_F(hub_quiet_start, heir_of_an_open_sync_gets_a_whole_one) {
  client alice{hub, "alice"};
  alice.enter();
  auto bob = hub.connect("bob");
  recording_sink first;
  recording_sink second;
  auto old = bob.attach("lobby", mode_set::all(), std::ref(first)).value();
  bob.drop();
  advance(5s);
  auto back = hub.resume(bob.resume_key()).value();
  const auto now = back.attach("lobby", mode_set::all(), std::ref(second)).value();
  EXPECT_EQ(second.take(), (lines{"attached with members", "sync [alice]"}));
}

TEST_F(hub_quiet_start, resync_meanwhile_stays_open_too) {
  auto alice = hub.connect("alice");
  text_presence a{alice.room("lobby"), presence_options{}, clock};
  a.enter();
  client bob{hub, "bob"};
  bob.sink.keeps_up = false;
  a.update();
  (void)bob.heard();
  bob.room.resync();
  EXPECT_EQ(bob.heard(), (lines{"attached with members", "sync [alice] more"}));
  advance(5s);
  EXPECT_EQ(bob.heard(), lines{"sync []"});
}

TEST_F(hub_quiet_start, without_subscribe_mode_own_members_come_the_same_way) {
  client alice{hub, "alice", "lobby", mode::presence};
  alice.enter();
  EXPECT_EQ(alice.heard(), (lines{"attached with members", "enter alice"}));
  advance(5s);
  EXPECT_EQ(alice.heard(), lines{"sync []"});
}

TEST_F(hub_quiet_start, get_waits_for_its_end) {
  auto alice = hub.connect("alice");
  text_presence a{alice.room("lobby"), presence_options{}, clock};
  a.enter("here");
  std::optional<std::size_t> found;
  a.get(query{}, [&](const auto& members) { found = members.value().size(); });
  EXPECT_EQ(found, std::nullopt);
  EXPECT_EQ(a.self().state, self_state::present) << "one's own member needs no sync";
  EXPECT_TRUE(a.is_user_present("alice"));
  advance(5s);
  EXPECT_EQ(found, 1U);
}

TEST_F(hub_quiet_start, host_that_slept_has_it_once_more) {
  client alice{hub, "alice"};
  (void)alice.heard();
  advance(2h);
  EXPECT_EQ(alice.heard(), lines{});
  EXPECT_EQ(hub.due_in(), 5s);
  advance(2h);
  EXPECT_EQ(alice.heard(), lines{"sync []"});
}

TEST_F(hub_quiet_start, period_that_is_no_period_is_refused) {
  options.quiet_start = -1ms;
  EXPECT_THROW((text_hub{options, clock}), std::invalid_argument);
  options.quiet_start = std::chrono::milliseconds::max();
  const text_hub endless{options, clock};
  EXPECT_EQ(endless.due_in(), std::nullopt);
}

TEST_F(hub_quiet_start, what_happened_before_its_end_is_told_before_the_last_page) {
  client alice{hub, "alice"};
  client bob{hub, "bob"};
  client carol{hub, "carol"};
  alice.sink.then = [&](const std::string& line) {
    if (line != "enter carol") return;
    bob.room.publish({says(action::enter)}, [](std::error_code) {});
    advance(5s);
  };
  carol.enter();
  EXPECT_EQ(alice.heard(), (lines{"attached with members", "enter carol", "enter bob", "sync []"}));
}

TEST_F(hub_quiet_start, sink_that_attaches_or_ends_inside_the_last_page_does_no_harm) {
  client alice{hub, "alice"};
  client bob{hub, "bob"};
  std::optional<client> carol;
  alice.sink.then = [&](const std::string& line) {
    if (line != "sync []") return;
    carol.emplace(hub, "carol");
    bob.session.close();
  };
  advance(5s);
  ASSERT_TRUE(carol.has_value());
  EXPECT_EQ(carol->heard(), lines{"attached"});
  EXPECT_EQ(bob.heard(), (lines{"attached with members", "sync []", "detached: connection closed"}));
}

/// What the public report asks for (shared/reports, 20b): nobody who comes back in time was away for anybody.
class hub_restart : public ::testing::Test {
 protected:
  using world_type = testing::simulation<std::string>;

  void start(std::chrono::milliseconds quiet) {
    testing::simulation_options options;
    options.hub.quiet_start = quiet;
    world = std::make_unique<world_type>(1, options);
    for (int i = 0; i < 5; ++i) world->add("u" + std::to_string(i)).presence->enter("x");
    world->settle();
    world->advance(quiet);
    world->settle();
    for (const auto& each : world->participants()) {
      auto* const at = each->presence.get();
      heard.push_back(at->subscribe_users([this, at](const user_event& e) {
        ++(e.change == user_change::offline ? offline : online);
        empty_looks += at->size() == 0 ? 1 : 0;
      }));
    }
  }
  void come_back(std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) world->connect(*world->participants()[i]);
    world->settle();
  }
  [[nodiscard]] std::size_t complete(std::size_t users, std::size_t first = 0) const {
    std::size_t n = 0;
    for (std::size_t i = first; i < 5; ++i) {
      const auto& p = *world->participants()[i]->presence;
      n += p.user_count() == users && p.size() == users ? 1U : 0U;
    }
    return n;
  }

  std::unique_ptr<world_type> world;
  std::vector<subscription> heard;
  int offline = 0;
  int online = 0;
  int empty_looks = 0;
};

TEST_F(hub_restart, everybody_comes_back_in_time) {
  start(3s);
  world->restart();
  come_back(0, 2);
  world->advance(2s);
  come_back(2, 3);
  EXPECT_EQ(offline + online, 0);
  world->advance(1s);
  world->settle();
  EXPECT_EQ(complete(5), 5U);
  EXPECT_EQ(offline, 0);
  EXPECT_EQ(online, 0);
  EXPECT_EQ(empty_looks, 0);
}

TEST_F(hub_restart, who_does_not_come_back_goes_offline_when_it_is_over) {
  start(3s);
  world->restart();
  come_back(1, 4);
  EXPECT_EQ(offline, 0);
  world->advance(3s);
  world->settle();
  EXPECT_EQ(complete(4, 1), 4U);
  EXPECT_EQ(offline, 4);
  EXPECT_EQ(online, 0);
  come_back(0, 1);
  EXPECT_EQ(offline, 5) << "u0 too saw that it was away";
  EXPECT_EQ(online, 5);
}

TEST_F(hub_restart, without_a_quiet_start_all_are_told_that_all_left) {
  start(0s);
  world->restart();
  come_back(0, 5);
  EXPECT_GT(offline, 0);
  EXPECT_EQ(complete(5), 5U);
}

}  // namespace
}  // namespace presence::test::hub_quiet_start_test
