// A member set whose every change answers with the events it emitted, as text.
#ifndef PRESENCE_TESTS_SUPPORT_WATCHED_SET_HPP
#define PRESENCE_TESTS_SUPPORT_WATCHED_SET_HPP

#include "support/messages.hpp"
#include <presence/member_set.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace presence::test {

using lines = std::vector<std::string>;
inline const lines silence;

/// Each change also checks what holds of all of them: `version()` goes up by one with each event, and `apply` returns
/// whether there was one.
class watched_set {
 public:
  using data_type = std::string;
  using message_type = message<data_type>;

  lines apply(const message_type& incoming) {
    return watch([&] {
      const bool changed = set_.apply(incoming, [&](const auto& event, user_change change) { hear(event, change); });
      EXPECT_EQ(changed, !said_.empty());
    });
  }

  /// Starts a sync as an attach does that says that there are members.
  lines attach() {
    return watch([&] { set_.start_sync(); });
  }

  /// One page. The leaves at the end of a sync come in no particular order; here they are sorted, after the rest.
  lines sync(std::string_view cursor, const std::vector<message_type>& page = {}, std::int64_t now_ms = 0) {
    return watch([&] {
      const sync_cursor where = parse_sync_cursor(cursor).value();
      std::ptrdiff_t changes = 0;
      const bool ended = set_.apply_sync(
          page, where, at_ms(now_ms),
          [&](const message_type& event, user_change change) {
            hear(event, change);
            ++changes;
          },
          [&](message_type&& leave, user_change change) { hear(leave, change); });
      EXPECT_EQ(ended, where.last);
      EXPECT_EQ(set_.syncing(), !where.last);
      std::sort(said_.begin() + changes, said_.end());
    });
  }

  lines leave_all(std::int64_t now_ms = 0) {
    return watch([&] {
      set_.leave_all(at_ms(now_ms), [&](message_type&& leave, user_change change) { hear(leave, change); });
      std::sort(said_.begin(), said_.end());
    });
  }

  basic_member_set<data_type>& operator*() { return set_; }
  basic_member_set<data_type>* operator->() { return &set_; }

  /// The last event in full.
  [[nodiscard]] const message_type& last() const { return events_.back(); }

  /// The visible members as sorted `client/connection` lines.
  [[nodiscard]] lines members() const {
    lines found;
    set_.for_each(
        [&](const auto& m) { found.push_back(std::string{m.client_id} + '/' + std::string{m.connection_id}); });
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  template <class Change>
  lines watch(Change&& change) {
    said_.clear();
    const std::uint64_t before = set_.version();
    change();
    EXPECT_EQ(set_.version(), before + said_.size());
    return said_;
  }
  void hear(const message_type& event, user_change change) {
    said_.push_back(describe(event, change));
    events_.push_back(event);
  }

  basic_member_set<data_type> set_;
  lines said_;
  std::vector<message_type> events_;
};

}  // namespace presence::test

#endif
