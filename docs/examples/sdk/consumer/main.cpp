// An application of the SDK. It knows parley and nothing behind it.
#include <iostream>
#include <parley/parley.hpp>
#include <string_view>

namespace {

constexpr std::string_view to_text(parley::change what) {
  switch (what) {
    case parley::change::found: return "is there";
    case parley::change::joined: return "joined";
    case parley::change::changed: return "changed";
    case parley::change::left: return "left";
  }
  return "?";
}

void show(const parley::event& e) {
  std::cout << "bob sees: " << e.person.name.view() << ' ' << to_text(e.what);
  if (e.person.shows) std::cout << (e.person.shows->muted ? ", muted, " : ", ") << e.person.shows->device.view();
  std::cout << '\n';
}

}  // namespace

int main() {
  parley::loop loop;
  parley::server::options settings;
  settings.ticket = "let me in";
  parley::server server{loop, settings};

  int connections = 0, breaks = 0, seen = 0;
  parley::call::options who;
  who.port = server.port();
  who.room = "standup";
  who.ticket = "let me in";
  who.on_connection = [&](bool connected) { ++(connected ? connections : breaks); };
  who.name = "alice";
  parley::call alice{loop, who};
  who.name = "bob";
  who.on_event = [&](const parley::event& e) {
    ++seen;
    show(e);
  };
  parley::call bob{loop, who};
  const auto wait_for = [&](int& what, int times) { return loop.run_until([&] { return what == times; }); };
  if (!wait_for(connections, 2)) return 1;

  alice.join({false, false, "headset"});
  if (!wait_for(seen, 1)) return 1;

  server.drop_connections();
  if (!wait_for(breaks, 2)) return 1;
  std::cout << "both connections broke\n";
  if (!wait_for(connections, 4)) return 1;
  std::cout << "both are back, and bob has seen nothing of it\n";

  alice.update({true, false, "headset"});
  if (!wait_for(seen, 2)) return 1;
  alice.leave();
  if (!wait_for(seen, 3)) return 1;

  who.name = "mallory";
  who.ticket = "please";
  who.on_event = nullptr;
  parley::call mallory{loop, who};
  parley::error answer;
  mallory.join({}, [&](const parley::error& e) { answer = e; });
  if (!loop.run_until([&] { return answer.what == parley::problem::refused; })) return 1;
  std::cout << "mallory is told: " << answer.message.view() << '\n';
}
