// A program with two kinds of transport, a hub's and one of its own (here the testing kit's): its participants are of two
// types, and each is compiled.
#include <presence/presence.hpp>
#include <presence/testing/scripted_transport.hpp>

#include <chrono>
#include <iostream>
#include <mutex>
#include <string>

namespace {

struct status {
  std::string text;
};
using own_transport = presence::testing::scripted_transport<status, presence::identity_codec<status>, std::mutex>;
using own_presence = presence::basic_presence<status, std::chrono::system_clock, own_transport>;

template <class Participant>
void chat(Participant p) {
  const auto events = p.subscribe([](const auto& e) { std::cout << e.client_id << ' ' << e.action << '\n'; });
  p.enter({"online"});
  p.update({"busy"});
  std::cout << p.is_user_present("alice") << '\n';
}

}  // namespace

int main(int argc, char**) {
  presence::hub<status> hub;
  auto alice = hub.connect("alice");
  if (argc > 1) {
    chat(own_presence{own_transport{"alice"}});
  } else {
    chat(presence::local_presence<status>{alice.room("lobby")});
  }
}
