#include <presence/presence.hpp>
#ifdef WITH_JSON
#include <presence/codec/json.hpp>
#endif

#include <cstdlib>
#include <iostream>
#include <string>

int main() {
  presence::hub<std::string> hub;
  auto alice = hub.connect("alice");
  presence::local_presence<std::string> lobby{alice.room("lobby")};
  lobby.enter("online");
  for (const auto& user : lobby.users().value()) std::cout << user.client_id << " is here\n";
#ifdef WITH_JSON
  const presence::json_codec<std::string> codec;
  std::cout << codec.encode("in JSON").value().content() << '\n';
#endif
  return lobby.is_user_present("alice") ? EXIT_SUCCESS : EXIT_FAILURE;
}
