// Random histories, most of them nonsense no hub would send. After each step the set must be what the naive model is, and
// the events must be the exact difference.
#include "support/event_fold.hpp"
#include "support/messages.hpp"
#include "support/naive_set.hpp"
#include "support/property.hpp"
#include "support/set_comparison.hpp"
#include <presence/member_set.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace presence::test::property_set_property_test {
namespace {

using message_type = message<int>;
using events = naive_set<int>::events;

/// How often what happened, so that a generator that no longer reaches the interesting cases is noticed.
struct coverage {
  int emitted = 0;
  int dropped = 0;
  int resync_leaves = 0;
  int silent_syncs = 0;
  int steps_with_markers = 0;
};

class history {
 public:
  history(random_source& random, std::vector<member_key> keys, coverage& seen)
      : random_(random),
        keys_(std::move(keys)),
        seen_(seen) {}

  void run(int steps) {
    for (step_ = 0; step_ < steps && !::testing::Test::HasFailure(); ++step_) {
      SCOPED_TRACE("step " + std::to_string(step_));
      const std::uint32_t dice = random_.below(100);
      if (dice < 55) {
        live();
      } else if (dice < 88) {
        page();
      } else if (dice < 94) {
        attach();
      } else if (dice < 97) {
        attach_without_members();
      } else if (dice < 98) {
        forget();
      } else {
        fold_.start(set_);  // a listener that comes later
      }
      check();
    }
  }

 private:
  auto record(events& said) {
    return [this, &said](const message_type& event, user_change change) {
      ++version_;
      fold_(event, change);
      said.push_back({event, change});
    };
  }

  void live() {
    const message_type incoming = any_message();
    const events expected = model_.apply(incoming);
    events said;
    EXPECT_EQ(set_.apply(incoming, record(said)), !expected.empty()) << describe(incoming);
    compare(said, expected);
    ++(said.empty() ? seen_.dropped : seen_.emitted);
  }

  void page() {
    std::vector<message_type> messages;
    for (std::uint32_t n = random_.below(7); n > 0; --n) {
      messages.push_back(random_.percent(60) ? repeated_message() : any_message());
    }
    const sync_cursor cursor = any_cursor();
    const time_point now = at_ms(step_);
    events expected = model_.apply_sync(messages, cursor, now);
    events said;
    EXPECT_EQ(set_.apply_sync(messages, cursor, now, record(said), record(said)), cursor.last);
    seen_.silent_syncs += cursor.last && said.empty() ? 1 : 0;
    compare(said, expected);
  }

  void attach() {
    set_.start_sync();
    model_.start_sync();
    sequence_ = any_sequence();
  }

  void attach_without_members() {
    events said;
    set_.leave_all(at_ms(step_), record(said));
    compare(said, model_.leave_all(at_ms(step_)));
  }

  /// Tells nobody, so that whoever folds events must begin anew.
  void forget() {
    version_ += set_.empty() ? 0 : 1;
    set_.clear();
    model_.clear();
    fold_.start(set_);
  }

  void check() {
    const auto expected = model_.all();
    ASSERT_EQ(difference(set_, expected, keys_), "");
    ASSERT_EQ(set_.syncing(), model_.syncing());
    ASSERT_EQ(set_.version(), version_);
    ASSERT_TRUE(
        std::equal(fold_.all().begin(), fold_.all().end(), expected.begin(), expected.end(),
                   [](const auto& a, const auto& b) { return a.first == b.first && equal(a.second, b.second); }));
    ASSERT_EQ(fold_.users().size(), set_.user_count());
    for (const std::string& user : fold_.users()) ASSERT_TRUE(set_.contains_user(user)) << user;
    seen_.steps_with_markers += model_.markers() > 0 ? 1 : 0;
  }

  /// Leaves at the end of a sync come in any order, so they are sorted by member; that the right one of them takes the
  /// user offline is what the fold sees to.
  void compare(events& said, events expected) {
    const auto is_resync = [](const auto& e) { return e.event.reason == leave_reason::resync; };
    const auto by_member = [](const auto& a, const auto& b) {
      return std::tie(a.event.client_id, a.event.connection_id) < std::tie(b.event.client_id, b.event.connection_id);
    };
    const auto leaves = std::find_if(said.begin(), said.end(), is_resync);
    std::sort(leaves, said.end(), by_member);
    std::sort(std::find_if(expected.begin(), expected.end(), is_resync), expected.end(), by_member);
    ASSERT_EQ(said.size(), expected.size());
    for (std::size_t n = 0; n < said.size(); ++n) {
      const message_type& a = said[n].event;
      const message_type& b = expected[n].event;
      ASSERT_EQ(describe(a), describe(b));
      ASSERT_TRUE(same(a.data, b.data) && a.extras == b.extras && a.timestamp == b.timestamp && a.id == b.id)
          << describe(a);
      if (!is_resync(said[n])) {
        ASSERT_EQ(said[n].change, expected[n].change) << describe(a);
      }
    }
    seen_.resync_leaves += static_cast<int>(said.end() - leaves);
  }

  message_type any_message() {
    static const std::vector<action> actions = {action::enter,  action::enter,  action::enter,          action::present,
                                                action::update, action::leave,  action::leave,          action::update,
                                                action::enter,  action::absent, static_cast<action>(40)};
    const member_key& key = random_.pick(keys_);
    message_builder<int> m{random_.pick(actions), key.first, key.second};
    const auto around_now = [&] { return static_cast<std::uint32_t>(step_ / 3) + random_.below(8); };
    m.serial(around_now(), random_.below(3)).at(around_now());
    if (random_.percent(20)) m.synthesized();
    if (random_.percent(5)) m.without_id();
    if (random_.percent(20)) m.entered(around_now());
    if (random_.percent(10)) m.lost();
    if (random_.percent(60)) m.data(step_);
    if (random_.percent(10)) m.with({{"step", std::to_string(step_)}});
    return m;
  }

  /// What a sync says that changes nothing: a member as it is.
  message_type repeated_message() {
    const auto members = model_.all();
    if (members.empty()) return any_message();
    const auto& m = std::next(members.begin(), static_cast<std::ptrdiff_t>(random_.below(members.size())))->second;
    return {action::present, leave_reason::none, m.connected,  m.client_id, m.connection_id,
            m.data,          m.extras,           m.updated_at, m.id,        m.entered_at};
  }

  std::string any_sequence() { return random_.percent(50) ? "s" : "t"; }

  sync_cursor any_cursor() {
    if (random_.percent(10)) return {};
    if (random_.percent(20)) sequence_ = any_sequence();
    return {sequence_, random_.percent(35)};
  }

  random_source& random_;
  std::vector<member_key> keys_;
  coverage& seen_;
  int step_ = 0;
  std::string sequence_ = "s";
  std::uint64_t version_ = 0;
  basic_member_set<int> set_;
  naive_set<int> model_;
  event_fold<int> fold_;
};

TEST(member_set_property, random_histories_agree_with_the_naive_model) {
  const std::vector<member_key> keys = {{"a:b", "c"},
                                        {"a", "b:c"},
                                        {"a", "c"},
                                        {"a", "c2"},
                                        {"a", "c3"},
                                        {"b", "c"},
                                        {"", "c"},
                                        {"b", ""},
                                        {std::string(40, 'x'), "c"},
                                        {std::string(40, 'x'), "c2"}};
  coverage seen;
  for_each_seed(1600, [&](random_source& random) { history{random, keys, seen}.run(24); });
  if (seed_to_repeat() != 0) return;
  EXPECT_GT(seen.emitted, 1000);
  EXPECT_GT(seen.dropped, 1000);
  EXPECT_GT(seen.resync_leaves, 1000);
  EXPECT_GT(seen.silent_syncs, 100);
  EXPECT_GT(seen.steps_with_markers, 1000);
}

TEST(member_set_property, random_histories_of_a_crowd_agree_with_the_naive_model) {
  std::vector<member_key> keys;
  for (int n = 0; n < 14; ++n) keys.emplace_back("crowd", "c" + std::to_string(n));
  for (int n = 0; n < 3; ++n) keys.emplace_back("other" + std::to_string(n), "c");
  coverage seen;
  for_each_seed(60, [&](random_source& random) { history{random, keys, seen}.run(100); });
  if (seed_to_repeat() != 0) return;
  EXPECT_GT(seen.resync_leaves, 100);
  EXPECT_GT(seen.steps_with_markers, 100);
}

}  // namespace
}  // namespace presence::test::property_set_property_test
