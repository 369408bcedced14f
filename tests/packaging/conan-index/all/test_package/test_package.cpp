// Little on purpose: that the headers are found, and that what they need is linked.
#include <presence/member_set.hpp>
#ifdef WITH_JSON
#include <presence/codec/json.hpp>
#endif

#include <iostream>
#include <string>

int main() {
  const presence::basic_member_set<std::string> room;
  std::cout << room.size() << " members\n";
#ifdef WITH_JSON
  std::cout << presence::json_codec<std::string>{}.encode("in JSON").value().content() << '\n';
#endif
}
