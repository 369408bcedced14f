// A wire of your own: a participant and a hub that have nothing between them but lines of text. What a transport has to
// keep is in docs/transport.md, and this one passes the conformance suite.
#include <presence/presence.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using presence::room_state;
using hub_type = presence::single_threaded_hub<std::string>;
using message = presence::message<std::string>;
using message_batch = presence::message_batch<std::string>;
using words = std::vector<std::string>;

// --- lines -----------------------------------------------------------------------------------------------------------

/// Words with a space between them. In a word a space, the end of a line and a percent sign are `%20`, `%0A` and `%25`.
std::string to_line(const words& all) {
  std::string line;
  for (const std::string& word : all) {
    if (&word != &all.front()) line += ' ';
    for (const char c : word) {
      const std::string_view escaped = c == ' ' ? "%20" : c == '\n' ? "%0A" : c == '%' ? "%25" : "";
      escaped.empty() ? line += c : line += escaped;
    }
  }
  return line;
}
words to_words(std::string_view line) {
  words all(1);
  for (; !line.empty(); line.remove_prefix(1)) {
    if (line.front() == ' ') {
      all.emplace_back();
    } else if (line.front() == '%' && line.size() > 2) {
      all.back() += line.substr(1, 2) == "20" ? ' ' : line.substr(1, 2) == "0A" ? '\n' : '%';
      line.remove_prefix(2);
    } else {
      all.back() += line.front();
    }
  }
  if (all.size() < 5) all.resize(5);  // what is missing is empty
  return all;
}

template <class Number = std::int64_t>
std::optional<Number> to_number(std::string_view word) {
  Number n{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return n;
}

/// Errors by their number. A stranger's has no place here: most often memory ran out, so it says to try again.
std::string to_word(std::error_code error) {
  const bool ours = !error || error.category() == presence::presence_category();
  return std::to_string(ours ? error.value() : static_cast<int>(presence::errc::overloaded));
}
std::error_code to_error(std::string_view word) {
  const int number = to_number<int>(word).value_or(static_cast<int>(presence::errc::bad_request));
  return number != 0 ? std::error_code{number, presence::presence_category()} : std::error_code{};
}

std::string to_line(const message& m) {
  const auto since_epoch = [](presence::time_point t) { return std::to_string(t.time_since_epoch().count()); };
  return to_line({"message", std::string{to_string(m.action)}, std::string{to_string(m.reason)},
                  m.connected ? "connected" : "lost", m.client_id, m.connection_id, to_string(m.id, m.connection_id),
                  since_epoch(m.timestamp), since_epoch(m.entered_at), m.data ? "=" + *m.data : "",
                  std::string{m.extras.json()}});
}
/// Nothing where the words make no sense. An action that is not known gets a number that no action has: the participant
/// leaves it out and reports it.
std::optional<message> to_message(const words& w) {
  if (w.size() != 11) return std::nullopt;
  const auto id = presence::parse_message_id(w[6], w[5]);
  const auto timestamp = to_number(w[7]), entered_at = to_number(w[8]);
  if (!id || !timestamp || !entered_at) return std::nullopt;
  message m;
  m.action = presence::action_from(w[1]).value_or(presence::action{255});
  m.reason = presence::leave_reason_from(w[2]).value_or(presence::leave_reason::none);
  m.connected = w[3] != "lost";
  m.client_id = w[4];
  m.connection_id = w[5];
  m.id = *id;
  m.timestamp = presence::time_point{std::chrono::milliseconds{*timestamp}};
  m.entered_at = presence::time_point{std::chrono::milliseconds{*entered_at}};
  if (w[9].starts_with('=')) m.data = presence::shared_data<std::string>::make(w[9].substr(1));
  if (!w[10].empty()) m.extras = presence::extras::from_json(w[10]);
  return m;
}

/// Two directions. Messages come first, one in a line; the line behind them says what they are.
struct wire {
  std::deque<std::string> up, down;
};

// --- the client's end ------------------------------------------------------------------------------------------------

/// Apart from the transport, as that may be destroyed, participant and all, by the line that it is being told.
struct client_end {
  std::shared_ptr<wire> line;
  std::string client_id;
  std::string connection_id = {};
  presence::transport_receiver<std::string>* to = nullptr;
  std::vector<message> heard = {};

  void say(const words& all) const { line->up.push_back(to_line(all)); }

  void hear(const words& w) {
    if (to == nullptr) return;
    if (w[0] == "message") {
      if (auto m = to_message(w)) return heard.push_back(std::move(*m));
      return say({"resync"});  // something was missed
    }
    auto messages = presence::make_batch(std::exchange(heard, {}));
    if (w[0] == "live") to->on_presence(messages);
    if (w[0] == "page") {
      const auto cursor = presence::parse_sync_cursor(w[1]);
      cursor ? to->on_sync(messages, *cursor) : say({"resync"});
    }
    if (w[0] == "published") to->on_published(to_number<presence::publish_token>(w[1]).value_or(0), to_error(w[2]));
    if (w[0] == "attached") {
      connection_id = w[1];  // before the participant is told: it asks for this
      become({room_state::attached,
              w[2] == "resumed",
              w[3] == "members",
              presence::modes_from(w[4]).value_or(presence::mode_set{}),
              {}});
    }
    if (w[0] == "lost") become({room_state::attaching, false, false, {}, to_error(w[1])});
    if (w[0] == "detached") become({room_state::detached, false, false, {}, to_error(w[1])});
    if (w[0] == "refused") become({room_state::failed, false, false, {}, to_error(w[1])});
  }
  void become(const presence::state_change& change) { to->on_state(change); }
};

class line_transport {
 public:
  using codec_type = presence::identity_codec<std::string>;
  using mutex_type = presence::null_mutex;  // all of this program is one thread

  explicit line_transport(std::shared_ptr<client_end> end) : end_(std::move(end)) {}

  [[nodiscard]] std::string client_id() const { return end_->client_id; }
  [[nodiscard]] std::string connection_id() const { return end_->connection_id; }

  void bind(presence::transport_receiver<std::string>* to) {
    end_->to = to;
    if (to == nullptr) end_->say({"goodbye"});
  }
  void attach(presence::mode_set modes) { end_->say({"attach", std::string{to_string(modes)}}); }
  void detach() { end_->say({"detach"}); }
  void resync() { end_->say({"resync"}); }
  void publish(std::vector<message> messages, presence::publish_token token) {
    for (message& m : messages) {
      m.connection_id = end_->connection_id;  // an id is written with it
      end_->line->up.push_back(to_line(m));
    }
    end_->say({"publish", std::to_string(token)});
  }

 private:
  std::shared_ptr<client_end> end_;
};

static_assert(presence::transport<line_transport>);

// --- the hub's end: a session, and a sink for what the hub has to say ------------------------------------------------

class server_end {
 public:
  server_end(hub_type::session_type& session, std::shared_ptr<wire> line) : line_(std::move(line)), session_(session) {}

  void hear(const words& w) {
    if (w[0] == "message" && heard_.size() <= 1'000) {  // the hub refuses so many, and a message without an action
      heard_.push_back(to_message(w).value_or(message{}));
    }
    if (w[0] == "attach") {
      auto made = session_.attach("lobby", presence::modes_from(w[1]).value_or(presence::mode_set{}), std::ref(*this));
      if (!made) return say({"refused", to_word(made.error())});
      attachment_ = std::move(*made);
      attached_ = true;
    }
    if (w[0] == "detach") attached_ ? attachment_.detach() : say({"detached", "0"});  // an answer is owed in any case
    if (w[0] == "resync") attachment_.resync();
    if (w[0] == "publish") {
      // The hub completes after it has told the room, so the sender's own event is on its way before this.
      attachment_.publish(std::exchange(heard_, {}), [line = line_, token = w[1]](std::error_code outcome) {
        line->down.push_back(to_line({"published", token, to_word(outcome)}));
      });
    }
    if (w[0] == "goodbye") attachment_ = {};
  }

  // the sink
  void on_attached(const presence::attachment_info& info) {
    say({"attached", session_.connection_id(), info.resumed ? "resumed" : "anew",
         info.has_members ? "members" : "empty", std::string{to_string(info.modes)}});
  }
  void on_sync(const message_batch& page, const presence::sync_cursor& cursor) {
    say(page, {"page", to_string(cursor)});
  }
  bool on_presence(const message_batch& messages) {
    say(messages, {"live"});
    return true;  // where a line can be full: false, and attachment_.resync() once there is room
  }
  void on_detached(std::error_code why) {
    attached_ = why == presence::errc::disconnected;  // then it may come back; everything else is for good
    say({attached_ ? "lost" : "detached", to_word(why)});
  }

 private:
  void say(const words& all) { line_->down.push_back(to_line(all)); }
  void say(const message_batch& messages, const words& what_they_are) {
    for (const message& m : *messages) line_->down.push_back(to_line(m));
    say(what_they_are);
  }

  std::shared_ptr<wire> line_;
  hub_type::session_type& session_;
  std::vector<message> heard_;
  bool attached_ = false;
  hub_type::attachment_type attachment_;  // last: it calls the sink until it is gone
};

/// Takes the next line to the other end. Returns whether there was one.
bool carry(const std::shared_ptr<wire>& line, server_end& server, const std::shared_ptr<client_end>& client) {
  const bool is_up = !line->up.empty();
  auto& from = is_up ? line->up : line->down;
  if (from.empty()) return false;
  const words next = to_words(from.front());
  from.pop_front();
  if (is_up)
    server.hear(next);
  else
    client->hear(next);
  return true;
}

int main() {
  hub_type hub;
  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  const auto line = std::make_shared<wire>();
  const auto client = std::make_shared<client_end>(client_end{line, "alice"});
  server_end server{alice, line};
  const auto settle = [&] {
    for (bool more = true; more;) more = carry(line, server, client);
  };

  auto b = bob.join("lobby");
  auto sub = b.subscribe(
      [](const auto& e) { std::cout << "bob sees: " << e.client_id << ' ' << e.action << ", " << *e.data << '\n'; });
  {
    presence::basic_presence a{line_transport{client}};
    a.enter("100% here");
    std::cout << "up: " << line->up.front() << '\n';
    std::cout << "alice is " << a.self().state << '\n';
    settle();
    std::cout << "alice is " << a.self().state << '\n';
    a.update("still here", {{"device", "phone"}});
    settle();
  }
  settle();  // the goodbye
}
