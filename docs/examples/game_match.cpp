// A match with two seats: who plays, who watches, and who may come back to the seat that a lost connection left.
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

struct seat {
  std::string hero;
};
using hub_type =
    presence::basic_hub<seat, presence::testing::manual_clock, presence::basic_no_backplane<presence::null_mutex>>;

presence::hub_options rules() {
  presence::hub_options options;
  options.grace = 30s;       // so long a seat is kept
  options.show_lost = true;  // and the others see that it is empty for the moment
  options.limits.members_per_room = 2;
  options.authorize = [](const presence::identity& who, std::string_view) -> presence::mode_set {
    if (who.client_id.empty()) return presence::mode::subscribe;  // strangers may watch
    return presence::mode_set::all();
  };
  return options;
}

/// The seats in the order in which they were taken, whatever happens to their owners meanwhile.
void show(const hub_type& hub) {
  auto seats = hub.members("match 7");
  presence::sort_by_entered(seats);
  for (const auto& m : seats) {
    std::cout << "  " << m.client_id << " (" << m.data->hero << ")" << (m.connected ? "" : " is away") << '\n';
  }
  const auto there = hub.occupancy("match 7");
  std::cout << "  " << there.users << " players, " << there.watchers << " watching\n";
}

int main() {
  presence::testing::manual_clock clock;  // moved by hand, so that this runs in no time
  hub_type hub{rules(), clock};
  auto ann = hub.connect("ann"), ben = hub.connect("ben"), cid = hub.connect("cid"),
       stranger = hub.connect(presence::identity{});

  auto a = ann.join("match 7"), b = ben.join("match 7"), c = cid.join("match 7"), s = stranger.join("match 7");
  const auto answer = [](std::string_view who) {
    return [who](std::error_code error) { std::cout << who << ": " << (error ? error.message() : "plays") << '\n'; };
  };
  a.enter({"archer"}, answer("ann"));
  clock.advance(1s);
  b.enter({"bard"}, answer("ben"));
  c.enter({"cleric"}, answer("cid"));  // no seat left
  s.enter({"spy"}, answer("a stranger"));
  show(hub);

  const std::string key = ann.resume_key();
  ann.drop();
  c.enter({"cleric"}, answer("cid"));  // still none: it is ann's
  show(hub);
  clock.advance(29s);
  hub.run_due();
  ann = hub.resume(key).value();  // in time
  show(hub);

  ann.drop();
  clock.advance(30s);
  hub.run_due();  // she left for good
  c.enter({"cleric"}, answer("cid"));
  show(hub);
  std::cout << "ann again: " << hub.resume(key).error().message() << '\n';
}
