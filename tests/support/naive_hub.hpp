// The hub and the participants of its sessions once more, as plainly as the rules can be written: maps, and everything a
// scan. It shares no code with the library but the names of actions.
#ifndef PRESENCE_TESTS_SUPPORT_NAIVE_HUB_HPP
#define PRESENCE_TESTS_SUPPORT_NAIVE_HUB_HPP

#include <presence/action.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace presence::test {

class naive_hub {
 public:
  enum class outcome { done, refused, waits, supersedes };     ///< waits, and ends one that waited
  enum class room_is { untouched, attached, lost, detached };  ///< to a participant
  struct operation {
    presence::action what;
    std::string client_id;
    int value;
  };
  using members = std::map<std::pair<std::string, std::string>, int>;  ///< by client id and connection id

  // --- sessions -------------------------------------------------------------------------------------------------------
  void connect(const std::string& connection, const std::string& client) {
    sessions_[connection] = {client, {}, {}, {}};
  }
  void drop(const std::string& connection, std::int64_t due) {
    session& s = sessions_.at(connection);
    s.is = session::link::dropped;
    s.due = due;
    for (auto& [name, p] : s.places) {
      if (p.room == room_is::attached) p.room = room_is::lost;
    }
  }
  void resume(const std::string& connection) {
    session& s = sessions_.at(connection);
    if (s.is == session::link::connected) return;  // taken over
    s.is = session::link::connected;
    for (auto& [name, p] : s.places) {
      if (p.room != room_is::lost) {
        p.owned.clear();  // the participant who entered them is gone
        continue;
      }
      p.room = room_is::attached;
      for (const auto& [client, value] : p.remembered) p.owned.emplace(client, value);  // enters again (RTP17i)
      p.remembered = p.owned;
      for (const operation& waiting : std::exchange(p.waiting, {})) apply(p, waiting);
    }
  }
  void end(const std::string& connection) {
    session& s = sessions_.at(connection);
    s.is = session::link::ended;
    for (auto& [name, p] : s.places) {
      p.owned.clear();
      if (p.room == room_is::attached || p.room == room_is::lost) p.leave_room();
    }
  }
  /// Returns how many sessions ended.
  std::size_t run_due(std::int64_t now) {
    std::size_t ended = 0;
    for (auto& [connection, s] : sessions_) {
      if (s.is != session::link::dropped || s.due > now) continue;
      end(connection);
      ++ended;
    }
    return ended;
  }
  [[nodiscard]] bool connected(const std::string& connection) const {
    return sessions_.at(connection).is == session::link::connected;
  }
  [[nodiscard]] bool dropped(const std::string& connection) const {
    return sessions_.at(connection).is == session::link::dropped;
  }
  [[nodiscard]] std::size_t session_count() const {
    std::size_t count = 0;
    for (const auto& [connection, s] : sessions_) count += s.is != session::link::ended ? 1 : 0;
    return count;
  }

  // --- participants, at most one for each session and room ---------------------------------------------------------------
  void make_participant(const std::string& connection, const std::string& room) {
    at(connection, room).room = room_is::untouched;
  }
  void destroy_participant(const std::string& connection, const std::string& room) {
    place& p = at(connection, room);
    if (p.room == room_is::attached) p.owned.clear();  // else they stay for the grace period
    p.leave_room();
  }
  void attach(const std::string& connection, const std::string& room) {
    place& p = at(connection, room);
    const session& s = sessions_.at(connection);
    if (p.room == room_is::attached || p.room == room_is::lost) return;
    if (s.is == session::link::ended) {
      p.leave_room();
      return;
    }
    p.room = s.is == session::link::connected ? room_is::attached : room_is::lost;
  }
  void detach(const std::string& connection, const std::string& room) {
    place& p = at(connection, room);
    if (p.room == room_is::attached || p.room == room_is::lost) p.owned.clear();
    p.leave_room();
  }
  outcome operate(const std::string& connection, const std::string& room, const operation& op) {
    place& p = at(connection, room);
    if (p.room == room_is::untouched) attach(connection, room);  // RTP8d
    switch (p.room) {
      case room_is::attached: apply(p, op); return outcome::done;
      case room_is::lost: return wait(p, op);
      default: return outcome::refused;
    }
  }
  [[nodiscard]] room_is state(const std::string& connection, const std::string& room) {
    return at(connection, room).room;
  }

  // --- rooms ------------------------------------------------------------------------------------------------------------
  std::size_t evict(const std::string& room, const std::string& client) {
    std::size_t gone = 0;
    for (auto& [connection, s] : sessions_) {
      place& p = s.places[room];
      gone += p.owned.erase(client);
      p.remembered.erase(client);  // a lost connection is not told, and its re-entry is refused (W6)
    }
    return gone;
  }
  [[nodiscard]] members all(const std::string& room) const {
    members found;
    for (const auto& [connection, s] : sessions_) {
      const auto p = s.places.find(room);
      if (p == s.places.end()) continue;
      for (const auto& [client, value] : p->second.owned) found[{client, connection}] = value;
    }
    return found;
  }

 private:
  struct place {
    room_is room = room_is::untouched;
    std::map<std::string, int> owned;       // in the hub
    std::map<std::string, int> remembered;  // by the participant (RTP17)
    std::vector<operation> waiting;

    void leave_room() {
      room = room_is::detached;
      remembered.clear();
      waiting.clear();
    }
  };
  struct session {
    std::string client;
    enum class link { connected, dropped, ended } is = link::connected;
    std::int64_t due = 0;
    std::map<std::string, place> places;
  };

  place& at(const std::string& connection, const std::string& room) { return sessions_.at(connection).places[room]; }

  /// Of the operations for one member that wait only the newest is kept, but for an enter behind a leave (W11).
  static outcome wait(place& p, const operation& op) {
    for (auto newest = p.waiting.rbegin(); newest != p.waiting.rend(); ++newest) {
      if (newest->client_id != op.client_id) continue;
      if (newest->what == action::leave && op.what != action::leave) break;
      *newest = op;
      return outcome::supersedes;
    }
    p.waiting.push_back(op);
    return outcome::waits;
  }

  static void apply(place& p, const operation& op) {
    if (op.what == action::leave) {
      p.owned.erase(op.client_id);
      p.remembered.erase(op.client_id);
    } else {
      p.owned[op.client_id] = p.remembered[op.client_id] = op.value;
    }
  }

  std::map<std::string, session> sessions_;
};

}  // namespace presence::test

#endif
