// What a receiver makes of what it is told: the members of the room, if nothing is lost and nothing comes twice.
#ifndef PRESENCE_TESTS_SIMULATION_THREADED_FOLD_HPP
#define PRESENCE_TESTS_SIMULATION_THREADED_FOLD_HPP

#include "threaded_watch.hpp"

#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace presence::threaded {

/// (client id, connection id) to (data, whether its connection is there).
class fold {
 public:
  template <class Member>
  void put(const Member& m) {
    members_[key(m)] = {m.data ? *m.data : std::string{"none"}, m.connected};
  }
  template <class Member>
  void remove(const Member& m) {
    members_.erase(key(m));
  }
  template <class Member>
  [[nodiscard]] bool has(const Member& m) const {
    return members_.count(key(m)) != 0;
  }
  void clear() { members_.clear(); }
  [[nodiscard]] bool empty() const { return members_.empty(); }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const auto& [who, what] : members_) {
      all += who.first + '@' + who.second + '=' + what.first + (what.second ? "; " : " (lost); ");
    }
    return all;
  }
  friend bool operator==(const fold&, const fold&) = default;

 private:
  template <class Member>
  [[nodiscard]] static std::pair<std::string, std::string> key(const Member& m) {
    return {std::string{m.client_id}, std::string{m.connection_id}};
  }
  std::map<std::pair<std::string, std::string>, std::pair<std::string, bool>> members_;
};

inline void expect_same(const fold& is, const fold& should_be, const char* what) {
  if (!(is == should_be))
    broken(std::string{what} + "\n  is        " + is.text() + "\n  should be " + should_be.text());
}

}  // namespace presence::threaded

#endif
