// What a transport promises: between an attach and the next, live messages arrive in the hub's order, without loss or
// duplicates, interleaved with the pages of the sync in any way. With that promise, and no other, the set converges to
// the hub's.
#include "support/event_fold.hpp"
#include "support/messages.hpp"
#include "support/naive_set.hpp"
#include "support/property.hpp"
#include "support/set_comparison.hpp"
#include <presence/member_set.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::property_set_convergence_test {
namespace {

using message_type = message<int>;

/// The truth about a room, and what it sends.
class model_hub {
 public:
  explicit model_hub(random_source& random) : random_(random) {}

  /// Something happens; returns what all who are attached are told.
  message_type happen() {
    if (random_.percent(70)) now_ += random_.below(3);
    const member_key key{"client" + std::to_string(random_.below(3)), "c" + std::to_string(random_.below(4))};
    const auto at = members_.find(key);
    if (at == members_.end()) return tell(enter<int>(key.first, key.second), key);
    if (random_.percent(40)) return tell(update<int>(key.first, key.second), key);
    if (random_.percent(50)) return tell(leave<int>(key.first, key.second), key);
    // A leave that the hub makes up must be later than all that it ends: at equal times an older sync message would count
    // as newer (RTP2b1a).
    ++now_;
    const message_type evicted = leave<int>(key.first, key.second).synthesized().at(now_).reason(leave_reason::evicted);
    members_.erase(at);
    return evicted;
  }

  [[nodiscard]] const std::map<member_key, member<int>>& members() const { return members_; }

 private:
  message_type tell(message_builder<int> what, const member_key& key) {
    message_type m = what.serial(++serials_[key.second]).at(now_).data(random_.below(1000));
    const auto known = members_.find(key);
    const member<int>* const stored = known != members_.end() ? &known->second : nullptr;
    m.entered_at = entered_by(m, stored);  // a hub says it always, so that who missed a leave learns of it
    if (m.action == action::leave) {
      members_.erase(key);
    } else {
      members_[key] = member_by(m, stored);
    }
    return m;
  }

  random_source& random_;
  std::int64_t now_ = 1;                          // the epoch itself would be a time of entering that is not said
  std::map<std::string, std::uint64_t> serials_;  // of each connection
  std::map<member_key, member<int>> members_;
};

/// One who is attached, at the other end of two lines: live messages and sync pages.
class participant {
 public:
  participant(random_source& random, const model_hub& hub) : random_(random), hub_(hub) { fold_.start(set_); }

  /// Attached anew; what was on its way is lost.
  void attach() {
    live_.clear();
    pages_.clear();
    unsent_.clear();
    if (hub_.members().empty()) {
      set_.leave_all(at_ms(0), heard());
      return;
    }
    set_.start_sync();
    sequence_ = "s" + std::to_string(++attaches_);
    for (const auto& [key, m] : hub_.members()) unsent_.push_back(key);
  }

  void send(const message_type& m) { live_.push_back(m); }

  /// A page shows its members as they are when it is sent, which is later than the attach.
  void send_page() {
    if (unsent_.empty()) return;
    page sent;
    for (std::uint32_t n = random_.below(4); n > 0 && !unsent_.empty(); --n) {
      const auto at = hub_.members().find(unsent_.front());
      unsent_.pop_front();
      if (at == hub_.members().end()) continue;
      const member<int>& m = at->second;
      sent.messages.push_back({action::present, leave_reason::none, m.connected, m.client_id, m.connection_id, m.data,
                               m.extras, m.updated_at, m.id, m.entered_at});
    }
    sent.cursor = {sequence_, unsent_.empty()};
    pages_.push_back(std::move(sent));
  }

  /// The next of either line arrives, if there is any.
  void receive() {
    if (!pages_.empty() && (live_.empty() || random_.percent(50))) {
      set_.apply_sync(pages_.front().messages, pages_.front().cursor, at_ms(0), heard(), heard());
      pages_.pop_front();
    } else if (!live_.empty()) {
      set_.apply(live_.front(), heard());
      live_.pop_front();
    }
  }

  void expect_fold_is_the_set() { ASSERT_EQ(difference(set_, fold_.all(), std::vector<member_key>{}), ""); }

  /// Everything arrives.
  void expect_converged() {
    while (!unsent_.empty()) send_page();
    while (!live_.empty() || !pages_.empty()) receive();
    expect_fold_is_the_set();
    EXPECT_FALSE(set_.syncing());
    EXPECT_EQ(difference(set_, hub_.members(), std::vector<member_key>{}), "");
  }

 private:
  struct page {
    std::vector<message_type> messages;
    sync_cursor cursor;
  };
  struct hear {
    event_fold<int>& fold;
    void operator()(const message_type& event, user_change change) const { fold(event, change); }
  };
  hear heard() { return hear{fold_}; }

  random_source& random_;
  const model_hub& hub_;
  std::deque<message_type> live_;
  std::deque<page> pages_;
  std::deque<member_key> unsent_;
  std::string sequence_;
  int attaches_ = 0;
  basic_member_set<int> set_;
  event_fold<int> fold_;
};

TEST(member_set_property, set_converges_to_the_hubs_with_what_a_transport_promises) {
  for_each_seed(1500, [](random_source& random) {
    model_hub hub{random};
    participant someone{random, hub};
    for (std::uint32_t n = random.below(20); n > 0; --n) hub.happen();
    someone.attach();
    for (int step = 0; step < 50 && !::testing::Test::HasFailure(); ++step) {
      const std::uint32_t dice = random.below(100);
      if (dice < 35) {
        someone.send(hub.happen());
      } else if (dice < 55) {
        someone.send_page();
      } else if (dice < 97) {
        someone.receive();
      } else {
        for (std::uint32_t n = random.below(10); n > 0; --n) hub.happen();  // while nobody listens
        someone.attach();
      }
      someone.expect_fold_is_the_set();
    }
    someone.expect_converged();
  });
}

}  // namespace
}  // namespace presence::test::property_set_convergence_test
