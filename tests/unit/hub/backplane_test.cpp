// The backplane is told every change of every room, in the room's order, outside any lock.
#include "support/hub_fixture.hpp"
#include <presence/backplane.hpp>
#include <presence/basic_hub.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::test::hub_backplane_test {
namespace {

/// Move-only, as the concept allows; what it heard is shared with the test.
class recording_backplane {
 public:
  using mutex_type = testing::checked_mutex;

  explicit recording_backplane(std::shared_ptr<lines> heard = std::make_shared<lines>()) : heard_(std::move(heard)) {}
  recording_backplane(recording_backplane&&) = default;
  recording_backplane& operator=(recording_backplane&&) = default;

  void publish(std::string_view room, const message_batch<std::string>& changes) {
    testing::checked_mutex::on_callback();
    for (const text_message& m : *changes) heard_->push_back(std::string{room} + ": " + to_line(m));
    if (!heard_->empty() && heard_->back() == "lobby: enter thrower") throw std::string{"mine"};
  }

 private:
  std::shared_ptr<lines> heard_;
};
static_assert(backplane<recording_backplane, std::string>);
static_assert(!std::is_copy_constructible_v<recording_backplane>);

using linked_hub = basic_hub<std::string, testing::manual_clock, recording_backplane>;

struct nothing_heard {
  void on_attached(const attachment_info&) {}
  void on_sync(const message_batch<std::string>&, const sync_cursor&) {}
  bool on_presence(const message_batch<std::string>&) { return true; }
  void on_detached(std::error_code) {}
};

class hub_backplane : public ::testing::Test {
 protected:
  std::shared_ptr<lines> heard = std::make_shared<lines>();
  testing::manual_clock clock;
  linked_hub hub{{}, clock, recording_backplane{heard}};
  nothing_heard sink;

  [[nodiscard]] lines take() { return std::exchange(*heard, {}); }
};

TEST_F(hub_backplane, is_told_every_change_in_order) {
  auto alice = hub.connect("alice");
  auto lobby = alice.attach("lobby", mode_set::all(), std::ref(sink)).value();
  auto bob = hub.connect("bob");
  auto other = bob.attach("other", mode::presence, std::ref(sink)).value();  // whoever is there to be told
  lobby.publish({says(action::enter), says(action::update, {}, "x")});
  other.publish({says(action::enter)});
  EXPECT_EQ(take(), (lines{"lobby: enter alice", "lobby: update alice x", "other: enter bob"}));
  lobby.publish({says(action::leave)});
  lobby.publish({says(action::leave)});
  EXPECT_EQ(take(), (lines{"lobby: leave alice x"}));
  lobby.publish({says(action::enter)});
  hub.evict("lobby", "alice");
  lobby.publish({says(action::enter)});
  lobby.detach();
  bob.drop();
  clock.advance(15s);
  hub.run_due();
  EXPECT_EQ(take(), (lines{"lobby: enter alice", "lobby: leave alice evicted", "lobby: enter alice",
                           "lobby: leave alice closed", "other: leave bob timed_out"}));
}

TEST_F(hub_backplane, is_not_told_what_is_refused_or_changes_nothing) {
  auto alice = hub.connect("alice");
  auto lobby = alice.attach("lobby", mode_set::all(), std::ref(sink)).value();
  lobby.publish({says(action::enter, "bob")});
  lobby.publish({says(action::leave)});
  lobby.resync();
  alice.drop();
  auto again = hub.resume(alice.resume_key());
  EXPECT_EQ(take(), lines{});
}

TEST_F(hub_backplane, one_that_throws_disturbs_nobody) {
  auto thrower = hub.connect("thrower");
  auto lobby = thrower.attach("lobby", mode_set::all(), std::ref(sink)).value();
  std::error_code outcome = errc::bad_request;
  lobby.publish({says(action::enter)}, [&](std::error_code how) { outcome = how; });
  EXPECT_EQ(outcome, std::error_code{});
  lobby.publish({says(action::update)});
  EXPECT_EQ(take(), (lines{"lobby: enter thrower", "lobby: update thrower"}));
}

TEST_F(hub_backplane, moves_with_the_hub) {
  linked_hub moved = std::move(hub);
  auto alice = moved.connect("alice");
  auto lobby = alice.attach("lobby", mode_set::all(), std::ref(sink)).value();
  lobby.publish({says(action::enter)});
  EXPECT_EQ(take(), (lines{"lobby: enter alice"}));
}

}  // namespace
}  // namespace presence::test::hub_backplane_test
