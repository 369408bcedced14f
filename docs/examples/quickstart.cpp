// Two people in one room of one process.
#include <presence/presence.hpp>

#include <iostream>
#include <thread>

struct status {
  std::string text;
};

int main() {
  presence::hub<status> hub{{.grace = std::chrono::milliseconds{100}}};  // 15 seconds unless you say otherwise
  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  presence::local_presence<status> a{alice.room("lobby")}, b{bob.room("lobby")};

  auto sub = b.subscribe([](const auto& event) { std::cout << event.client_id << ' ' << event.action << '\n'; });
  a.enter({"online"});                                                // alice enter
  a.update({"busy"});                                                 // alice update
  std::cout << std::boolalpha << b.is_user_present("alice") << '\n';  // true

  alice.drop();  // connection lost: alice stays for the grace period …
  std::this_thread::sleep_for(*hub.due_in());
  hub.run_due();  // … then: alice leave
}
