// A small class of one's own, moved over to this library in two steps. docs/coming-from/unordered-map.md tells of it.
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <system_error>
#include <utility>

struct status {
  std::string text;
};

namespace step_1 {

class online_map {
 public:
  using listener = std::function<void(const std::string& id, presence::action what)>;

  void enter(const std::string& id, status now) { all_.enter_client(id, std::move(now)); }
  void leave(const std::string& id) { all_.leave_client(id); }
  [[nodiscard]] presence::subscription subscribe(listener tell) {
    return all_.subscribe([tell = std::move(tell)](const auto& event) { tell(event.client_id, event.action); });
  }
  [[nodiscard]] bool is_online(const std::string& id) const { return all_.is_user_present(id); }
  [[nodiscard]] std::size_t size() const { return all_.user_count(); }

 private:
  presence::hub<status> hub_;
  presence::hub<status>::session_type gateway_ = hub_.connect(presence::identity::wildcard());
  presence::local_presence<status> all_ = gateway_.join("everybody");
};

}  // namespace step_1

namespace step_2 {

// A hub whose time a test moves, so that nothing here has to wait.
using manual_clock = presence::testing::manual_clock;
using hub_type = presence::basic_hub<status, manual_clock>;

/// Receives nothing that a device would need: it does not look at others.
struct not_looking {
  void on_attached(const presence::attachment_info&) {}
  void on_sync(const presence::message_batch<status>&, const presence::sync_cursor&) {}
  bool on_presence(const presence::message_batch<status>&) { return true; }
  void on_detached(std::error_code) {}
};

/// One connection of somebody. Destroying it is a logout.
class device {
 public:
  device(hub_type& hub, const std::string& id, status now)
      : session_(hub.connect(id)),
        place_(session_.attach("everybody", presence::mode::presence, not_looking{}).value()) {
    place_.enter(std::move(now));
  }
  void say(status now) { place_.update(std::move(now)); }
  void lost() { session_.drop(); }  // the socket broke, or was silent for too long

 private:
  hub_type::session_type session_;
  hub_type::attachment_type place_;
};

class online_map {
 public:
  explicit online_map(manual_clock clock) : hub_({}, clock) {}

  [[nodiscard]] device login(const std::string& id, status now) { return {hub_, id, std::move(now)}; }
  /// `tell(user_event)`: the first device of somebody came, or the last one went.
  template <class Listener>
  [[nodiscard]] presence::subscription subscribe(Listener tell) {
    return all_.subscribe_users(std::move(tell));
  }
  [[nodiscard]] bool is_online(const std::string& id) const { return all_.is_user_present(id); }
  [[nodiscard]] std::size_t size() const { return all_.user_count(); }
  /// For the program's timer: call it when `due_in()` is over.
  void run_due() { hub_.run_due(); }
  [[nodiscard]] auto due_in() const { return hub_.due_in(); }

 private:
  hub_type hub_;
  hub_type::session_type watcher_ = hub_.connect(presence::identity{});  // anonymous: may look
  hub_type::participant all_ = watcher_.join("everybody");
};

}  // namespace step_2

void after_step_1() {
  step_1::online_map map;
  auto told = map.subscribe([&](const std::string& id, presence::action what) {
    std::cout << id << ' ' << what << ", " << map.size() << " here\n";  // asks the map: nothing is locked
  });
  map.enter("alice", {"online"});
  map.enter("alice", {"busy"});  // told as an update
  map.leave("bob");              // was never here: nothing is told
  map.leave("alice");
}

void after_step_2() {
  step_2::manual_clock clock;
  step_2::online_map map{clock};
  auto told = map.subscribe([](const auto& event) { std::cout << event.client_id << ' ' << event.change << '\n'; });
  std::map<int, step_2::device> sockets;  // what the program has anyway: something for each socket
  sockets.emplace(1, map.login("alice", {"laptop"}));
  sockets.emplace(2, map.login("alice", {"phone"}));
  sockets.erase(2);      // a logout: alice is still here
  sockets.at(1).lost();  // her laptop's network breaks
  clock.advance(*map.due_in());
  map.run_due();  // and does not come back in time
  std::cout << map.size() << " here\n";
}

int main() {
  after_step_1();
  after_step_2();
}
