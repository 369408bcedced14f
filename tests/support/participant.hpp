// A participant whose room is played by the test, on a mutex that ends the program when a callback runs under it, and
// what it tells, written down.
#ifndef PRESENCE_TESTS_SUPPORT_PARTICIPANT_HPP
#define PRESENCE_TESTS_SUPPORT_PARTICIPANT_HPP

#include "support/messages.hpp"
#include <presence/basic_presence.hpp>
#include <presence/testing/manual_clock.hpp>
#include <presence/testing/scripted_transport.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test {

using lines = std::vector<std::string>;
inline const lines silence;

using scripted = testing::scripted_transport<std::string>;
using far_end = scripted::script_type;
using participant = basic_presence<std::string, testing::manual_clock, scripted>;
using testing::transport_call;

/// Hands out the handler of one operation and remembers what it was told: `p.enter(entered.handler())`.
template <class Result>
class basic_outcome {
 public:
  [[nodiscard]] auto handler() {
    return [seen = seen_](Result how) {
      EXPECT_FALSE(seen->has_value()) << "completed twice";
      *seen = std::move(how);
    };
  }
  [[nodiscard]] bool pending() const { return !seen_->has_value(); }
  [[nodiscard]] const Result& get() const {
    if (pending()) throw std::logic_error{"not completed"};
    return **seen_;
  }

 private:
  std::shared_ptr<std::optional<Result>> seen_ = std::make_shared<std::optional<Result>>();
};

class outcome : public basic_outcome<std::error_code> {
 public:
  [[nodiscard]] bool ok() const { return !pending() && !get(); }
  [[nodiscard]] std::error_code code() const {
    return pending() ? std::make_error_code(std::errc::operation_in_progress) : get();
  }
};

/// Members as sorted lines: `alice/c2 data`.
template <class Members>
[[nodiscard]] lines names(const Members& members) {
  lines found;
  for (const auto& m : members) {
    found.push_back(m.client_id + '/' + m.connection_id + (m.data ? ' ' + *m.data : std::string{}));
  }
  std::sort(found.begin(), found.end());
  return found;
}

class waiting_get : public basic_outcome<result<participant::member_list>> {
 public:
  [[nodiscard]] lines members() const { return names(get().value()); }
  [[nodiscard]] std::error_code error() const { return get().error(); }
};

/// `enter alice/c2 hi`: what happened to whom, with which data.
[[nodiscard]] inline std::string line_of(const event<std::string>& e) {
  return describe(e) + (e.data ? ' ' + *e.data : std::string{});
}
[[nodiscard]] inline std::string line_of(const user_event& e) {
  return std::string{to_string(e.change)} + ' ' + e.client_id;
}
/// `initialized > attaching`; within a state `attached resumed`, `attached: automatic re-entry failed me`.
[[nodiscard]] inline std::string line_of(const room_event& e) {
  std::string line{to_string(e.current)};
  if (e.previous != e.current) line = std::string{to_string(e.previous)} + " > " + line;
  if (e.resumed) line += " resumed";
  if (e.error) line += ": " + e.error.message();
  if (!e.client_id.empty()) line += ' ' + e.client_id;
  return line;
}
/// `enter: room full`, `listener: a listener or handler threw`.
[[nodiscard]] inline std::string line_of(const failure& f) {
  return f.operation + (f.client_id.empty() ? "" : ' ' + f.client_id) + ": " + f.code.message();
}

/// Appends each event as a line.
[[nodiscard]] inline auto write_to(lines& log) {
  return [&log](const auto& e) { log.push_back(line_of(e)); };
}

/// The client `me` on connection `c1`, in a room that answers at once unless the test says otherwise. States and errors
/// are written down from the beginning, events from `listen()` on.
class participant_test : public ::testing::Test {
 protected:
  participant_test() { open(); }
  ~participant_test() override { close(); }

  /// Begins anew with another participant.
  void open(presence_options options = {}, std::string client_id = "me") {
    close();
    scripted transport{std::move(client_id)};
    room = transport.script();
    p.emplace(std::move(transport), options, clock);
    states_sub = p->subscribe_state(write_to(states));
    errors_sub = p->subscribe_errors(write_to(errors));
  }
  void close() {
    p.reset();
    for (lines* log : {&events, &users, &states, &errors}) log->clear();
  }

  /// Listens to events and users, which attaches.
  void listen() {
    events_sub = p->subscribe(write_to(events));
    users_sub = p->subscribe_users(write_to(users));
  }
  /// Attached, with these members synced; nothing of it stays in the logs.
  void attach_with(std::vector<message<std::string>> members = {}) {
    room.attach_with({.has_members = !members.empty()});
    p->attach();
    if (!members.empty()) room.sync("first:", std::move(members));
    room.attach_with({});
    ASSERT_EQ(p->state(), room_state::attached);
    forget();
  }
  void forget() {
    for (lines* log : {&events, &users, &states, &errors}) log->clear();
    room.forget_calls();
  }

  /// What a log says since it was last asked.
  [[nodiscard]] static lines take(lines& log) { return std::exchange(log, {}); }
  [[nodiscard]] lines members() const { return names(p->get().value()); }
  /// `enter`, `update bob data`: what was published since it was last asked.
  [[nodiscard]] lines take_published() {
    lines found;
    for (const auto& m : room.published()) {
      found.push_back(std::string{to_string(m.action)} + (m.client_id.empty() ? "" : ' ' + m.client_id) +
                      (m.data ? ' ' + *m.data : std::string{}));
    }
    room.forget_calls();
    return found;
  }

  testing::manual_clock clock;
  lines events;
  lines users;
  lines states;
  lines errors;
  far_end room = scripted{}.script();
  std::optional<participant> p;
  subscription events_sub;
  subscription users_sub;
  subscription states_sub;
  subscription errors_sub;
};

}  // namespace presence::test

#endif
