// The smallest program that shows that a package's headers are found: each way to get the library compiles it.
#include <presence/error.hpp>
#include <presence/member_set.hpp>

#include <string>

int main() {
  const presence::basic_member_set<std::string> room;
  const std::error_code error = presence::errc::banned;
  return room.size() == 0 && !error.message().empty() ? 0 : 1;
}
