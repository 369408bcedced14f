// A chat server's presence: sockets come, break, and come back with a key. What a socket does is in `wire`; the rest is all
// that a server needs.
#include <presence/presence.hpp>

#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct status {
  std::string text;
};
using hub_type = presence::hub<status>;

/// Stands for a socket: what is sent to it is printed.
struct wire {
  std::string name;
  void send(const std::string& line) const { std::cout << name << " <- " << line << '\n'; }
};

/// The way out of one room to one socket.
struct room_sink {
  std::function<void(const std::string&)> send;
  void on_attached(const presence::attachment_info& info) { send(info.resumed ? "resumed" : "attached"); }
  void on_sync(const presence::message_batch<status>& page, const presence::sync_cursor&) { on_presence(page); }
  bool on_presence(const presence::message_batch<status>& messages) {
    for (const auto& m : *messages)
      send(m.client_id + ' ' + std::string{to_string(m.action)} + (m.data ? ' ' + m.data->text : ""));
    return true;
  }
  void on_detached(std::error_code why) { send("detached: " + why.message()); }
};

/// One connected client.
struct client {
  wire socket;
  hub_type::session_type session;
  std::vector<hub_type::attachment_type> rooms;

  [[nodiscard]] static room_sink sink_to(wire socket) {
    return {[socket](const std::string& line) { socket.send(line); }};
  }
  [[nodiscard]] static client connect(hub_type& hub, wire socket, const std::string& user) {
    return {socket, hub.connect(user), {}};
  }
  /// This wire loses nothing. A real one that breaks may, and the hub does not know it: see the tutorial, step 12.
  [[nodiscard]] static client come_back(hub_type& hub, wire socket, std::string_view key) {
    auto back = hub.resume(key, [&](std::string_view) { return sink_to(socket); }).value();
    return {socket, std::move(back.session), std::move(back.attachments)};
  }
  void join(const std::string& room) {
    rooms.push_back(session.attach(room, presence::mode_set::all(), sink_to(socket)).value());
  }
};

int main() {
  hub_type hub;
  std::map<int, client> clients;  // by socket number
  clients.emplace(1, client::connect(hub, {"socket 1"}, "alice"));
  clients.emplace(2, client::connect(hub, {"socket 2"}, "bob"));
  clients.at(1).join("lobby");
  clients.at(2).join("lobby");
  clients.at(1).rooms[0].enter({"online"});

  const std::string key = clients.at(1).session.resume_key();
  clients.at(1).session.drop();                                   // socket 1 breaks: bob sees nothing of it
  clients.emplace(3, client::come_back(hub, {"socket 3"}, key));  // alice is back on another one …
  clients.erase(1);                                               // … and the old one goes when it likes
  clients.at(3).rooms[0].update({"on another socket"});
  clients.erase(3);  // a goodbye
}
