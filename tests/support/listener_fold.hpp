// What a listener of a participant knows: a snapshot, and what it was told since.
#ifndef PRESENCE_TESTS_SUPPORT_LISTENER_FOLD_HPP
#define PRESENCE_TESTS_SUPPORT_LISTENER_FOLD_HPP

#include "support/messages.hpp"
#include "support/set_comparison.hpp"
#include <presence/member.hpp>
#include <presence/message.hpp>
#include <presence/subscription.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace presence::test {

/// Subscribes to a participant's events and users. An event that cannot be is a test failure.
template <class Presence>
class listener_fold {
 public:
  using data_type = typename Presence::data_type;
  using members = std::map<std::pair<std::string, std::string>, member<data_type>>;

  explicit listener_fold(Presence& of) {
    start(of);
    events_ = of.subscribe([this](const event<data_type>& e) { hear(e); });
    start_users();  // that may have attached the room
    user_events_ = of.subscribe_users([this](const user_event& e) { hear(e); });
  }
  listener_fold(const listener_fold&) = delete;

  /// Begins anew with what the participant knows now: after a detach, of which a listener is told by the state alone.
  void start(const Presence& of) {
    members_ = all_of(of);
    start_users();
  }

  /// The participant's set, its users and what was told of both are the same.
  void expect_equal(const Presence& of) const {
    const members now = all_of(of);
    EXPECT_EQ(now.size(), members_.size());
    for (const auto& [key, m] : now) {
      const auto told = members_.find(key);
      if (told == members_.end()) {
        ADD_FAILURE() << "not told of " << key.first;
      } else {
        EXPECT_TRUE(equal(told->second, m)) << "told wrongly of " << key.first;
      }
    }
    std::map<std::string, std::size_t> connections;
    for (const auto& [key, m] : now) ++connections[m.client_id];
    EXPECT_EQ(users_.size(), connections.size());
    for (const std::string& user : users_) EXPECT_EQ(connections.count(user), 1U) << user;
    if (const auto users = of.users()) {
      EXPECT_EQ(users->size(), connections.size());
      for (const user& u : *users) EXPECT_EQ(u.connections, connections[u.client_id]) << u.client_id;
    }
  }

  [[nodiscard]] static members all_of(const Presence& presence) {
    members found;
    presence.for_each([&](const member_view<data_type>& view) {
      member<data_type> m(view);
      std::pair key{m.client_id, m.connection_id};
      found.emplace(std::move(key), std::move(m));
    });
    return found;
  }

 private:
  void start_users() {
    users_.clear();
    for (const auto& [key, m] : members_) users_.insert(m.client_id);
  }
  void hear(const event<data_type>& e) {
    const std::pair key{e.client_id, e.connection_id};
    const bool known = members_.count(key) == 1;
    switch (e.action) {
      case action::enter: EXPECT_FALSE(known) << describe(e); break;
      case action::update:
      case action::leave: EXPECT_TRUE(known) << describe(e); break;
      case action::present: break;
      case action::absent: ADD_FAILURE() << describe(e); break;
    }
    if (e.action == action::leave) {
      members_.erase(key);
    } else {
      const auto before = members_.find(key);
      members_[key] = member_by(e, before != members_.end() ? &before->second : nullptr);
    }
  }
  void hear(const user_event& e) {
    const bool known = users_.count(e.client_id) == 1;
    EXPECT_EQ(known, e.change == user_change::offline) << e.client_id << ' ' << to_string(e.change);
    if (e.change == user_change::online) {
      users_.insert(e.client_id);
    } else {
      users_.erase(e.client_id);
    }
  }

  members members_;
  std::set<std::string> users_;
  subscription events_;
  subscription user_events_;
};

}  // namespace presence::test

#endif
