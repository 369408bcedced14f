// What goes wrong in a map of who is online that one writes in an hour, and the same with this library.
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>

#include <chrono>
#include <functional>
#include <iostream>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

struct status {
  std::string text;
};

class online_map {
 public:
  using listener = std::function<void(const std::string& id, const std::string& what)>;

  void enter(const std::string& id, status now) {
    const std::lock_guard lock{mutex_};
    who_[id] = std::move(now);
    for (const auto& tell : listeners_) tell(id, "enter");
  }
  void leave(const std::string& id) {
    const std::lock_guard lock{mutex_};
    who_.erase(id);
    for (const auto& tell : listeners_) tell(id, "leave");
  }
  void subscribe(listener tell) {
    const std::lock_guard lock{mutex_};
    listeners_.push_back(std::move(tell));
  }
  [[nodiscard]] bool is_online(const std::string& id) const {
    const std::lock_guard lock{mutex_};
    return who_.contains(id);
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, status> who_;
  std::vector<listener> listeners_;
};

// A hub whose time a test moves, so that nothing here has to wait.
using manual_clock = presence::testing::manual_clock;
using clocked_hub = presence::basic_hub<status, manual_clock>;

void two_devices() {
  online_map map;
  map.enter("alice", {"laptop"});
  map.enter("alice", {"phone"});                           // takes the place of the laptop
  map.leave("alice");                                      // the phone is switched off
  std::cout << "map: " << map.is_online("alice") << '\n';  // false, and she is typing on the laptop

  presence::hub<status> hub;
  auto laptop = hub.connect("alice"), phone = hub.connect("alice");
  auto on_laptop = laptop.join("lobby"), on_phone = phone.join("lobby");
  on_laptop.enter({"laptop"});
  on_phone.enter({"phone"});
  phone.close();
  std::cout << "hub: " << on_laptop.is_user_present("alice") << '\n';  // true
}

void late_leave() {
  online_map map;
  map.enter("alice", {"over WiFi"});
  map.enter("alice", {"over the phone network"});          // WiFi broke, and she was back at once
  map.leave("alice");                                      // the time-out of the connection that broke
  std::cout << "map: " << map.is_online("alice") << '\n';  // false, and she is here

  manual_clock clock;
  clocked_hub hub{{}, clock};
  auto wifi = hub.connect("alice"), mobile = hub.connect("alice");
  auto before = wifi.join("lobby"), now = mobile.join("lobby");
  before.enter({"over WiFi"});
  wifi.drop();
  now.enter({"over the phone network"});
  clock.advance(std::chrono::seconds{15});
  hub.run_due();  // the member of the lost connection leaves, the other one stays
  std::cout << "hub: " << now.is_user_present("alice") << ", " << now.size() << " member\n";
}

void ghosts() {
  online_map map;
  map.enter("alice", {"online"});                          // and then her program crashes
  std::cout << "map: " << map.is_online("alice") << '\n';  // true, for ever

  manual_clock clock;
  clocked_hub hub{{}, clock};
  auto alice = hub.connect("alice");
  auto a = alice.join("lobby");
  a.enter({"online"});
  alice.drop();  // the socket is gone, or silent for too long
  clock.advance(*hub.due_in());
  hub.run_due();
  std::cout << "hub: " << hub.is_user_present("lobby", "alice") << '\n';  // false, 15 seconds later
}

void events_that_lie() {
  online_map map;
  map.enter("alice", {"online"});
  int counted = 0;  // should be 1: somebody is here already
  map.subscribe([&](auto&, auto& what) { counted += what == "enter" ? 1 : -1; });
  map.enter("alice", {"busy"});  // told as another enter
  map.leave("bob");              // was never here, and is told all the same
  map.leave("bob");
  std::cout << "map: counted " << counted << '\n';

  presence::hub<status> hub;
  auto alice = hub.connect("alice"), bob = hub.connect("bob"), carol = hub.connect("carol");
  auto a = alice.join("lobby"), b = bob.join("lobby");
  a.enter({"online"});
  counted = 0;
  presence::local_presence<status> c{carol.room("lobby")};
  auto counting = c.subscribe_users([&](const auto& event) {  // attaches, and is told of alice
    counted += event.change == presence::user_change::online ? 1 : -1;
  });
  a.enter({"busy"});  // an update
  b.leave();          // was never here: succeeds, and nobody is told
  std::cout << "hub: counted " << counted << '\n';
}

void calls_from_inside() {
  presence::hub<status> hub;
  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  auto a = alice.join("lobby"), b = bob.join("lobby");
  std::vector<presence::subscription> more;
  auto first = b.subscribe([&](const auto& event) {
    // No lock is held.
    std::cout << "hub: " << event.client_id << ' ' << b.is_user_present(event.client_id) << '\n';
    if (more.empty()) {
      more.push_back(b.subscribe([](const auto&) { std::cout << "hub: the second hears it too\n"; }));
    }
  });
  a.enter({"online"});
  a.update({"busy"});
}

int main() {
  std::cout << std::boolalpha;
  two_devices();
  late_leave();
  ghosts();
  events_that_lie();
  calls_from_inside();
}
