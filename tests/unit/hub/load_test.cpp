// A room that is told slower than it changes: its outbox is bounded, and receivers end up with the room as it is.
#include "support/hub_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test::hub_load_test {
namespace {

class hub_load : public ::testing::Test {
 protected:
  static hub_options narrow() {
    hub_options options;
    options.limits.outbox_messages = 40;
    options.limits.outbox_bytes = 40'000;
    return options;
  }

  /// Does `work` inside the watcher's callback, while the room is being told something.
  void while_told(const std::function<void()>& work) {
    watcher.sink.then = [&](const std::string&) {
      watcher.sink.then = nullptr;
      work();
    };
    other.enter("go");
  }
  /// Publishes so many messages, one by one; `count` tells what their handlers were told.
  void publish_many(std::size_t times, action what, const std::string& data = "x") {
    all.emplace_back(times, '?');
    for (std::size_t n = 0; n < times; ++n) {
      gateway.room.publish({says(what, "m" + std::to_string(n), data)},
                           [this, n, &mine = all.back()](std::error_code why) {
                             EXPECT_EQ(mine.at(n), '?');
                             mine.at(n) = why ? '-' : '+';
                             if (why) error = why;
                           });
    }
  }
  /// Of the last `publish_many`: answered `+`, refused `-`, or not answered yet `?`.
  [[nodiscard]] std::size_t count(char what) const {
    return static_cast<std::size_t>(std::count(all.back().begin(), all.back().end(), what));
  }
  /// The watcher knows what the hub knows, by what it was told.
  void expect_known(const client& who) {
    std::vector<std::string> known;
    for (const text_message& m : who.sink.synced) known.push_back(m.client_id);
    for (const text_message& m : who.sink.live) {
      std::erase(known, m.client_id);
      if (m.action != action::leave) known.push_back(m.client_id);
    }
    std::sort(known.begin(), known.end());
    std::vector<std::string> there;
    for (const auto& m : hub.members("lobby")) there.push_back(m.client_id);
    std::sort(there.begin(), there.end());
    EXPECT_EQ(known, there);
  }

  testing::manual_clock clock;
  text_hub hub{narrow(), clock};
  client watcher{hub, "watcher"};
  client other{hub, "other"};
  client gateway{hub, identity::wildcard()};
  std::deque<std::string> all;
  std::error_code error;
};

TEST_F(hub_load, publish_from_inside_is_refused_at_once_where_too_much_waits_H30) {
  while_told([&] {
    publish_many(200, action::enter);
    EXPECT_GT(count('-'), 150U);  // told already, although the room is still being told what was before
    EXPECT_EQ(count('+'), 0U);
    EXPECT_EQ(error, errc::overloaded);
  });
  EXPECT_EQ(count('?'), 0U);
  EXPECT_GT(count('+'), 5U);
  EXPECT_EQ(hub.member_count("lobby"), 1 + count('+'));
  expect_known(watcher);
  EXPECT_EQ(gateway.publish({says(action::enter, "later")}), std::error_code{});  // it has passed
}

TEST_F(hub_load, data_counts_in_bytes_H30) {
  while_told([&] { publish_many(20, action::enter, std::string(10'000, 'x')); });
  EXPECT_EQ(count('+'), 4U);
  EXPECT_EQ(error, errc::overloaded);
  expect_known(watcher);
}

TEST_F(hub_load, what_was_told_does_not_count_any_more_H30) {
  publish_many(20, action::enter, std::string(10'000, 'x'));
  ASSERT_EQ(count('+'), 20U);  // told one by one
  while_told([&] { publish_many(3, action::update, std::string(10'000, 'y')); });
  EXPECT_EQ(count('+'), 3U);
  expect_known(watcher);
}

TEST_F(hub_load, leaves_are_taken_up_to_twice_as_much_H30) {
  publish_many(25, action::enter);
  ASSERT_EQ(count('+'), 25U);
  while_told([&] {
    publish_many(100, action::enter, "new");
    EXPECT_GT(count('-'), 50U);
    publish_many(10, action::leave);
    EXPECT_EQ(count('-'), 0U);
  });
  EXPECT_EQ(count('+'), 10U);
  expect_known(watcher);
}

TEST_F(hub_load, members_who_leave_unasked_past_the_bound_are_told_by_a_sync_H31) {
  std::deque<client> many;
  for (int n = 0; n < 100; ++n) many.emplace_back(hub, "c" + std::to_string(n)).enter();
  const std::size_t told_before = watcher.sink.live.size();
  (void)watcher.heard();
  while_told([&] {
    for (client& each : many) each.session.close();
    EXPECT_EQ(hub.member_count("lobby"), 1U);
  });
  EXPECT_LT(watcher.sink.live.size() - told_before, 50U);
  EXPECT_EQ(watcher.heard().back(), "sync [other]");
  EXPECT_EQ(other.heard().back(), "sync [other]");
  other.update("later");
  EXPECT_EQ(watcher.heard(), (lines{"update other later"}));
}

TEST_F(hub_load, resync_while_one_waits_does_nothing_H32) {
  publish_many(25, action::enter);
  (void)other.heard();
  while_told([&] {
    for (int n = 0; n < 300; ++n) other.room.resync();
  });
  const lines heard = other.heard();
  EXPECT_EQ(std::count(heard.begin(), heard.end(), "attached with members"), 1);
}

TEST_F(hub_load, sync_that_is_told_late_shows_the_room_as_it_is_and_nothing_twice_H2) {
  std::optional<client> late;
  while_told([&] {
    late.emplace(hub, "late");
    gateway.room.publish({says(action::enter, "m1"), says(action::enter, "m2")});
    gateway.room.publish({says(action::leave, "m1")});
  });
  EXPECT_EQ(late->heard(), (lines{"attached with members", "sync [m2 other]"}));
  gateway.publish({says(action::update, "m2", "new")});
  EXPECT_EQ(late->heard(), (lines{"update m2 new"}));
}

TEST_F(hub_load, whoever_may_not_receive_is_synced_its_own_members_only_O4) {
  client quiet{hub, "quiet", "lobby", mode::presence};
  EXPECT_EQ(quiet.heard(), (lines{"attached"}));  // others are there, but none to be told of
  quiet.enter("x");
  other.enter();
  quiet.room.resync();
  EXPECT_EQ(quiet.heard(), (lines{"enter quiet x", "attached with members", "sync [quiet]"}));
  hub.evict("lobby", "quiet");
  EXPECT_EQ(quiet.heard(), (lines{"leave quiet x evicted"}));
  quiet.room.resync();
  EXPECT_EQ(quiet.heard(), (lines{"attached"}));
}

TEST_F(hub_load, sink_that_runs_out_of_memory_is_synced_once_by_the_room_itself_T12) {
  (void)other.heard();
  other.sink.then = [&](const std::string& line) {
    if (line == "enter m0 x") throw std::bad_alloc{};
  };
  publish_many(1, action::enter);
  EXPECT_EQ(other.heard(), (lines{"enter m0 x", "attached with members", "sync [m0]"}));
  other.sink.then = [](const std::string&) { throw std::bad_alloc{}; };
  gateway.publish({says(action::enter, "m1")});
  EXPECT_EQ(other.heard(), (lines{"enter m1", "attached with members"}));  // and it is left alone until it asks
  gateway.publish({says(action::enter, "m2")});
  EXPECT_EQ(other.heard(), lines{});
  other.sink.then = nullptr;
  other.room.resync();
  EXPECT_EQ(other.heard(), (lines{"attached with members", "sync [m0 m1 m2]"}));
}

/// Its destructor wants to know that no lock of the hub's is held.
struct watchful_data {
  static inline int destroyed = 0;
  explicit watchful_data(int) {}
  watchful_data(const watchful_data&) = delete;
  ~watchful_data() {
    ++destroyed;
    EXPECT_EQ(testing::checked_mutex::held_by_this_thread(), 0U);
  }
};

TEST(hub_data, no_destructor_of_data_runs_under_a_lock_T13) {
  using hub_type = basic_hub<watchful_data, testing::manual_clock, checked_backplane>;
  struct {
    void on_attached(const attachment_info&) {}
    void on_sync(const message_batch<watchful_data>&, const sync_cursor&) {}
    bool on_presence(const message_batch<watchful_data>&) { return true; }
    void on_detached(std::error_code) {}
  } sink;
  const auto says = [](action what, const char* who) {
    message<watchful_data> m;
    m.action = what;
    m.client_id = who;
    m.data = shared_data<watchful_data>::make(1);
    return m;
  };
  watchful_data::destroyed = 0;
  {
    testing::manual_clock clock;
    hub_type hub{{}, clock};
    auto gateway = hub.connect(identity::wildcard());
    auto room = gateway.attach("lobby", mode_set::all(), std::ref(sink)).value();
    room.publish({says(action::enter, "a")});
    room.publish({says(action::update, "a")});
    EXPECT_EQ(watchful_data::destroyed, 1);
    room.publish({says(action::update, "a"), says(action::enter, "b"), says(action::leave, "a")});
    EXPECT_EQ(watchful_data::destroyed, 4);
    room.publish({says(action::leave, "b")});
    EXPECT_EQ(watchful_data::destroyed, 6);
    room.publish({says(action::enter, "c"), says(action::enter, "d"), says(action::enter, "e")});
    hub.evict("lobby", "c");
    EXPECT_EQ(watchful_data::destroyed, 7);
    room.detach();
    EXPECT_EQ(watchful_data::destroyed, 9);
    room = gateway.attach("lobby", mode_set::all(), std::ref(sink)).value();
    room.publish({says(action::enter, "f")});
    gateway.drop();
    clock.advance(15s);
    hub.run_due();
    EXPECT_EQ(watchful_data::destroyed, 10);
  }
}

}  // namespace
}  // namespace presence::test::hub_load_test
