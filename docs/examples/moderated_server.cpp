// A moderated server: who may what, who is where, and who has to go.
#include <presence/presence.hpp>

#include <iostream>
#include <set>
#include <string>
#include <string_view>

struct player {
  std::string role;
};

void show(const presence::hub<player>& hub) {
  for (const auto& [name, there] : hub.rooms())
    std::cout << "  " << name << ": " << there.users << " users, " << there.watchers << " watching\n";
}

int main() {
  std::set<std::string> muted;
  presence::hub_options options;
  options.authorize = [&](const presence::identity& who, std::string_view room) -> presence::mode_set {
    if (room == "staff" && who.client_id != "olivia") return {};          // not even a look
    if (muted.contains(who.client_id)) return presence::mode::subscribe;  // may watch
    return presence::mode_set::all();
  };
  presence::hub<player> hub{options};

  auto olivia = hub.connect("olivia"), mallory = hub.connect("mallory"), pat = hub.connect("pat");
  auto o = olivia.join("hall"), m = mallory.join("hall"), p = pat.join("hall");
  auto seen = o.subscribe([](const auto& e) {
    std::cout << e.client_id << ' ' << e.action << (e.action == presence::action::leave ? ", " : "")
              << (e.action == presence::action::leave ? to_string(e.reason) : "") << '\n';
  });
  std::cout << "pat in staff: " << pat.join("staff").state() << '\n';
  m.enter({"guest"});
  p.enter({"guest"});
  show(hub);

  muted.insert("pat");
  hub.reauthorize();  // pat leaves, and goes on watching
  std::cout << "pat may: " << p.modes() << '\n';
  p.enter({"guest"}, [](std::error_code error) { std::cout << "pat enters: " << error.message() << '\n'; });

  std::cout << "mallory is in " << hub.rooms_of("mallory").size() << " room\n";
  hub.ban("mallory", std::chrono::hours{1});
  std::cout << "mallory: " << m.state() << ", " << m.self().error.message() << '\n';
  std::cout << "again: " << hub.try_connect("mallory").error().message() << '\n';
  show(hub);
}
