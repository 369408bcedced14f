// Hub, session, presence, subscription and attachment may be destroyed in any order, with operations pending.
#include "support/completions.hpp"
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace presence::test::hub_destruction_test {
namespace {

constexpr std::array parts{"hub", "session", "presence", "subscription", "attachment"};

/// One of each, and handlers that must each be called exactly once.
struct scene {
  [[nodiscard]] auto once() { return completed.once(); }

  scene() {
    presence->enter("a", once());
    attachment->publish({says(action::enter)}, once());
  }
  /// Connections are lost, so that what is asked for now waits.
  void leave_operations_pending() {
    session->drop();
    presence->update("b", once());
    presence->get({}, once());
    presence->attach(once());
  }
  void destroy(std::string_view part) {
    if (part == "hub") hub.reset();
    if (part == "session") session.reset();
    if (part == "attachment") attachment.reset();
    if (part == "subscription") {
      subscription.reset();
      subscribed = false;
    }
    if (part == "presence") {
      presence.reset();
      subscribed = false;
    }
  }
  /// What is left behind answers, and reports.
  void use_what_is_left() {
    if (presence) {
      presence->update("c", once());
      presence->leave(once());
      presence->get({}, once());
      (void)presence->get();
      (void)presence->is_user_present("alice");
      (void)presence->connection_id();
    }
    if (session) {
      (void)session->connected();
      (void)session->connection_id();
    }
    if (attachment) attachment->publish({says(action::update)}, once());
    if (hub) {
      (void)hub->members("lobby");
      hub->run_due();
    }
    if (subscription) (void)subscription->active();
  }

  completions completed;
  testing::manual_clock clock;
  recording_sink sink;
  std::optional<text_hub> hub{std::in_place, hub_options{}, clock};
  std::optional<text_session> session{hub->connect("alice")};
  std::optional<text_presence> presence{std::in_place, session->room("lobby"), presence_options{}, clock};
  bool subscribed = true;
  std::optional<presence::subscription> subscription{
      presence->subscribe([this](const auto&) { EXPECT_TRUE(subscribed) << "called after its end"; })};
  std::optional<text_attachment> attachment{session->attach("other", mode_set::all(), std::ref(sink)).value()};
};

template <class Visit>
void for_each_order(Visit&& visit) {
  auto order = parts;
  std::sort(order.begin(), order.end(), [](std::string_view a, std::string_view b) { return a < b; });
  do {
    std::string name;
    for (const char* part : order) name += std::string{part} + ' ';
    SCOPED_TRACE(name);
    visit(order);
  } while (
      std::next_permutation(order.begin(), order.end(), [](std::string_view a, std::string_view b) { return a < b; }));
}

TEST(hub_destruction, any_order_is_fine) {
  for_each_order([](const auto& order) {
    scene s;
    for (const char* part : order) {
      s.destroy(part);
      s.use_what_is_left();
    }
  });
}

TEST(hub_destruction, any_order_is_fine_with_operations_pending) {
  for_each_order([](const auto& order) {
    scene s;
    s.leave_operations_pending();
    for (const char* part : order) {
      s.destroy(part);
      s.use_what_is_left();
    }
  });
}

TEST(hub_destruction, pending_operations_of_a_destroyed_presence_are_aborted) {
  scene s;
  s.leave_operations_pending();
  std::error_code outcome;
  s.presence->leave([&](std::error_code why) { outcome = why; });
  s.presence.reset();
  EXPECT_EQ(s.completed.seen(), s.completed.asked_for());
  EXPECT_EQ(outcome, errc::operation_aborted);
}

TEST(hub_destruction, hub_that_goes_first_closes_its_sessions_and_presences) {
  scene s;
  s.hub.reset();
  EXPECT_FALSE(s.session->connected());
  EXPECT_EQ(s.presence->state(), room_state::detached);
  std::error_code outcome;
  s.presence->attach([&](std::error_code why) { outcome = why; });
  EXPECT_EQ(outcome, errc::connection_closed);
  EXPECT_EQ(s.sink.take().back(), "detached: connection closed");
}

TEST(hub_destruction, subscription_may_outlive_everything) {
  scene s;
  for (const char* part : {"hub", "session", "presence", "attachment"}) s.destroy(part);
  EXPECT_FALSE(s.subscription->active());
  s.subscription->unsubscribe();
}

TEST(hub_destruction, publish_told_while_its_attachment_is_destroyed_is_aborted) {
  testing::manual_clock clock;
  text_hub hub{{}, clock};
  auto client_ = std::make_unique<client>(hub, "alice");
  lines outcomes;
  client_->sink.then = [&](const std::string& line) {
    if (line != "enter alice") return;
    // these wait for the event to be told
    client_->room.publish({says(action::update)}, [&](std::error_code why) { outcomes.push_back(why.message()); });
    client_->room = {};
    outcomes.push_back("destroyed");
  };
  client_->room.publish({says(action::enter)}, [&](std::error_code why) { outcomes.push_back(why.message()); });
  std::sort(outcomes.begin(), outcomes.begin() + 2);  // in no particular order, but before the destructor returned
  EXPECT_EQ(outcomes, (lines{"operation aborted", "operation aborted", "destroyed"}));
}

/// Counts how many of it there are.
/// The members are dropped while a sync and a change wait to be told, in this order: the sync is of after both.
TEST(hub_destruction, sync_that_waits_when_the_hub_ends_repeats_nothing_afterwards) {
  testing::manual_clock clock;
  std::optional<text_hub> hub{std::in_place, hub_options{}, clock};
  client alice{*hub, "alice"};
  client bob{*hub, "bob"};
  alice.enter("1");
  (void)bob.heard();
  bob.sink.then = [&](const std::string&) {
    bob.sink.then = nullptr;
    bob.room.resync();
    alice.room.publish({says(action::update, {}, "3")});
    hub.reset();
  };
  alice.update("2");
  EXPECT_EQ(bob.heard(), (lines{"update alice 2", "attached", "detached: connection closed"}));
}

struct counted_data {
  static inline int alive = 0;
  counted_data() { ++alive; }
  counted_data(const counted_data&) { ++alive; }
  ~counted_data() { --alive; }
};

TEST(hub_destruction_of_data, what_outlives_a_hub_keeps_none_of_its_members_H35) {
  using hub_type = basic_hub<counted_data, testing::manual_clock, checked_backplane>;
  struct {
    void on_attached(const attachment_info&) {}
    void on_sync(const message_batch<counted_data>&, const sync_cursor&) {}
    bool on_presence(const message_batch<counted_data>&) { return true; }
    void on_detached(std::error_code) {}
  } sink;
  auto hub = std::make_unique<hub_type>();
  auto session = hub->connect("alice");
  auto room = session.attach("lobby", mode_set::all(), std::ref(sink)).value();
  auto transport = session.room("lobby");
  message<counted_data> m;
  m.action = action::enter;
  m.data = shared_data<counted_data>::make();
  room.publish({m});
  m.data = nullptr;
  EXPECT_EQ(counted_data::alive, 1);
  hub.reset();
  EXPECT_EQ(counted_data::alive, 0);
}

}  // namespace
}  // namespace presence::test::hub_destruction_test
