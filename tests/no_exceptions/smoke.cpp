// The core without exceptions and run-time type information: what would throw ends the program, the rest is as always.
// Boost asks a program without exceptions to say what becomes of the ones that Boost would throw.
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>

#include <boost/throw_exception.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "compile this with -fno-exceptions -fno-rtti"
#endif

namespace boost {

void throw_exception(const std::exception&) { std::abort(); }
void throw_exception(const std::exception&, const boost::source_location&) { std::abort(); }

}  // namespace boost

namespace {

struct status {
  std::string text;
};

int failures = 0;

void expect(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "not so: " << what << '\n';
  ++failures;
}

/// The README's first program.
void first_program() {
  std::ostringstream out;
  presence::hub<status> hub;
  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  presence::local_presence<status> a{alice.room("lobby")}, b{bob.room("lobby")};

  auto sub = b.subscribe([&](const auto& event) { out << event.client_id << ' ' << event.action << '\n'; });
  a.enter({"online"});
  a.update({"busy"});
  expect(b.is_user_present("alice"), "alice is present");
  alice.drop();
  expect(b.is_user_present("alice"), "alice stays for the grace period");
  expect(out.str() == "alice enter\nalice update\n", "bob sees what alice does");
}

/// What goes wrong in the world is told without exceptions anyway.
void errors_are_values() {
  presence::hub<status> hub;
  expect(hub.try_connect("\xff").error() == presence::errc::invalid_client_id, "a bad client id is refused");
  expect(hub.resume("nonsense").error() == presence::errc::invalid_resume_key, "a bad key is refused");
  auto alice = hub.connect("alice");
  presence::local_presence<status> a{alice.room("lobby")};
  std::error_code outcome;
  a.enter_client("bob", {"x"}, [&](std::error_code why) { outcome = why; });
  expect(outcome == presence::errc::invalid_client_id, "only a wildcard acts for others");
  alice.close();
  a.update({"x"}, [&](std::error_code why) { outcome = why; });
  expect(outcome == presence::errc::invalid_room_state, "a closed session's room is detached");
  a.get({}, [&](const auto& members) { outcome = members.error(); });
  expect(outcome == presence::errc::invalid_room_state, "and its set is unknown");
}

/// Time, and a sink.
void grace_period() {
  using namespace std::chrono_literals;
  using clock_type = presence::testing::manual_clock;
  clock_type clock;
  presence::basic_hub<status, clock_type> hub{{}, clock};
  struct {
    void on_attached(const presence::attachment_info&) {}
    void on_sync(const presence::message_batch<status>&, const presence::sync_cursor&) {}
    bool on_presence(const presence::message_batch<status>& messages) {
      for (const auto& m : *messages) heard << m.action << ' ' << m.reason << '\n';
      return true;
    }
    void on_detached(std::error_code) {}
    std::ostringstream heard;
  } sink;
  auto watcher = hub.connect("");
  const auto watching = watcher.attach("lobby", presence::mode::subscribe, std::ref(sink)).value();
  auto alice = hub.connect("alice");
  presence::basic_presence<status, clock_type, presence::loopback<status, clock_type>> a{
      alice.room("lobby"), {}, clock};
  a.enter({"online"});
  alice.drop();
  clock.advance(15s);
  expect(hub.run_due() == 1, "the grace period ends");
  expect(sink.heard.str() == "enter none\nleave timed_out\n", "and alice leaves");
}

}  // namespace

int main() {
  first_program();
  errors_are_values();
  grace_period();
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
