// participant_state and own_members by themselves: no lock, no transport, no thread. Every order of a few events is tried,
// against a hub that is played here and that knows what the user has wished.
#include <presence/detail/participant/participant_state.hpp>
#include <presence/testing/manual_clock.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test::participant_state_machine_test {
namespace {

using state = detail::participant_state<int, int>;
using operation = detail::operation<int>;

/// A participant's state, and the hub at the other end of a link whose frames wait until they are delivered.
class two_ends {
 public:
  enum class happening : std::uint8_t {
    enter,
    update,
    leave,
    deliver,
    lose_echo,
    cut,
    attach_anew,
    attach_again,
    evict,
    evict_unheard,
  };
  static constexpr std::array all{
      happening::enter, happening::update,      happening::leave,        happening::deliver, happening::lose_echo,
      happening::cut,   happening::attach_anew, happening::attach_again, happening::evict,   happening::evict_unheard};

  two_ends() {
    detail::completion none;
    own_.attach(none);
    perform();
    attach("c1", false);
  }

  /// Returns whether it can happen now.
  bool let(happening what) {
    switch (what) {
      case happening::enter: return operate(action::enter, ++last_data_);
      case happening::update: return operate(action::update, ++last_data_);
      case happening::leave: return operate(action::leave, 0);
      case happening::deliver: return deliver(true);
      case happening::lose_echo:  // a full buffer refused it: the answer comes, and then a sync
        return deliver(false) && let(happening::attach_again);
      case happening::cut:
        if (!connected_) return false;
        connected_ = false;
        change({room_state::attaching, false, false, {}, make_error_code(errc::disconnected)}, "");
        return true;
      case happening::attach_anew:  // on another connection: what was on its way was lost before the hub saw it
        connected_ = true;
        present_.reset();
        attach("c" + std::to_string(++connections_), true);
        return true;
      case happening::attach_again:  // on the same one, with a sync
        connected_ = true;
        attach("c" + std::to_string(connections_), false);
        return true;
      case happening::evict:
        if (!connected_) return false;
        [[fallthrough]];
      case happening::evict_unheard:
        if (!present_) return false;
        ended_before_ = serial_;
        present_.reset();
        if (what == happening::evict) {
          push_eviction();
          accepted_.reset();  // the wish is over
        } else {
          over_ = true;  // … when the participant can know
        }
        return true;
    }
    return false;
  }

  /// Everything is delivered, and the participant is attached once more, on the same connection.
  void settle() {
    if (!connected_) let(happening::attach_again);
    while (deliver(true)) {
    }
    let(happening::attach_again);
    while (deliver(true)) {
    }
  }

  /// What the hub has is the user's last wish whose outcome is known, and the participant knows it.
  [[nodiscard]] std::string problem() const {
    if (present_ != accepted_) {
      return "the hub has " + text(present_) + ", the user was told " + text(accepted_);
    }
    const bool thinks_so = own_.own.self().state == self_state::present;
    if (thinks_so != present_.has_value()) return "self() is " + std::string{to_string(own_.own.self().state)};
    return {};
  }

 private:
  struct sent {
    message<int> what;
    publish_token token;
    bool reentry;
  };

  [[nodiscard]] static std::string text(const std::optional<int>& data) {
    return data ? std::to_string(*data) : "nobody";
  }

  bool operate(action what, int data) {
    operation op;
    op.what = what;
    if (what != action::leave) op.data = shared_data<int>::make(data);
    std::optional<state::outgoing> now;
    if (own_.operate(op, now)) return false;
    last_call_ = what;
    if (now) send(std::move(*now));
    perform();
    return true;
  }

  [[nodiscard]] bool leave_is_on_its_way() const {
    for (const sent& one : link_) {
      if (one.what.action == action::leave) return true;
    }
    return false;
  }

  void send(state::outgoing out) {
    const bool reentry = !out.messages.front().client_id.empty();
    link_.push_back({std::move(out.messages.front()), out.token, reentry});
  }

  /// The hub gets what was sent first, and its echo and its answer come back.
  bool deliver(bool echo) {
    if (link_.empty() || !connected_) return false;
    sent next = std::move(link_.front());
    link_.pop_front();
    const bool is_old = next.reentry && present_ && next.what.id != message_id{};  // RTP17g1
    std::error_code outcome;
    if (next.reentry && !is_old && next.what.id != message_id{} && next.what.id.msg_serial < ended_before_) {
      outcome = errc::evicted;  // W6
      accepted_.reset();
      over_ = false;
    } else if (!is_old) {
      message<int> m = next.what;
      m.client_id = "me";
      m.connection_id = "c" + std::to_string(connections_);
      m.id = {serial_++, 0, id_origin::connection};
      m.timestamp = testing::manual_clock::start;
      const bool was_there = present_.has_value();
      if (m.action == action::leave) {
        m.reason = leave_reason::left;
        present_.reset();
      } else {
        present_ = *m.data;
        id_ = m.id;
      }
      if (!next.reentry) {
        accepted_ = present_;
        over_ = false;
      }
      if (echo && (m.action != action::leave || was_there)) push({m});
    }
    (void)own_.answered(next.token, outcome);
    perform();
    return true;
  }

  void push(std::vector<message<int>> batch) {
    own_.live(batch, batch, [](const auto&) {});
    own_.events.clear();
    perform();
  }
  void push_eviction() {
    message<int> m;
    m.action = action::leave;
    m.reason = leave_reason::evicted;
    m.client_id = "me";
    m.connection_id = "c" + std::to_string(connections_);
    m.timestamp = testing::manual_clock::start + std::chrono::hours{1};
    m.id = {serial_, 0, id_origin::synthesized};
    push({m});
  }

  void attach(const std::string& connection, bool lost) {
    if (lost) {  // nobody will ever answer what was on its way
      if (last_call_ == action::leave && leave_is_on_its_way()) accepted_.reset();  // W5
      for (const sent& gone : std::exchange(link_, {})) {
        (void)own_.answered(gone.token, errc::disconnected);
        perform();
      }
      if (connection != "c1" && own_.room == room_state::attached) {
        change({room_state::attaching, false, false, {}, make_error_code(errc::disconnected)}, "");
      }
    }
    if (std::exchange(over_, false) && !lost) accepted_.reset();
    change({room_state::attached, false, present_.has_value(), mode_set::all(), {}}, connection);
    if (present_) {
      message<int> m;
      m.action = action::present;
      m.client_id = "me";
      m.connection_id = connection;
      m.data = shared_data<int>::make(*present_);
      m.timestamp = testing::manual_clock::start;
      m.id = id_;
      const std::vector<message<int>> page{m};
      own_.page(page, page, sync_cursor{"s", true}, testing::manual_clock::start, [](const auto&) {});
      own_.events.clear();
      perform();
    }
  }
  void change(const state_change& how, const std::string& connection) {
    own_.changed(how, connection, testing::manual_clock::start);
    perform();
  }

  void perform() {
    for (std::size_t i = 0; i < own_.effects.size(); ++i) {
      if (own_.effects[i].holds<detail::send_reentries>()) {
        while (auto out = own_.next_reentry()) send(std::move(*out));
      }
      if (own_.effects[i].holds<detail::send_waiting>()) {
        while (auto out = own_.next_waiting()) send(std::move(*out));
      }
    }
    own_.effects.clear();
    own_.events.clear();
  }

  state own_{presence_options{}, "me"};
  std::deque<sent> link_;
  std::optional<int> present_;   // at the hub, on the present connection
  std::optional<int> accepted_;  // the user's last wish whose outcome is known
  message_id id_;
  std::uint64_t serial_ = 1;
  std::uint64_t ended_before_ = 0;
  action last_call_ = action::absent;
  int last_data_ = 0;
  int connections_ = 1;
  bool connected_ = true;
  bool over_ = false;  // the hub has ended it, and the participant has not heard of that
};

[[nodiscard]] std::string name(two_ends::happening what) {
  constexpr std::array names{"enter", "update",      "leave",        "deliver", "lose_echo",
                             "cut",   "attach_anew", "attach_again", "evict",   "evict_unheard"};
  return names[static_cast<std::size_t>(what)];
}

/// Plays every sequence of so many happenings, each from the beginning. Returns how many there were, and what went wrong.
std::size_t play_all(bool entered, std::size_t length, std::vector<std::string>& problems) {
  std::size_t played = 0;
  std::vector<std::size_t> picks(length, 0);
  for (;;) {
    two_ends ends;
    std::string story;
    bool possible = true;
    if (entered) {
      ends.let(two_ends::happening::enter);
      ends.let(two_ends::happening::deliver);
    }
    for (const std::size_t pick : picks) {
      possible = possible && ends.let(two_ends::all[pick]);
      story += ' ' + name(two_ends::all[pick]);
    }
    if (possible) {
      ++played;
      ends.settle();
      if (std::string problem = ends.problem(); !problem.empty() && problems.size() < 10) {
        problems.push_back((entered ? "entered:" : "absent:") + story + ": " + problem);
      }
    }
    std::size_t at = 0;
    while (at < length && ++picks[at] == two_ends::all.size()) picks[at++] = 0;
    if (at == length) return played;
  }
}

TEST(presence_state, each_order_of_four_events_keeps_the_wishes) {
  for (const bool entered : {false, true}) {
    std::vector<std::string> problems;
    EXPECT_GT(play_all(entered, 4, problems), 2000U);
    EXPECT_EQ(problems, std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace presence::test::participant_state_machine_test
