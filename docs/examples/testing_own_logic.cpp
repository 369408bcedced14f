// Testing what your own program makes of presence, in no time: the clock is a value that the test moves, and the other
// end of the room is the test itself.
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>
#include <presence/testing/scripted_transport.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

using namespace std::chrono_literals;

// --- the program: who has not been heard of for five minutes is away -------------------------------------------------

struct status {};

template <class Participant, class Clock>
class office {
 public:
  office(Participant room, Clock clock) : room_(std::move(room)), clock_(std::move(clock)) { room_.attach(); }

  void sign_of_life() { room_.update(); }

  [[nodiscard]] std::string status_of(std::string_view client_id) const {
    const auto devices = room_.get(client_id);
    if (!devices) return "unknown";  // nobody can say yet
    if (devices->empty()) return "offline";
    const auto newest = std::max_element(devices->begin(), devices->end(),
                                         [](const auto& a, const auto& b) { return a.updated_at < b.updated_at; });
    return clock_.now() - newest->updated_at < 5min ? "active" : "away";
  }
  [[nodiscard]] std::string own_status() const {
    const auto me = room_.self();
    if (me.state == presence::self_state::entering) return "connecting";
    if (me.state == presence::self_state::lost) return "thrown out: " + me.error.message();
    return me.state == presence::self_state::present ? "here" : "not here";
  }

 private:
  Participant room_;
  Clock clock_;
};

// --- its tests -------------------------------------------------------------------------------------------------------

using presence::testing::manual_clock;

int failures = 0;
void expect(std::string_view when, const std::string& is, std::string_view wanted) {
  std::cout << (is == wanted ? "ok    " : "WRONG ") << when << ": " << is << '\n';
  failures += is != wanted;
}

/// With a hub, where time decides.
void others_come_and_go() {
  manual_clock clock;  // copies show the same time
  presence::basic_hub<status, manual_clock> hub{{.grace = 30s}, clock};
  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  office a{alice.join("lobby"), clock}, b{bob.join("lobby"), clock};

  expect("in an empty room", b.status_of("alice"), "offline");
  a.sign_of_life();
  clock.advance(5min - 1ms);
  expect("just before five minutes", b.status_of("alice"), "active");
  clock.advance(1ms);
  expect("after five minutes", b.status_of("alice"), "away");
  a.sign_of_life();
  expect("after a sign of life", b.status_of("alice"), "active");

  alice.drop();
  clock.advance(30s - 1ms);
  hub.run_due();
  expect("just before the grace period ends", b.status_of("alice"), "active");
  clock.advance(1ms);
  hub.run_due();
  expect("when it has ended", b.status_of("alice"), "offline");
}

/// Without one, where it matters what the other end says, and when.
void the_other_end_says_no() {
  presence::testing::scripted_transport<status> transport{"alice"};
  auto room = transport.script();
  room.by_hand(presence::testing::transport_call::attach);
  office a{presence::basic_presence{std::move(transport)}, std::chrono::system_clock{}};

  expect("before the room answers", a.status_of("bob"), "unknown");
  a.sign_of_life();
  expect("while it is asked", a.own_status(), "connecting");
  room.answer_attach();
  expect("when it has answered", a.own_status(), "here");
  room.fail(presence::errc::banned);
  expect("when it has failed", a.own_status(), "thrown out: the client id is banned");
}

int main() {
  others_come_and_go();
  the_other_end_says_no();
  return failures;
}
