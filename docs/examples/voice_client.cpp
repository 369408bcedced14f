// A voice chat's client: one's own state, a list of people for the screen, and a line that says how things stand. It is
// written for any participant: here one of a hub in the same process, in a real client one with a transport of yours.
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

struct voice {
  std::string text;
  bool muted = false;
  bool speaking = false;
  friend bool operator==(const voice&, const voice&) = default;
};

template <class Participant>
class voice_client {
 public:
  explicit voice_client(Participant room) : room_(std::move(room)) {
    listening_.push_back(room_.subscribe_state([this](const auto& event) { state(event); }));
    listening_.push_back(room_.subscribe_errors([this](const auto& failure) { problem_ = failure.code.message(); }));
    listening_.push_back(room_.subscribe_changes([this](const auto& all) { change(all); }));  // attaches
  }

  // --- oneself: the whole state is kept here, and sent whenever it has changed ---------------------------------------

  void sign_in(std::string text) {
    room_.attach();  // does nothing where it is attached already
    wanted_ = true;
    mine_ = {std::move(text)};
    send();
  }
  void mute(bool on) { say({mine_.text, on, mine_.speaking && !on}); }
  void speak(bool on) { say({mine_.text, mine_.muted, on && !mine_.muted}); }
  void sign_out() {
    wanted_ = false;
    room_.leave();
  }
  /// Called by a timer: what was refused for a passing reason is sent again, as it is by now.
  void tick() {
    if (may_say() && std::exchange(unsent_, false)) send();
  }
  [[nodiscard]] std::string own_line() const {
    const auto me = room_.self();
    switch (me.state) {
      case presence::self_state::absent: return problem_.empty() ? "signed out" : "not signed in: " + problem_;
      case presence::self_state::entering: return "signing in";
      case presence::self_state::present: return unsent_ ? "signed in, the latest is still to be sent" : "signed in";
      case presence::self_state::lost: break;
    }
    return "thrown out: " + (me.error ? me.error.message() : std::string{to_string(me.reason)});
  }

  // --- the others ----------------------------------------------------------------------------------------------------

  [[nodiscard]] std::string status_of(std::string_view user) const {
    const auto devices = room_.get(user);
    if (!devices) return "unknown";  // nobody can say, which is not "offline"
    if (devices->empty()) return room_.sync_complete() ? "offline" : "unknown";  // the list is still coming
    const bool heard = std::any_of(devices->begin(), devices->end(), [](const auto& one) { return one.connected; });
    return heard ? "online" : "connection lost";
  }
  void draw(std::string_view title) {
    if (!std::exchange(dirty_, false)) return;
    std::cout << title << ": " << connection_ << ", " << own_line() << '\n';
    for (const auto& [name, devices] : people_) {
      voice all{{}, true, false};
      bool heard = false;
      for (const auto& [connection, one] : devices) {
        all.text = one.shown.text;
        all.muted = all.muted && one.shown.muted;
        all.speaking = all.speaking || one.shown.speaking;
        heard = heard || one.connected;
      }
      std::cout << "  " << name << (devices.size() > 1 ? " (" + std::to_string(devices.size()) + " devices)" : "")
                << (all.speaking ? " speaking" : "") << (all.muted ? " muted" : "") << ": " << all.text
                << (heard ? "" : " (connection lost)") << '\n';
    }
  }

 private:
  struct device {
    voice shown;
    bool connected = true;
  };

  /// To update somebody who is not there is to enter him: whoever was thrown out does not come back by a "speaking".
  [[nodiscard]] bool may_say() const { return wanted_ && room_.self().state != presence::self_state::lost; }
  void say(voice now) {
    if (!may_say() || mine_ == now) return;
    mine_ = std::move(now);
    send();
  }
  void send() {
    room_.update(mine_, [this](std::error_code error) {
      dirty_ = true;
      if (error == presence::errc::superseded) return;  // a later one counts, and has an answer of its own
      unsent_ = presence::is_temporary(error);
      problem_ = error && !unsent_ ? error.message() : std::string{};
    });
  }
  void change(const presence::changes<voice>& all) {
    for (const auto& e : all.removed) {
      const auto of = people_.find(e.client_id);
      if (of == people_.end()) continue;
      of->second.erase(e.connection_id);
      if (of->second.empty()) people_.erase(of);
    }
    for (const auto* list : {&all.added, &all.updated}) {
      for (const auto& e : *list) people_[e.client_id][e.connection_id] = {e.data ? *e.data : voice{}, e.connected};
    }
    dirty_ = true;
  }
  void state(const presence::room_event& e) {
    dirty_ = true;
    using presence::room_state;
    switch (e.current) {
      case room_state::attaching:
        connection_ = e.previous == room_state::attached ? "reconnecting" : "connecting";
        break;
      case room_state::attached: connection_ = "connected"; break;
      case room_state::suspended: connection_ = "no connection, the list is an old one"; break;
      case room_state::initialized:
      case room_state::detaching: break;
      case room_state::detached:
      case room_state::failed:
        connection_ = "not connected";
        people_.clear();  // nothing is known any more, and no changes are told
        break;
    }
  }

  voice mine_;
  bool wanted_ = false, unsent_ = false, dirty_ = true;
  std::string connection_ = "not connected", problem_;
  std::map<std::string, std::map<std::string, device>> people_;  // by user, then by connection
  Participant room_;
  std::vector<presence::subscription> listening_;  // last: ends first
};

int main() {
  using namespace std::chrono_literals;
  using hub_type = presence::basic_hub<voice, presence::testing::manual_clock>;
  presence::testing::manual_clock clock;  // moved by hand, so that this runs in no time
  presence::hub_options options;
  options.show_lost = true;
  options.limits.messages_per_second = 4;
  hub_type server{options, clock};

  auto to_ann = server.connect("ann"), to_ben = server.connect("ben"), to_bens_phone = server.connect("ben");
  voice_client ann{hub_type::participant{to_ann.room("table 1"), {}, clock}};
  voice_client ben{hub_type::participant{to_ben.room("table 1"), {}, clock}};
  voice_client phone{hub_type::participant{to_bens_phone.room("table 1"), {}, clock}};

  ann.sign_in("hello");
  ben.sign_in("at work");
  ben.mute(true);
  ann.draw("ann's screen");
  phone.sign_in("at work");
  phone.speak(true);

  for (const bool on : {true, false, true, false}) ann.speak(on);  // too fast for the server
  ann.draw("ann's screen");
  clock.advance(1s);
  ann.tick();
  ann.draw("ann's screen");

  const std::string key = to_ann.resume_key();
  to_ann.drop();  // a tunnel
  ann.sign_in("on the train");
  ann.draw("ann's screen");
  ben.draw("ben's screen");
  clock.advance(10s);
  to_ann = server.resume(key).value();
  ann.draw("ann's screen");
  std::cout << "ann is " << ben.status_of("ann") << ", cid is " << ben.status_of("cid") << '\n';

  server.evict("table 1", "ben");
  phone.speak(false);  // not sent: the phone knows that it was thrown out
  ann.draw("ann's screen");
  std::cout << "ben's own line: " << ben.own_line() << '\n';

  server.kick("ann");
  ann.draw("ann's screen");
  std::cout << "ben is " << ann.status_of("ben") << " to ann, ann is " << ben.status_of("ann") << " to ben\n";
}
