// Folds events over a snapshot: what a listener knows of the set who took a snapshot once and then only listened.
#ifndef PRESENCE_TESTS_SUPPORT_EVENT_FOLD_HPP
#define PRESENCE_TESTS_SUPPORT_EVENT_FOLD_HPP

#include "support/messages.hpp"
#include <presence/member.hpp>
#include <presence/message.hpp>

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>

namespace presence::test {

/// An event that cannot be, such as the leave of somebody who is not there or a user that goes offline with members
/// left, is a test failure.
template <class Data>
class event_fold {
 public:
  using members = std::map<std::pair<std::string, std::string>, member<Data>>;

  /// Begins anew with a snapshot, anything with a `for_each(visitor)` of member views.
  template <class Set>
  void start(const Set& set) {
    members_.clear();
    users_.clear();
    set.for_each([&](const member_view<Data>& view) {
      member<Data> m(view);
      users_.insert(m.client_id);
      members_.emplace(std::pair{m.client_id, m.connection_id}, std::move(m));
    });
  }

  void operator()(const message<Data>& event, user_change change) {
    const std::pair key{event.client_id, event.connection_id};
    if (event.action == action::leave) {
      EXPECT_EQ(members_.erase(key), 1U) << "not there: " << describe(event);
    } else {
      EXPECT_NE(event.action, action::absent) << describe(event);
      EXPECT_EQ(event.reason, leave_reason::none) << describe(event);
      const auto before = members_.find(key);
      members_[key] = member_by(event, before != members_.end() ? &before->second : nullptr);
    }
    apply_to_users(event, change);
  }

  [[nodiscard]] const members& all() const { return members_; }
  [[nodiscard]] const std::set<std::string>& users() const { return users_; }

 private:
  void apply_to_users(const message<Data>& event, user_change change) {
    const auto first = members_.lower_bound({event.client_id, {}});
    const bool there = first != members_.end() && first->first.first == event.client_id;
    if (change == user_change::online) {
      EXPECT_TRUE(users_.insert(event.client_id).second) << "was online: " << describe(event);
    } else if (change == user_change::offline) {
      EXPECT_EQ(users_.erase(event.client_id), 1U) << "was not online: " << describe(event);
    }
    EXPECT_EQ(users_.count(event.client_id), there ? 1U : 0U) << describe(event, change);
  }

  members members_;
  std::set<std::string> users_;
};

}  // namespace presence::test

#endif
