// What is promised to an observer, checked while it is told.
#ifndef PRESENCE_TESTS_SIMULATION_THREADED_OBSERVER_HPP
#define PRESENCE_TESTS_SIMULATION_THREADED_OBSERVER_HPP

#include "threaded_check.hpp"
#include <presence/observer.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace presence::threaded {

/// One of each hub. Ends when nothing of the hub is left, and then all must have ended that began.
class checking_observer {
 public:
  ~checking_observer() {
    for (const auto& [id, each] : sessions_)
      expect(each.last == session_change::ended, "a session was not told to have ended");
    for (const auto& [name, each] : rooms_) expect(each.last.empty(), "a room was not told to be vacated");
  }

  void on_session(const session_event& e) {
    tell(sessions_, e.connection_id, [&](session& told) {
      expect((e.what == session_change::opened) == !told.last.has_value(),
             "a session begins otherwise than by opening, or twice");
      expect(told.last != session_change::ended, "a session goes on after its end");
      expect(e.what != session_change::resumed || told.last == session_change::lost,
             "a session was resumed that was not lost");
      told.last = e.what;
    });
  }
  void on_occupancy(const occupancy_event& e) {
    tell(rooms_, e.room, [&](room& told) {
      if (e.before != told.last)
        broken("occupancy of " + std::string{e.room} + ": " + text(e.before) + " -> " + text(e.now) + " after " +
               text(told.last));
      expect(e.now != e.before, "an occupancy has not changed");
      expect(e.now.users <= e.now.members && (e.now.users == 0) == (e.now.members == 0), "users do not fit to members");
      told.last = e.now;
    });
  }
  void on_slow_sink(const slow_sink&) {}
  void on_refusal(const refusal& r) { expect(static_cast<bool>(r.why), "refused without a reason"); }

 private:
  static std::string text(const occupancy& o) {
    return std::to_string(o.members) + '/' + std::to_string(o.users) + '/' + std::to_string(o.watchers);
  }
  struct session {
    std::optional<session_change> last;
    bool busy = false;
  };
  struct room {
    occupancy last;
    bool busy = false;
  };

  /// Serially for each: two at a time are noticed.
  template <class What, class Check>
  void tell(std::map<std::string, What, std::less<>>& all, std::string_view name, Check&& check) {
    What* told = nullptr;
    {
      const std::lock_guard lock{mutex_};
      told = &all.try_emplace(std::string{name}).first->second;
      expect(!std::exchange(told->busy, true), "an observer was told of one thing twice at a time");
    }
    check(*told);
    const std::lock_guard lock{mutex_};
    told->busy = false;
  }

  std::mutex mutex_;
  std::map<std::string, session, std::less<>> sessions_;
  std::map<std::string, room, std::less<>> rooms_;
};

}  // namespace presence::threaded

#endif
