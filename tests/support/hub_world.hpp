// A small world, a hub with three clients, each part of which may be destroyed at any moment.
#ifndef PRESENCE_TESTS_SUPPORT_HUB_WORLD_HPP
#define PRESENCE_TESTS_SUPPORT_HUB_WORLD_HPP

#include "support/completions.hpp"
#include <presence/basic_hub.hpp>
#include <presence/basic_presence.hpp>
#include <presence/loopback.hpp>
#include <presence/session.hpp>
#include <presence/testing/manual_clock.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test {

/// Alice and carol are participants, bob has a sink; all are in the lobby and present. Whoever is called notices when it
/// should not be, and every completion is counted.
template <class Backplane>
class hub_world {
 public:
  using clock_type = testing::manual_clock;
  using hub_type = basic_hub<std::string, clock_type, Backplane>;
  using session_type = typename hub_type::session_type;
  using attachment_type = typename session_type::attachment_type;
  using presence_type = basic_presence<std::string, clock_type, loopback<std::string, clock_type, Backplane>>;
  using message_type = message<std::string>;

  struct sink_type {
    hub_world& world;
    void on_attached(const attachment_info&) { world.called(world.room_alive, attached); }
    void on_sync(const message_batch<std::string>&, const sync_cursor&) { world.called(world.room_alive, synced); }
    bool on_presence(const message_batch<std::string>&) {
      world.called(world.room_alive, live);
      return true;
    }
    void on_detached(std::error_code) { world.called(world.room_alive, detached); }
  };

  /// Where a callback is called from.
  enum place { nowhere, attached, synced, live, detached, event, users, state, error, handler };

  hub_world() {
    carol.emplace(hub->connect("carol"));
    c.emplace(carol->room("lobby"), presence_options{}, clock);
    c->enter("c");
    alice.emplace(hub->connect("alice"));
    a.emplace(alice->room("lobby"), presence_options{}, clock);
    listen();
    a->enter("a");
    bob.emplace(hub->connect("bob"));
    attach_bob();
    if (room) room->publish({enter()});
  }
  hub_world(const hub_world&) = delete;
  ~hub_world() {
    hook = {};
    heard.clear();
    destroy_presence();
    destroy_attachment();
    destroy_other_presence();
    alice.reset();
    bob.reset();
    carol.reset();
    hub.reset();
  }

  // --- what may be done -----------------------------------------------------------------------------------------------
  void listen() {
    const auto note = [this](place where) { return [this, where](const auto&) { called(presence_alive, where); }; };
    heard.push_back(a->subscribe(note(event)));
    heard.push_back(a->subscribe_users(note(users)));
    heard.push_back(a->subscribe_state(note(state)));
    heard.push_back(a->subscribe_errors(note(error)));
  }
  void attach_bob() {
    ++attaching;
    room_alive = true;
    auto made = bob->attach("lobby", mode_set::all(), std::ref(sink));
    --attaching;
    if (made) room.emplace(std::move(*made));
  }
  void destroy_presence() {
    a.reset();
    presence_alive = false;
  }
  void destroy_other_presence() { c.reset(); }
  void destroy_attachment() {
    room.reset();
    room_alive = attaching > 0;  // then another one is about to be there
  }
  [[nodiscard]] static message_type enter() {
    message_type m;
    m.action = action::enter;
    return m;
  }
  /// A completion that must come exactly once.
  [[nodiscard]] auto once() {
    return [this, noted = completed.once()](const auto& outcome) {
      noted(outcome);
      if (hook && hooked == handler) std::exchange(hook, {})();
    };
  }
  /// Runs `action` once, inside the next callback from there.
  void inside(place where, std::function<void()> action) {
    hooked = where;
    hook = std::move(action);
  }

  completions completed;
  clock_type clock;
  std::optional<hub_type> hub{std::in_place, hub_options{}, clock};
  sink_type sink{*this};
  std::optional<session_type> alice;
  std::optional<session_type> bob;
  std::optional<session_type> carol;
  std::optional<presence_type> a;
  std::optional<presence_type> c;
  std::optional<attachment_type> room;  ///< bob's
  std::vector<subscription> heard;      ///< of a

  bool presence_alive = true;
  bool room_alive = false;
  int attaching = 0;
  std::function<void()> hook;
  place hooked = nowhere;

 private:
  void called(bool may, place where) {
    EXPECT_TRUE(may) << "called after its end, from " << static_cast<int>(where);
    if (hook && hooked == where) std::exchange(hook, {})();
  }
};

}  // namespace presence::test

#endif
