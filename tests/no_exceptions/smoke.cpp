// The core without exceptions and run-time type information: what the first program does, and the misuse that would throw
// is not made. Boost then wants a handler from the program.
#include <presence/presence.hpp>

#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <boost/assert/source_location.hpp>

namespace boost {
void throw_exception(const std::exception&) { std::abort(); }
void throw_exception(const std::exception&, const boost::source_location&) { std::abort(); }
}  // namespace boost

namespace {

struct status {
  std::string text;
};

}  // namespace

int main() {
  presence::hub<status> hub;
  auto alice = hub.connect("alice");
  auto bob = hub.connect("bob");
  presence::local_presence<status> a{alice.room("lobby")};
  presence::local_presence<status> b{bob.room("lobby")};

  std::vector<std::string> seen;
  const auto listening = b.subscribe([&](const presence::event<status>& e) {
    seen.push_back(e.client_id + ' ' + std::string{to_string(e.action)} + ' ' + (e.data ? e.data->text : std::string{}));
  });
  bool completed = false;
  a.enter({"online"}, [&](std::error_code outcome) { completed = !outcome; });
  a.update({"busy"});
  const bool present = b.is_user_present("alice");
  const auto refused = hub.try_connect(std::string(1'000, 'x')).error();
  a.leave();
  const std::vector<std::string> expected{"alice enter online", "alice update busy", "alice leave busy"};
  return completed && present && refused == presence::errc::invalid_client_id && seen == expected ? 0 : 1;
}
