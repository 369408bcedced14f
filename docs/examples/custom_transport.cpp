// A transport of your own: requests and answers lie in two queues until they are pumped, as they would lie in sockets.
// The contract is in presence/transport.hpp, and presence/testing/transport_conformance.hpp checks it.
#include <presence/codec/text.hpp>
#include <presence/presence.hpp>

#include <deque>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using presence::payload;
using presence::room_state;

// --- what travels: on a network each of these is a frame -------------------------------------------------------------

struct attach_request {
  presence::mode_set modes;
};
struct detach_request {};
struct resync_request {};
struct publish_request {
  std::vector<presence::message<payload>> messages;
  presence::publish_token token;
};
struct goodbye {};
using request = std::variant<attach_request, detach_request, resync_request, publish_request, goodbye>;

struct state_answer {
  presence::state_change change;
  std::string connection_id;
};
struct live_answer {
  presence::message_batch<payload> messages;
};
struct page_answer {
  presence::message_batch<payload> members;
  presence::sync_cursor cursor;
};
struct published_answer {
  presence::publish_token token;
  std::error_code outcome;
};
using answer = std::variant<state_answer, live_answer, page_answer, published_answer>;

struct wire {
  std::deque<request> requests;
  std::deque<answer> answers;
};

// --- the transport ---------------------------------------------------------------------------------------------------

using receiver = presence::transport_receiver<payload>;

/// The client's end of the wire. It is apart from the transport because a participant moves that into itself, and may be
/// destroyed, transport and all, by the answer that it is being given.
struct client_end {
  std::shared_ptr<wire> line;
  std::string client_id;
  std::string connection_id = {};
  room_state at = room_state::initialized;
  receiver* to = nullptr;

  void hand_over(state_answer& s) {
    connection_id = s.connection_id;  // before the participant is told: it asks for this
    at = s.change.state;
    to->on_state(s.change);
  }
  void hand_over(live_answer& l) { to->on_presence(l.messages); }
  void hand_over(page_answer& p) { to->on_sync(p.members, p.cursor); }
  void hand_over(published_answer& p) { to->on_published(p.token, p.outcome); }
};

class queue_transport {
 public:
  using codec_type = presence::text_codec;  // the participant's data is a std::string
  using mutex_type = presence::null_mutex;  // all of this program is one thread

  explicit queue_transport(std::shared_ptr<client_end> end) : end_(std::move(end)) {}

  [[nodiscard]] std::string client_id() const { return end_->client_id; }
  [[nodiscard]] std::string connection_id() const { return end_->connection_id; }
  [[nodiscard]] room_state state() const { return end_->at; }

  void bind(receiver* to) {
    end_->to = to;
    if (to == nullptr) send(goodbye{});
  }
  void attach(presence::mode_set modes) {
    end_->at = room_state::attaching;
    send(attach_request{modes});
  }
  void detach() {
    end_->at = room_state::detaching;
    send(detach_request{});
  }
  void resync() { send(resync_request{}); }
  void publish(std::vector<presence::message<payload>> messages, presence::publish_token token) {
    send(publish_request{std::move(messages), token});
  }

 private:
  void send(request r) { end_->line->requests.push_back(std::move(r)); }

  std::shared_ptr<client_end> end_;
};

static_assert(presence::transport<queue_transport>);

/// Hands what has arrived to the participant, one answer at a time.
void pump(const std::shared_ptr<client_end>& end) {
  while (!end->line->answers.empty()) {
    answer next = std::move(end->line->answers.front());
    end->line->answers.pop_front();
    if (end->to != nullptr) std::visit([&](auto& a) { end->hand_over(a); }, next);  // else it is nobody's any more
  }
}

// --- the server's end: a session of a hub, and a sink for what the hub has to say -------------------------------------

using hub_type = presence::single_threaded_hub<payload>;

class server_end {
 public:
  server_end(hub_type::session_type& session, std::shared_ptr<wire> line) : line_(std::move(line)), session_(session) {}

  void pump() {
    while (!line_->requests.empty()) {
      request next = std::move(line_->requests.front());
      line_->requests.pop_front();
      std::visit([this](auto& r) { serve(r); }, next);
    }
  }

  // the sink
  void on_attached(const presence::attachment_info& info) {
    say({room_state::attached, info.resumed, info.has_members, info.modes, {}});
  }
  void on_sync(const presence::message_batch<payload>& members, const presence::sync_cursor& cursor) {
    line_->answers.push_back(page_answer{members, cursor});
  }
  [[nodiscard]] bool on_presence(const presence::message_batch<payload>& messages) {
    line_->answers.push_back(live_answer{messages});
    return true;  // a queue with an end would answer false when full, and ask for a resync once there is room
  }
  void on_detached(std::error_code why) {
    ended_ = why != presence::errc::disconnected;  // a lost connection may come back; everything else is for good
    say({ended_ ? room_state::detached : room_state::attaching, false, false, {}, why});
  }

 private:
  void serve(attach_request& r) {
    auto made = session_.attach("lobby", r.modes, std::ref(*this));
    if (made) {
      attachment_ = std::move(*made);
      ended_ = false;
    } else {
      say({room_state::failed, false, false, {}, made.error()});
    }
  }
  void serve(detach_request&) {
    if (!ended_) return attachment_.detach();
    say({room_state::detached, false, false, {}, {}});  // nothing to detach from, and an answer is owed all the same
  }
  void serve(resync_request&) { attachment_.resync(); }
  void serve(publish_request& r) {
    // The hub completes after it has told the room, so the sender's own event is in the queue before this.
    attachment_.publish(std::move(r.messages), [line = line_, token = r.token](std::error_code outcome) {
      line->answers.push_back(published_answer{token, outcome});
    });
  }
  void serve(goodbye&) { attachment_ = {}; }

  void say(presence::state_change change) {
    line_->answers.push_back(state_answer{std::move(change), session_.connection_id()});
  }

  std::shared_ptr<wire> line_;
  hub_type::session_type& session_;
  bool ended_ = true;
  hub_type::session_type::attachment_type attachment_;  // last: it calls the sink until it is gone
};

int main() {
  hub_type hub;
  const auto line = std::make_shared<wire>();
  const auto end = std::make_shared<client_end>(client_end{line, "alice"});
  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  server_end server{alice, line};
  const auto pump_all = [&] {
    while (!line->requests.empty() || !line->answers.empty()) {
      server.pump();
      pump(end);
    }
  };

  auto room = bob.room("lobby", presence::text_codec{});
  presence::basic_presence<std::string, std::chrono::system_clock, decltype(room)> b{std::move(room)};
  auto sub = b.subscribe([](const auto& event) {
    std::cout << "bob sees: " << event.client_id << ' ' << event.action << " \"" << *event.data << "\"\n";
  });

  {
    presence::basic_presence<std::string, std::chrono::system_clock, queue_transport> a{queue_transport{end}};
    a.enter("hello");
    std::cout << "alice is " << a.self().state << '\n';
    pump_all();
    std::cout << "alice is " << a.self().state << '\n';
    a.update("still here");
    pump_all();
  }
  pump_all();  // the goodbye
}
