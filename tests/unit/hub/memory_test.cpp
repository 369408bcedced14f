// After any churn memory is back at its baseline: by `bytes()`, and by counting what the program allocates.
#include "support/counting_new.hpp"
#include "support/hub_fixture.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::hub_memory_test {
namespace {

// A million members come and go in each test of an optimized build. Without optimization that takes half a minute, so
// there it is a tenth of it.
#if defined(NDEBUG)
constexpr int churn = 1'000'000;
#else
constexpr int churn = 100'000;
#endif

struct silent_sink {
  void on_attached(const attachment_info&) {}
  void on_sync(const message_batch<std::string>&, const sync_cursor&) {}
  bool on_presence(const message_batch<std::string>&) { return true; }
  void on_detached(std::error_code) {}
};

class hub_memory : public hub_test {
 protected:
  silent_sink sink;

  /// Does `work` once to warm up, and then `times` more times; afterwards the hub is as it was.
  template <class Work>
  void expect_back_at_baseline(int times, Work&& work) {
    work(0);
    const std::size_t rooms = hub.room_count();
    const std::size_t sessions = hub.session_count();
    const std::size_t bytes = hub.bytes();
    const allocation_scope counting;
    for (int n = 1; n <= times; ++n) work(n);
    const std::int64_t live = counting.live_bytes();
    EXPECT_EQ(live, 0);
    EXPECT_EQ(hub.bytes(), bytes);
    EXPECT_EQ(hub.room_count(), rooms);
    EXPECT_EQ(hub.session_count(), sessions);
  }

  [[nodiscard]] static std::vector<text_message> thousand(action what, int wave) {
    std::vector<text_message> all;
    all.reserve(1000);
    for (int n = 0; n < 1000; ++n) all.push_back(says(what, "member-" + std::to_string(wave * 1000 + n)));
    return all;
  }
};

TEST_F(hub_memory, empty_hub_holds_nothing_after_sessions_and_rooms_came_and_went) {
  expect_back_at_baseline(churn / 50, [&](int n) {
    auto session = hub.connect("client-" + std::to_string(n));
    const std::string name = "room-" + std::to_string(n % 1000);
    auto room = session.attach(name, mode_set::all(), std::ref(sink)).value();
    room.publish({says(action::enter, {}, "some data that is too long to be stored in place")});
    switch (n % 4) {
      case 0: room.detach(); break;
      case 1: session.close(); break;
      case 2:
        session.drop();
        advance(15s);
        break;
      default: break;
    }
  });
  EXPECT_EQ(hub.room_count() + hub.session_count(), 0U);
}

TEST_F(hub_memory, many_sessions_and_rooms_at_once_leave_nothing) {
  expect_back_at_baseline(2, [&](int) {
    std::deque<std::pair<text_session, text_attachment>> all;
    for (int n = 0; n < churn / 100; ++n) {
      auto session = hub.connect("client-" + std::to_string(n));
      auto room = session.attach("room-" + std::to_string(n), mode_set::all(), std::ref(sink)).value();
      room.publish({says(action::enter)});
      all.emplace_back(std::move(session), std::move(room));
    }
    for (auto& [session, room] : all) session.drop();
    advance(15s);
    EXPECT_EQ(hub.room_count(), 0U);
  });
}

TEST_F(hub_memory, room_is_as_it_was_after_a_million_members_came_and_went) {
  auto watcher = hub.connect("watcher");
  auto watching = watcher.attach("lobby", mode_set::all(), std::ref(sink)).value();
  auto gateway = hub.connect(identity::wildcard());
  auto room = gateway.attach("lobby", mode_set::all(), std::ref(sink)).value();
  expect_back_at_baseline(churn / 1000, [&](int wave) {
    room.publish(thousand(action::enter, wave));
    room.publish(thousand(action::leave, wave));
  });
}

TEST_F(hub_memory, evicted_members_leave_nothing) {
  auto gateway = hub.connect(identity::wildcard());
  auto room = gateway.attach("lobby", mode_set::all(), std::ref(sink)).value();
  expect_back_at_baseline(churn / 50, [&](int n) {
    const std::string id = "a-member-with-a-long-name-" + std::to_string(n);
    room.publish({says(action::enter, id)});
    EXPECT_EQ(hub.evict("lobby", id), 1U);
  });
}

TEST_F(hub_memory, connections_lost_and_resumed_leave_nothing) {
  auto session = hub.connect("alice");
  auto room = session.attach("lobby", mode_set::all(), std::ref(sink)).value();
  expect_back_at_baseline(churn / 50, [&](int) {
    session.drop();
    room = {};
    session = hub.resume(session.resume_key()).value();
    room = session.attach("lobby", mode_set::all(), std::ref(sink)).value();
    room.publish({says(action::update)});
  });
}

TEST_F(hub_memory, participants_leave_nothing) {
  auto watcher = hub.connect("watcher");
  text_presence w{watcher.room("lobby"), {}, clock};
  std::size_t events = 0;
  const auto watching = w.subscribe([&](const auto&) { ++events; });
  expect_back_at_baseline(churn / 100, [&](int n) {
    auto session = hub.connect("client-" + std::to_string(n));
    text_presence p{session.room("lobby"), {}, clock};
    const auto listening = p.subscribe([&](const auto&) { ++events; });
    p.enter("data");
  });
  EXPECT_EQ(w.size(), 0U);
}

TEST_F(hub_memory, messages_refused_leave_nothing) {
  auto alice = hub.connect("alice");
  auto room = alice.attach("lobby", mode_set::all(), std::ref(sink)).value();
  expect_back_at_baseline(churn / 50, [&](int) {
    room.publish({says(action::enter, "bob", std::string(100, 'x'))}, [](std::error_code) {});
    EXPECT_FALSE(alice.attach("", mode_set::all(), std::ref(sink)).has_value());
    EXPECT_FALSE(hub.try_connect("\xff").has_value());
    EXPECT_FALSE(hub.resume("nonsense!").has_value());
  });
}

TEST_F(hub_memory, destroyed_hub_holds_nothing) {
  const allocation_scope counting;
  {
    text_hub other{{}, clock};
    auto session = other.connect("alice");
    auto room = session.attach("lobby", mode_set::all(), std::ref(sink)).value();
    text_presence p{session.room("other"), {}, clock};
    p.enter("data");
    session.drop();
    auto lost = other.connect("bob");
    lost.drop();
    other = text_hub{{}, clock};  // with sessions, attachments and presences left behind
  }
  const std::int64_t live = counting.live_bytes();
  EXPECT_EQ(live, 0);
}

}  // namespace
}  // namespace presence::test::hub_memory_test
