// What run_due does, and in which order.
#include "support/hub_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace presence::test::hub_run_due_test {
namespace {

class hub_run_due : public hub_test {};

TEST_F(hub_run_due, all_that_is_due_has_ended_before_anybody_is_told) {
  client here{hub, "here"}, there{hub, "there", "other"};
  client alice{hub, "alice"}, bob{hub, "bob", "other"};
  alice.enter();
  bob.enter();
  alice.session.drop();
  bob.session.drop();
  std::vector<std::size_t> left;
  const auto count = [&](const std::string& line) {
    if (line.starts_with("leave"))
      left.push_back(hub.member_count("lobby") + hub.member_count("other") + hub.session_count());
  };
  here.sink.then = count;
  there.sink.then = count;
  EXPECT_EQ(advance(15s), 2U);
  EXPECT_EQ(left, (std::vector<std::size_t>{2, 2}));  // the two who watch, and no member
}

TEST_F(hub_run_due, rooms_are_told_in_the_order_of_their_names) {
  std::vector<std::string> told;
  std::vector<std::string> names;
  for (int n = 0; n < 20; ++n) names.push_back("room-" + std::to_string(100 + n));
  text_session watcher = hub.connect("watcher"), alice = hub.connect("alice");
  std::vector<recording_sink> sinks(names.size());
  std::vector<recording_sink> hers(names.size());
  std::vector<text_attachment> rooms;
  for (std::size_t n = 0; n < names.size(); ++n) {
    rooms.push_back(watcher.attach(names[n], mode_set::all(), std::ref(sinks[n])).value());
    rooms.push_back(alice.attach(names[n], mode_set::all(), std::ref(hers[n])).value());
    rooms.back().publish({says(action::enter)});
    sinks[n].then = [&told, name = names[n]](const std::string&) { told.push_back(name); };
  }
  alice.drop();
  advance(15s);
  EXPECT_EQ(told, names);
}

TEST_F(hub_run_due, many_distinct_periods_are_kept_in_order) {
  client watcher{hub, "watcher"};
  std::vector<text_session> all;
  constexpr int count = 2'000;
  for (int n = 0; n < count; ++n) {
    identity who{"m"};
    who.grace = std::chrono::milliseconds{1'000 + (n * 7) % count};
    all.push_back(hub.connect(who));
    all.back().drop();
  }
  EXPECT_EQ(advance(1'000ms + 999ms), 1'000U);
  EXPECT_EQ(advance(1ms), 1U);
  EXPECT_EQ(advance(1s), 999U);
}

// --- the hook for a timer ---------------------------------------------------------------------------------------------------

class hub_timer : public hub_test {
 protected:
  hub_timer() {
    options.linger = 3s;
    options.on_earlier_deadline = [this] { told.push_back(hub.due_in()); };
    hub = text_hub{options, clock};
  }
  hub_options options;
  std::vector<std::optional<std::chrono::milliseconds>> told;
};

TEST_F(hub_timer, is_told_when_the_first_deadline_becomes_earlier_and_only_then) {
  client alice{hub, "alice"};
  client bob{hub, "bob"};
  client carol{hub, "carol"};
  for (client* each : {&alice, &bob, &carol}) each->enter();
  EXPECT_TRUE(told.empty());
  alice.session.drop();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.back(), 15s);
  clock.advance(1s);
  bob.session.drop();  // later than alice's
  EXPECT_EQ(told.size(), 1U);
  carol.room.detach();  // lingers for three seconds
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told.back(), 3s);
}

TEST_F(hub_timer, of_a_loop_that_sleeps_until_it_is_told_misses_nothing) {
  std::optional<std::chrono::milliseconds> sleeps;  // as a timer of a loop would be armed
  options.linger = 0s;
  options.on_earlier_deadline = [&] { sleeps = hub.due_in(); };
  hub = text_hub{options, clock};
  client alice{hub, "alice"};
  identity short_of_patience{"bob"};
  short_of_patience.grace = 2s;
  client bob{hub, short_of_patience};
  alice.enter();
  bob.enter();
  alice.session.drop();
  bob.session.drop();
  for (const auto expected : {2s, 13s}) {
    ASSERT_EQ(sleeps, expected);
    EXPECT_EQ(advance(*sleeps), 1U);
    sleeps = hub.due_in();
  }
  EXPECT_EQ(sleeps, std::nullopt);
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_timer, hook_that_throws_or_ends_the_hub_does_no_harm) {
  options.on_earlier_deadline = [&] {
    hub = text_hub{};
    throw std::runtime_error{"no"};
  };
  hub = text_hub{options, clock};
  client alice{hub, "alice"};
  alice.session.drop();
  EXPECT_EQ(hub.session_count(), 0U);
}

TEST_F(hub_timer, is_not_told_of_what_is_later_than_a_quiet_start_or_never_comes) {
  options.quiet_start = 5s;
  hub = text_hub{options, clock};
  identity patient{"alice"};
  client alice{hub, patient};
  alice.session.drop();
  EXPECT_TRUE(told.empty()) << "15 seconds, and the quiet start is over in 5";
  options.quiet_start = 0s;
  options.grace = std::chrono::milliseconds::max();
  hub = text_hub{options, clock};
  client bob{hub, "bob"};
  bob.session.drop();
  EXPECT_TRUE(told.empty());
}

}  // namespace
}  // namespace presence::test::hub_run_due_test
