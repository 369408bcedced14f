// The observer is told what becomes of sessions, how many are in rooms, what the hub refuses and which sinks are slow.
#include "support/hub_fixture.hpp"
#include <presence/observer.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::test::hub_observer_test {
namespace {

using checked_no_backplane = basic_no_backplane<testing::checked_mutex>;

std::string count(const occupancy& o) {
  return std::to_string(o.members) + '/' + std::to_string(o.users) + '/' + std::to_string(o.watchers);
}

/// Writes down what it is told, in words, and then does what the test wants.
struct note_taker {
  lines told;
  std::function<void()> then;

  void on_session(const session_event& e) {
    note(std::string{to_string(e.what)} + ' ' + std::string{e.client_id} + (e.why ? ": " + e.why.message() : ""));
  }
  void on_occupancy(const occupancy_event& e) {
    note(std::string{e.room} + ' ' + count(e.before) + " -> " + count(e.now) + (e.occupied() ? " occupied" : "") +
         (e.vacated() ? " vacated" : ""));
  }
  void on_refusal(const refusal& r) {
    note("refused " + std::string{r.client_id} + " in '" + std::string{r.room} + "': " + r.why.message());
  }
  void on_slow_sink(const slow_sink& s) { note("slow " + std::string{s.client_id} + " in " + std::string{s.room}); }

  lines take() { return std::exchange(told, {}); }

 private:
  void note(std::string what) {
    testing::checked_mutex::on_callback();
    told.push_back(std::move(what));
    if (then) then();
  }
};

using watched = observed<std::shared_ptr<note_taker>, checked_no_backplane>;
using watched_hub = basic_hub<std::string, testing::manual_clock, watched>;

struct sink {
  std::shared_ptr<bool> keeps_up = std::make_shared<bool>(true);
  void on_attached(const attachment_info&) {}
  void on_sync(const message_batch<std::string>&, const sync_cursor&) {}
  bool on_presence(const message_batch<std::string>&) { return *keeps_up; }
  void on_detached(std::error_code) {}
};

class hub_observer_test : public ::testing::Test {
 protected:
  std::shared_ptr<note_taker> notes = std::make_shared<note_taker>();
  testing::manual_clock clock;
  hub_options options = [] {
    hub_options o;
    o.grace = std::chrono::seconds{10};
    o.limits.members_per_room = 2;
    return o;
  }();
  watched_hub hub{options, clock, watched{notes}};
};

TEST_F(hub_observer_test, is_told_of_each_session_from_its_opening_to_its_end) {
  {
    auto alice = hub.connect("alice");
    EXPECT_EQ(notes->take(), lines{"opened alice"});
    const std::string key = alice.resume_key();
    alice.drop();
    EXPECT_EQ(notes->take(), lines{"lost alice"});
    alice = hub.resume(key).value();
    EXPECT_EQ(notes->take(), lines{"resumed alice"});
    auto again = hub.resume(key).value();  // taken over: nothing became of the session
    EXPECT_EQ(notes->take(), lines{});
    again.drop();
    clock.advance(std::chrono::seconds{11});
    hub.run_due();
    EXPECT_EQ(notes->take(),
              (lines{"lost alice", "ended alice: " + make_error_code(errc::connection_expired).message()}));
  }
  auto bob = hub.connect("bob");
  bob.close();
  bob.close();
  EXPECT_EQ(notes->take(), (lines{"opened bob", "ended bob: " + make_error_code(errc::connection_closed).message()}));
  auto carol = hub.connect("carol");
  hub.kick("carol");
  EXPECT_EQ(notes->take(), (lines{"opened carol", "ended carol: " + make_error_code(errc::kicked).message()}));
}

TEST_F(hub_observer_test, is_told_of_a_session_that_lingers) {
  options.linger = std::chrono::seconds{3};
  watched_hub lingering{options, clock, watched{notes}};
  auto alice = lingering.connect("alice");
  auto at = alice.attach("lobby", mode_set::all(), sink{}).value();
  at.enter();
  notes->take();
  alice.close();
  EXPECT_EQ(notes->take(), (lines{"lobby 1/1/1 -> 1/1/0", "lingering alice"}));
  clock.advance(std::chrono::seconds{4});
  lingering.run_due();
  EXPECT_EQ(notes->take(), (lines{"lobby 1/1/0 -> 0/0/0 vacated",
                                  "ended alice: " + make_error_code(errc::connection_closed).message()}));
  EXPECT_EQ(lingering.room_count(), 0U);
}

TEST_F(hub_observer_test, is_told_how_many_are_in_a_room_and_when_it_is_occupied_and_vacated) {
  auto alice = hub.connect("alice");
  auto gateway = hub.connect(identity::wildcard());
  notes->take();
  auto watching = alice.attach("lobby", mode_set::all(), sink{}).value();
  EXPECT_EQ(notes->take(), lines{"lobby 0/0/0 -> 0/0/1 occupied"});
  auto acting = gateway.attach("lobby", mode::presence, sink{}).value();
  EXPECT_EQ(notes->take(), lines{}) << "who is told of nobody else does not watch";
  watching.enter();
  acting.enter_client("alice");
  EXPECT_EQ(notes->take(), (lines{"lobby 0/0/1 -> 1/1/1", "lobby 1/1/1 -> 2/1/1"}));
  watching.update({"busy"});
  EXPECT_EQ(notes->take(), lines{}) << "an update changes no number";
  acting.detach();
  EXPECT_EQ(notes->take(), lines{"lobby 2/1/1 -> 1/1/1"});
  watching.detach();
  EXPECT_EQ(notes->take(), lines{"lobby 1/1/1 -> 0/0/0 vacated"});
  EXPECT_EQ(hub.room_count(), 0U);
}

TEST_F(hub_observer_test, is_told_nothing_of_a_watcher_that_is_taken_over) {
  auto alice = hub.connect("alice");
  const std::string key = alice.resume_key();
  auto watching = alice.attach("lobby", mode_set::all(), sink{}).value();
  notes->take();
  auto back = hub.resume(key, [](std::string_view) { return sink{}; }).value();
  EXPECT_EQ(notes->take(), lines{});
  EXPECT_EQ(hub.occupancy("lobby").watchers, 1U);
  back.session.close();
  EXPECT_EQ(notes->take(), (lines{"lobby 0/0/1 -> 0/0/0 vacated",
                                  "ended alice: " + make_error_code(errc::connection_closed).message()}));
}

TEST_F(hub_observer_test, is_told_once_of_a_batch) {
  auto gateway = hub.connect(identity::wildcard());
  auto acting = gateway.attach("lobby", mode::presence, sink{}).value();
  notes->take();
  std::vector<message<std::string>> both(2);
  both[0].client_id = "a";
  both[1].client_id = "b";
  for (auto& each : both) each.action = action::enter;
  acting.publish(std::move(both));
  EXPECT_EQ(notes->take(), lines{"lobby 0/0/0 -> 2/2/0 occupied"});
}

TEST_F(hub_observer_test, is_told_what_the_hub_refuses_and_not_what_has_ended) {
  EXPECT_EQ(hub.try_connect("\xff").error(), errc::invalid_client_id);
  hub.ban("mallory", std::chrono::seconds{9});
  EXPECT_EQ(hub.try_connect("mallory").error(), errc::banned);
  auto gateway = hub.connect(identity::wildcard());
  notes->told.pop_back();  // that it was opened
  EXPECT_FALSE(gateway.attach("", mode_set::all(), sink{}));
  auto at = gateway.attach("lobby", mode::presence, sink{}).value();
  for (const char* who : {"a", "b", "c", "mallory"}) at.enter_client(who);
  const auto text = [](errc why) { return make_error_code(why).message(); };
  EXPECT_EQ(notes->take(),
            (lines{"refused \xff in '': " + text(errc::invalid_client_id),
                   "refused mallory in '': " + text(errc::banned), "refused  in '': " + text(errc::invalid_room_name),
                   "lobby 0/0/0 -> 1/1/0 occupied", "lobby 1/1/0 -> 2/2/0",
                   "refused  in 'lobby': " + text(errc::room_full), "refused  in 'lobby': " + text(errc::room_full)}));
  at.detach();
  notes->take();
  at.enter_client("d");
  EXPECT_FALSE(gateway.attach("", mode_set::all(), sink{}));
  gateway.close();
  EXPECT_EQ(gateway.attach("lobby", mode_set::all(), sink{}).error(), errc::connection_closed);
  EXPECT_EQ(notes->take(),
            (lines{"refused  in '': " + text(errc::invalid_room_name), "ended : " + text(errc::connection_closed)}));
}

TEST_F(hub_observer_test, is_told_of_a_slow_sink_once_until_it_is_synced) {
  auto alice = hub.connect("alice");
  auto bob = hub.connect("bob");
  sink slow;
  const auto keeps_up = slow.keeps_up;
  auto watching = alice.attach("lobby", mode_set::all(), std::move(slow)).value();
  auto entering = bob.attach("lobby", mode::presence, sink{}).value();
  entering.enter();
  notes->take();
  *keeps_up = false;
  for (int i = 0; i < 3; ++i) entering.update({"again"});
  EXPECT_EQ(notes->take(), lines{"slow alice in lobby"});
  *keeps_up = true;
  watching.resync();
  entering.update({"again"});
  EXPECT_EQ(notes->take(), lines{});
  *keeps_up = false;
  entering.update({"again"});
  EXPECT_EQ(notes->take(), lines{"slow alice in lobby"});
}

TEST_F(hub_observer_test, is_told_all_ends_when_the_hub_goes) {
  auto alice = hub.connect("alice");
  auto watching = alice.attach("lobby", mode_set::all(), sink{}).value();
  watching.enter();
  notes->take();
  hub = watched_hub{options, clock, watched{std::make_shared<note_taker>()}};
  EXPECT_EQ(notes->take(), (lines{"lobby 1/1/1 -> 1/1/0", "lobby 1/1/0 -> 0/0/0 vacated",
                                  "ended alice: " + make_error_code(errc::connection_closed).message()}));
}

TEST_F(hub_observer_test, may_call_the_hub_and_is_told_what_came_of_it_afterwards) {
  auto alice = hub.connect("alice");
  notes->take();
  notes->then = [&] { hub.kick("alice"); };
  auto attached = alice.attach("lobby", mode_set::all(), sink{});
  EXPECT_EQ(notes->take(),
            (lines{"lobby 0/0/0 -> 0/0/1 occupied", "ended alice: " + make_error_code(errc::kicked).message(),
                   "lobby 0/0/1 -> 0/0/0 vacated"}));
  notes->then = {};
  auto bob = hub.connect("bob");
  watched_hub::session_type back;
  notes->then = [&, first = true]() mutable {
    if (std::exchange(first, false)) back = hub.resume(bob.resume_key()).value();
  };
  bob.drop();
  EXPECT_EQ(notes->take(), (lines{"opened bob", "lost bob", "resumed bob"}));
}

TEST_F(hub_observer_test, may_throw_and_is_told_the_next) {
  notes->then = [] { throw std::runtime_error{"mine"}; };
  auto alice = hub.connect("alice");
  auto at = alice.attach("lobby", mode_set::all(), sink{}).value();
  EXPECT_EQ(notes->take(), (lines{"opened alice", "lobby 0/0/0 -> 0/0/1 occupied"}));
}

// --- what it costs --------------------------------------------------------------------------------------------------------

struct nothing_observed {};
static_assert(backplane<observed<nothing_observed>, std::string>);
static_assert(std::is_empty_v<observed<nothing_observed>>, "an empty observer keeps the hub's rooms as small as none");

struct only_counts {
  int sessions = 0;
  void on_session(const session_event& e) { sessions += e.what == session_change::opened ? 1 : 0; }
};

TEST(hub_observer_forms, an_empty_observer_and_one_by_reference_are_taken) {
  basic_hub<std::string, testing::manual_clock, observed<nothing_observed>> unseen;
  EXPECT_EQ(unseen.connect("alice").client_id(), "alice");
  only_counts counts;
  basic_hub<std::string, testing::manual_clock, observed<std::reference_wrapper<only_counts>>> seen{
      {}, {}, observed{std::ref(counts)}};
  auto alice = seen.connect("alice");
  EXPECT_EQ(counts.sessions, 1);
}

TEST(hub_observer_forms, says_what_became_of_a_session_in_words) {
  EXPECT_EQ(to_string(session_change::resumed), "resumed");
  EXPECT_EQ(to_string(static_cast<session_change>(99)), "unknown");
}

}  // namespace
}  // namespace presence::test::hub_observer_test
