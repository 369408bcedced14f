// A client that does what comes to its mind, on a thread of its own, beside others that do the same.
#ifndef PRESENCE_TESTS_SUPPORT_HUB_THREADS_HPP
#define PRESENCE_TESTS_SUPPORT_HUB_THREADS_HPP

#include "support/completions.hpp"
#include "support/property.hpp"
#include "support/threads.hpp"
#include <presence/basic_hub.hpp>
#include <presence/basic_presence.hpp>
#include <presence/loopback.hpp>
#include <presence/testing/checked_mutex.hpp>
#include <presence/testing/manual_clock.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test {

using shared_backplane = basic_no_backplane<testing::checked_mutex>;
using shared_hub = basic_hub<int, testing::manual_clock, shared_backplane>;
using shared_session = shared_hub::session_type;
using shared_attachment = shared_session::attachment_type;
using shared_presence =
    basic_presence<int, testing::manual_clock, loopback<int, testing::manual_clock, shared_backplane>>;

/// Who is in a room: (client id, connection id) and data.
using who_is_there = std::map<std::pair<std::string, std::string>, int>;

[[nodiscard]] inline who_is_there in_hub(const shared_hub& hub, const std::string& room) {
  who_is_there all;
  for (const member<int>& m : hub.members(room)) all[{m.client_id, m.connection_id}] = *m.data;
  return all;
}
[[nodiscard]] inline who_is_there in_set(const shared_presence& presence) {
  who_is_there all;
  presence.for_each([&](const member_view<int>& m) {
    all[{std::string{m.client_id}, std::string{m.connection_id}}] = *m.data;
  });
  return all;
}

/// A participant of a session in a room, which expects to see its own events before its operations complete; or a sync, which shows
/// neither where the member has gone by then, as by an eviction; and which is not looked at while the room is left (W12).
class busy_participant {
 public:
  busy_participant(const shared_session& session, const std::string& room, const testing::manual_clock& clock,
                   completions& count)
      : completions_(count),
        connection_id_(session.connection_id()),
        presence_(std::in_place, session.room(room), presence_options{}, clock) {
    own_ = presence_->subscribe([own = connection_id_, seen = last_seen_](const event<int>& e) {
      if (e.connection_id == own && e.action != action::leave) *seen = *e.data;
    });
    synced_ = presence_->subscribe_state([count = interruptions_](const room_event& e) {
      if (e.current == room_state::attached && !e.resumed) ++*count;
    });
  }
  ~busy_participant() {
    presence_.reset();
    for (const listener& each : listeners_) each.watch.ended();
  }

  void step(random_source& random) {
    switch (random.below(12)) {
      case 0: presence_->leave(completions_.once()); break;
      case 1: listen(); break;
      case 2: stop_listening(random); break;
      case 3: read(); break;
      case 4: presence_->get({}, completions_.once()); break;
      case 5:
        ++*interruptions_;
        presence_->detach(completions_.once());
        break;
      case 6:
      case 7: presence_->attach(completions_.once()); break;
      default: say(random.percent(50)); break;
    }
  }

  shared_presence& operator*() { return *presence_; }
  shared_presence* operator->() { return &*presence_; }

 private:
  struct listener {
    call_watch watch;
    subscription subscribed;
  };

  void say(bool enter) {
    const int value = ++last_said_;
    const auto said = [value, seen = last_seen_, interruptions = interruptions_, before = interruptions_->load(),
                       noted = completions_.once()](std::error_code outcome) {
      noted(outcome);
      EXPECT_TRUE(outcome || *seen >= value || *interruptions != before) << "completed before its own event was seen";
    };
    if (enter) {
      presence_->enter(value, said);
    } else {
      presence_->update(value, said);
    }
  }
  void listen() {
    call_watch watch;
    if (listeners_.size() % 2 == 0) {
      listeners_.push_back({watch, presence_->subscribe([watch](const event<int>&) { watch.during(); })});
    } else {
      listeners_.push_back({watch, presence_->subscribe_users([watch](const user_event&) { watch.during(); })});
    }
  }
  void stop_listening(random_source& random) {
    if (listeners_.empty()) return;
    const auto which = listeners_.begin() + static_cast<std::ptrdiff_t>(random.below(listeners_.size()));
    which->subscribed.unsubscribe();
    which->watch.ended();
    listeners_.erase(which);
  }
  void read() const {
    std::size_t seen = 0;
    presence_->for_each([&](const member_view<int>&) { ++seen; });
    (void)presence_->get();
    (void)presence_->users();
    (void)presence_->is_user_present("client0");
    (void)presence_->size();
    (void)presence_->version();
    (void)presence_->state();
    (void)presence_->self();
  }

  completions& completions_;
  std::string connection_id_;
  std::shared_ptr<std::atomic<int>> last_seen_ = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<std::atomic<int>> interruptions_ = std::make_shared<std::atomic<int>>(0);
  int last_said_ = 0;
  std::optional<shared_presence> presence_;
  subscription own_;
  subscription synced_;
  std::vector<listener> listeners_;
};

/// A client of a hub: its session is lost, resumed, closed, and opened again, and so is its participant.
class busy_client {
 public:
  busy_client(shared_hub& hub, std::string name, const testing::manual_clock& clock, completions& count)
      : hub_(hub),
        name_(std::move(name)),
        clock_(clock),
        completions_(count) {
    connect();
  }

  void step(random_source& random) {
    const std::uint32_t dice = random.below(100);
    if (dice < 5) {
      session_.drop();
    } else if (dice < 15) {
      resume();
    } else if (dice < 17) {
      session_.close();
      connect();
    } else if (dice < 20) {
      participant_.emplace(session_, "lobby", clock_, completions_);
    } else {
      participant_->step(random);
    }
  }
  /// Connected and attached, whatever happened before.
  void settle() {
    resume();
    participant_->operator*().attach(completions_.once());
  }
  shared_presence& presence() { return **participant_; }
  void leave_the_hub() { participant_.reset(); }

 private:
  void connect() {
    session_ = hub_.connect(name_);
    participant_.emplace(session_, "lobby", clock_, completions_);
  }
  void resume() {
    auto back = hub_.resume(session_.resume_key());
    if (back) {
      session_ = std::move(*back);
    } else {
      connect();  // timed out
    }
  }

  shared_hub& hub_;
  std::string name_;
  testing::manual_clock clock_;
  completions& completions_;
  shared_session session_;
  std::optional<busy_participant> participant_;
};

}  // namespace presence::test

#endif
