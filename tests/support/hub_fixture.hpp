// A hub on a manual clock, whose mutex ends the program when a callback runs under it, and clients that write down what
// the hub tells them.
#ifndef PRESENCE_TESTS_SUPPORT_HUB_FIXTURE_HPP
#define PRESENCE_TESTS_SUPPORT_HUB_FIXTURE_HPP

#include <presence/basic_hub.hpp>
#include <presence/basic_presence.hpp>
#include <presence/loopback.hpp>
#include <presence/session.hpp>
#include <presence/sink.hpp>
#include <presence/testing/checked_mutex.hpp>
#include <presence/testing/manual_clock.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test {

using namespace std::chrono_literals;

using lines = std::vector<std::string>;

using checked_backplane = basic_no_backplane<testing::checked_mutex>;
using text_hub = basic_hub<std::string, testing::manual_clock, checked_backplane>;
using text_session = text_hub::session_type;
using text_attachment = text_session::attachment_type;
using text_transport = loopback<std::string, testing::manual_clock, checked_backplane>;
using text_presence = basic_presence<std::string, testing::manual_clock, text_transport>;
using text_message = message<std::string>;

/// What a client publishes: the hub fills in the rest.
[[nodiscard]] inline text_message says(action what, std::string_view client_id = {},
                                       std::optional<std::string> data = std::nullopt) {
  text_message m;
  m.action = what;
  m.client_id = client_id;
  if (data) m.data = shared_data<std::string>::make(std::move(*data));
  return m;
}

/// `enter alice hi`, `leave bob timed_out`: what happened to whom. A leave that was asked for shows no reason.
[[nodiscard]] inline std::string to_line(const text_message& m) {
  std::string line{to_string(m.action)};
  line += ' ' + m.client_id;
  if (m.data) line += ' ' + *m.data;
  if (m.reason != leave_reason::none && m.reason != leave_reason::left) line += ' ' + std::string{to_string(m.reason)};
  return line;
}

/// A sink that writes down each call as a line: `attached`, `attached resumed`, `attached with members`,
/// `sync [alice bob] more`, `enter alice hi`, `detached`, `detached: disconnected`.
class recording_sink {
 public:
  void on_attached(const attachment_info& info) {
    granted = info.modes;
    hear(std::string{"attached"} + (info.resumed ? " resumed" : "") + (info.has_members ? " with members" : ""));
  }
  void on_sync(const message_batch<std::string>& page, const sync_cursor& cursor) {
    lines who;
    for (const text_message& m : *page) {
      EXPECT_EQ(m.action, action::present);
      who.push_back(m.client_id);
      synced.push_back(m);
    }
    std::sort(who.begin(), who.end());
    std::string line = "sync [";
    for (const std::string& one : who) line += (line.back() == '[' ? "" : " ") + one;
    cursors.push_back(cursor);
    hear(line + (cursor.last ? "]" : "] more"));
  }
  bool on_presence(const message_batch<std::string>& messages) {
    batches.push_back(messages);
    for (const text_message& m : *messages) {
      live.push_back(m);
      hear(to_line(m));
    }
    return keeps_up;
  }
  void on_detached(std::error_code why) { hear(why ? "detached: " + why.message() : "detached"); }

  /// What it heard since it was last asked.
  [[nodiscard]] lines take() { return std::exchange(heard_, {}); }

  bool keeps_up = true;                             ///< what it answers
  std::function<void(const std::string&)> then;     ///< called last, with each line
  mode_set granted;                                 ///< as of the last attach
  std::vector<text_message> live;                   ///< all messages, in full
  std::vector<message_batch<std::string>> batches;  ///< as they came
  std::vector<text_message> synced;                 ///< all of all pages
  std::vector<sync_cursor> cursors;                 ///< of all pages

 private:
  void hear(std::string line) {
    heard_.push_back(line);
    if (then) std::function{then}(line);  // a copy: it may replace itself
  }

  lines heard_;
};

/// A session, attached to a room with a sink that records.
struct client {
  explicit client(text_hub& hub, identity who, std::string_view name = "lobby", mode_set modes = mode_set::all())
      : session(hub.connect(std::move(who))),
        room(session.attach(name, modes, std::ref(sink)).value()) {}
  client(const client&) = delete;

  /// The outcome, which is there when the call returns: nobody else is draining the room.
  std::error_code publish(std::vector<text_message> messages) {
    std::optional<std::error_code> outcome;
    room.publish(std::move(messages), [&](std::error_code how) {
      EXPECT_FALSE(outcome.has_value()) << "completed twice";
      outcome = how;
    });
    EXPECT_TRUE(outcome.has_value()) << "not completed";
    return outcome.value_or(make_error_code(errc::operation_aborted));
  }
  std::error_code publish(action what, std::optional<std::string> data = std::nullopt) {
    return publish({says(what, {}, std::move(data))});
  }
  std::error_code enter(std::optional<std::string> data = std::nullopt) {
    return publish(action::enter, std::move(data));
  }
  std::error_code update(std::optional<std::string> data = std::nullopt) {
    return publish(action::update, std::move(data));
  }
  std::error_code leave(std::optional<std::string> data = std::nullopt) {
    return publish(action::leave, std::move(data));
  }

  [[nodiscard]] lines heard() { return sink.take(); }

  recording_sink sink;  // outlives the attachment
  text_session session;
  text_attachment room;
};

class hub_test : public ::testing::Test {
 protected:
  /// The members of a room as sorted lines: `alice`, `bob here`.
  [[nodiscard]] lines members(std::string_view room = "lobby") const {
    lines found;
    for (const member<std::string>& m : hub.members(room)) found.push_back(m.client_id + (m.data ? ' ' + *m.data : ""));
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found.size(), hub.member_count(room));
    return found;
  }
  /// Lets time pass and does what is due.
  std::size_t advance(std::chrono::milliseconds step) {
    clock.advance(step);
    return hub.run_due();
  }
  /// How long until the next deadline.
  [[nodiscard]] std::optional<std::chrono::milliseconds> next_in() const {
    const auto next = hub.next_deadline();
    if (!next) return std::nullopt;
    return *next - clock.now();
  }

  testing::manual_clock clock;
  text_hub hub{{}, clock};
};

}  // namespace presence::test

#endif
