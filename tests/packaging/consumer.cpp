// What a user's first program needs of the package: it compiles, links and runs.
#include <presence/presence.hpp>

#include <string>

int main() {
  presence::hub<std::string> hub;
  auto alice = hub.connect("alice");
  auto bob = hub.connect("bob");
  presence::local_presence<std::string> a{alice.room("lobby")};
  presence::local_presence<std::string> b{bob.room("lobby")};

  int entered = 0;
  const auto sub = b.subscribe(presence::action::enter, [&](const auto&) { ++entered; });
  a.enter("online");
  return b.is_user_present("alice") && entered == 1 ? 0 : 1;
}
