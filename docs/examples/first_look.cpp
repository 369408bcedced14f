// The program on the documentation's opening page.
#include <presence/presence.hpp>

#include <iostream>

struct status {
  std::string text;
};

int main() {
  presence::hub<status> hub;
  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  auto a = alice.join("lobby"), b = bob.join("lobby");
  auto sub = b.subscribe([](const auto& event) {  // what bob is told
    std::cout << event.client_id << ' ' << event.action << '\n';
  });
  a.enter({"online"});  // alice enter
  a.update({"busy"});   // alice update
  alice.close();        // alice leave
}
