// As two_transports.cpp, with participants of one type over any transport.
#include <presence/any_transport.hpp>
#include <presence/presence.hpp>
#include <presence/testing/scripted_transport.hpp>

#include <iostream>
#include <mutex>
#include <string>

namespace {

struct status {
  std::string text;
};
using own_transport = presence::testing::scripted_transport<status, presence::identity_codec<status>, std::mutex>;

void chat(presence::any_presence<status> p) {
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
    chat(presence::any_presence<status>{own_transport{"alice"}});
  } else {
    chat(presence::any_presence<status>{alice.room("lobby")});
  }
}
