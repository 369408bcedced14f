// Testing what your own program makes of presence, in no time: the clock is a value that the test moves.
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <string_view>

using namespace std::chrono_literals;

// --- the program: who has not been heard of for five minutes is away -------------------------------------------------

template <class Presence, class Clock>
class roster {
 public:
  roster(const Presence& room, Clock clock) : room_(room), clock_(std::move(clock)) {}

  [[nodiscard]] std::string status_of(std::string_view client_id) const {
    const auto devices = room_.get(client_id);
    if (!devices) return "unknown";  // not attached: nobody can say
    if (devices->empty()) return "offline";
    const auto newest = std::max_element(devices->begin(), devices->end(),
                                         [](const auto& a, const auto& b) { return a.updated_at < b.updated_at; });
    return clock_.now() - newest->updated_at < 5min ? "active" : "away";
  }

 private:
  const Presence& room_;
  Clock clock_;
};

// --- its test --------------------------------------------------------------------------------------------------------

struct status {};
using test_clock = presence::testing::manual_clock;
using test_hub = presence::basic_hub<status, test_clock>;
using test_presence = presence::basic_presence<status, test_clock, presence::loopback<status, test_clock>>;

int main() {
  int failures = 0;
  const auto expect = [&](std::string_view when, const std::string& is, std::string_view wanted) {
    std::cout << (is == wanted ? "ok    " : "WRONG ") << when << ": " << is << '\n';
    failures += is != wanted;
  };

  test_clock clock;  // copies show the same time
  presence::hub_options options;
  options.grace = 30s;
  test_hub hub{options, clock};
  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  test_presence a{alice.room("lobby"), {}, clock}, b{bob.room("lobby"), {}, clock};
  const roster people{b, clock};

  expect("before anything", people.status_of("alice"), "unknown");
  b.attach();
  expect("in an empty room", people.status_of("alice"), "offline");

  a.enter();
  clock.advance(4min);
  expect("after four minutes", people.status_of("alice"), "active");
  clock.advance(1min);
  expect("after five minutes", people.status_of("alice"), "away");
  a.update();
  expect("after a sign of life", people.status_of("alice"), "active");

  alice.drop();
  clock.advance(30s - 1ms);
  hub.run_due();
  expect("just before the grace period ends", people.status_of("alice"), "active");
  clock.advance(1ms);
  hub.run_due();
  expect("when it has ended", people.status_of("alice"), "offline");
  return failures;
}
