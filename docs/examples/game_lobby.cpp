// A game's lobby: who is ready, drawn once for each tick of the game loop, all on one thread.
#include <presence/presence.hpp>

#include <iostream>
#include <map>
#include <string>
#include <utility>

struct player {
  std::string hero;
  bool ready = false;
};
using hub_type = presence::single_threaded_hub<player>;

/// What the screen shows: kept by what changed, not by asking for all.
struct lobby_view {
  std::map<std::string, player> rows;
  bool dirty = false;

  void change(const presence::changes<player>& all) {
    for (const auto& e : all.removed) rows.erase(e.client_id);
    for (const auto* list : {&all.added, &all.updated})
      for (const auto& e : *list) rows[e.client_id] = e.data ? *e.data : player{};
    dirty = true;
  }
  void draw() {
    if (!std::exchange(dirty, false)) return;
    for (const auto& [name, p] : rows)
      std::cout << "  " << name << " (" << p.hero << ")" << (p.ready ? " ready" : "") << '\n';
    std::cout << "  --\n";
  }
};

int main() {
  hub_type hub{{.grace = std::chrono::milliseconds{0}}};  // a lost player is out at the next tick
  auto ann = hub.connect("ann"), ben = hub.connect("ben"), host = hub.connect("host");
  auto a = ann.join("match 7"), b = ben.join("match 7"), screen = host.join("match 7");

  lobby_view view;
  auto drawn = screen.subscribe_changes([&](const auto& all) { view.change(all); });
  const auto tick = [&] {
    hub.run_due();
    view.draw();
  };

  a.enter({"archer"});
  b.enter({"bard"});
  tick();  // both at once
  a.update({.hero = "archer", .ready = true});
  b.update({.hero = "bear"});
  b.update({.hero = "bear", .ready = true});
  tick();
  ben.drop();  // his train goes into a tunnel
  tick();
  std::cout << std::boolalpha << "ann is here: " << screen.is_user_present("ann") << '\n';
}
