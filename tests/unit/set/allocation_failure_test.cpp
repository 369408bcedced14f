// If an allocation fails, the set is as it was before the message and no event was emitted for it: fail the N-th, for
// every N.
#include "support/counting_new.hpp"
#include "support/messages.hpp"
#include <presence/member_set.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace presence::test::set_allocation_failure_test {
namespace {

using set_type = basic_member_set<int>;
using message_type = message<int>;

struct entry {
  std::string client_id;
  std::string connection_id;
  message_id id;
  bool operator==(const entry&) const = default;
};

/// The visible set, in an order that does not matter; each of them can be found, too.
std::vector<entry> snapshot(const set_type& set) {
  std::vector<entry> all;
  set.for_each([&](const auto& m) {
    EXPECT_TRUE(set.contains(m.client_id, m.connection_id)) << m.client_id << '/' << m.connection_id;
    all.push_back({std::string{m.client_id}, std::string{m.connection_id}, m.id});
  });
  std::sort(all.begin(), all.end(), [](const entry& a, const entry& b) {
    return std::tie(a.client_id, a.connection_id) < std::tie(b.client_id, b.connection_id);
  });
  return all;
}

/// Counts without allocating.
struct count_events {
  int& events;
  void operator()(const message_type&, user_change) const { ++events; }
};

void apply_all(set_type& set, const std::vector<message_type>& messages) {
  int ignored = 0;
  for (const auto& m : messages) set.apply(m, count_events{ignored});
}

/// Applies `incoming` to a set that `prepare` makes, with every one of its allocations failing in turn. Whether it had to
/// allocate at all; `failures_throw` is whether it tells of a failure or does without the memory.
template <class Prepare>
bool survives_every_failure(const Prepare& prepare, const message_type& incoming, bool failures_throw = true) {
  for (std::uint64_t n = 1;; ++n) {
    set_type set = prepare();
    const auto before = snapshot(set);
    const std::uint64_t version = set.version();
    const std::size_t users = set.user_count();
    int events = 0;
    const outcome result = with_failing_allocation(n, [&] { set.apply(incoming, count_events{events}); });
    if (result == outcome::untouched) return n > 1;
    EXPECT_EQ(result, failures_throw ? outcome::threw : outcome::absorbed);
    if (result == outcome::threw) {
      EXPECT_EQ(snapshot(set), before);
      EXPECT_EQ(set.version(), version);
      EXPECT_EQ(set.user_count(), users);
      EXPECT_EQ(events, 0);
      set.apply(incoming, count_events{events});  // the same message, again
    }
    set_type expected = prepare();
    apply_all(expected, {incoming});
    EXPECT_EQ(snapshot(set), snapshot(expected));
    EXPECT_EQ(set.version(), expected.version());
    EXPECT_EQ(set.user_count(), expected.user_count());
    EXPECT_EQ(events, static_cast<int>(set.version() - version));
  }
}

std::string numbered(const char* text, int n) { return text + std::to_string(n); }
const std::string long_client(60, 'x');
const std::string long_connection(60, 'c');

/// So many users of one connection each.
set_type with_users(int count) {
  set_type set;
  for (int n = 0; n < count; ++n) apply_all(set, {enter<int>(numbered("user", n), "c").serial(1).data(n)});
  return set;
}
/// One user with so many connections.
set_type with_connections(int count) {
  set_type set;
  for (int n = 0; n < count; ++n) apply_all(set, {enter<int>("alice", numbered("c", n)).serial(1)});
  return set;
}

TEST(allocation_failure, of_an_enter_leaves_the_set_as_before) {
  int allocating = 0;
  for (int count = 0; count < 130; ++count) {  // all the sizes at which storage and indexes grow at first
    allocating += survives_every_failure([&] { return with_users(count); }, enter<int>("newcomer", "c")) ? 1 : 0;
  }
  EXPECT_GE(allocating, 5);
}

TEST(allocation_failure, of_an_enter_with_long_ids_leaves_the_set_as_before) {
  for (const int count : {0, 1, 8, 24}) {
    EXPECT_TRUE(survives_every_failure([&] { return with_users(count); }, enter<int>(long_client, long_connection)));
  }
}

TEST(allocation_failure, of_another_connection_leaves_the_set_as_before) {
  for (int count = 1; count < 8; ++count) {
    survives_every_failure([&] { return with_connections(count); }, enter<int>("alice", "new"));
  }
  for (int count = 9; count < 130; ++count) {
    survives_every_failure([&] { return with_connections(count); }, enter<int>("alice", "new"));
  }
  EXPECT_TRUE(survives_every_failure([] { return with_connections(32); }, enter<int>("alice", "new")));
}

TEST(allocation_failure, of_the_crowd_index_is_absorbed) {
  EXPECT_TRUE(survives_every_failure(
      [] {
        set_type set = with_connections(8);
        apply_all(set, {enter<int>("bob", "c")});  // so that the ninth connection finds storage
        return set;
      },
      enter<int>("alice", "new"), false));
}

TEST(allocation_failure, of_the_crowd_index_halfway_through_a_crowd_is_absorbed) {
  int absorbed = 0;
  for (int others = 1; others < 40;
       ++others) {  // so many stand in the index before, which then grows at any of the nine
    set_type set = with_connections(8);
    for (int n = 0; n < others; ++n) apply_all(set, {enter<int>("bob", numbered("c", n)).serial(1)});
    const std::vector<message_type> ninth{enter<int>("alice", "c8").serial(1)};
    if (with_failing_allocation(1, [&] { apply_all(set, ninth); }) == outcome::absorbed) ++absorbed;
    apply_all(set, {enter<int>("alice", "c8").serial(1), leave<int>("alice", "c3").serial(2)});
    EXPECT_EQ(snapshot(set).size(), static_cast<std::size_t>(8 + others));
    EXPECT_EQ(set.connections("alice"), 8U);
  }
  EXPECT_GT(absorbed, 5);
}

TEST(allocation_failure, of_the_crowd_index_is_made_good_by_a_later_enter) {
  const auto nine = [](std::uint64_t failing) {
    set_type set = with_connections(8);
    apply_all(set, {enter<int>("bob", "c")});
    const std::vector<message_type> ninth{enter<int>("alice", "c8").serial(1)};
    EXPECT_NE(with_failing_allocation(failing, [&] { apply_all(set, ninth); }), outcome::threw);
    return set;
  };
  const message_type tenth = enter<int>("alice", "c9").serial(1);
  set_type unhurt = nine(0);
  set_type hurt = nine(1);
  EXPECT_LT(hurt.bytes(), unhurt.bytes());
  for (int n = 0; n < 9; ++n) EXPECT_TRUE(hurt.contains("alice", numbered("c", n)));
  apply_all(unhurt, {tenth});
  apply_all(hurt, {tenth});
  EXPECT_EQ(hurt.bytes(), unhurt.bytes());
  for (int n = 0; n < 10; ++n) EXPECT_TRUE(hurt.contains("alice", numbered("c", n)));
}

TEST(allocation_failure, of_a_leave_during_a_sync_keeps_the_member_RTP2h2) {
  for (const int count : {1, 9, 100}) {
    const auto syncing = [&] {
      set_type set = with_users(count);
      set.start_sync();
      return set;
    };
    EXPECT_TRUE(survives_every_failure(syncing, leave<int>("user0", "c").serial(2)));
    EXPECT_TRUE(survives_every_failure(syncing, leave<int>(long_client, long_connection).serial(2)));
  }
}

TEST(allocation_failure, of_a_leave_outside_a_sync_does_not_happen) {
  for (const int count : {1, 9, 100}) {
    survives_every_failure([&] { return with_users(count); }, leave<int>("user0", "c").serial(2), false);
  }
}

TEST(allocation_failure, of_an_update_does_not_happen) {
  EXPECT_FALSE(survives_every_failure([] { return with_users(100); }, update<int>("user7", "c").serial(2).data(3)));
  EXPECT_FALSE(survives_every_failure([] { return with_connections(100); }, update<int>("alice", "c7").serial(2)));
}

/// A set of four members with long ids, two of them confirmed by a sync that has yet to end.
set_type about_to_end_a_sync() {
  set_type set;
  std::vector<message_type> page;
  for (int n = 0; n < 4; ++n) {
    page.push_back(present<int>(long_client + std::to_string(n), long_connection).serial(1).data(n));
  }
  apply_all(set, page);
  page.resize(2);
  int ignored = 0;
  set.apply_sync(page, {"s", false}, at_ms(0), count_events{ignored}, count_events{ignored});
  EXPECT_EQ(ignored, 0);
  return set;
}

TEST(allocation_failure, at_the_end_of_a_sync_leaves_it_in_progress_to_be_ended_again_RTP19) {
  const std::vector<message_type> none;
  const sync_cursor last{"s", true};
  for (std::uint64_t n = 1;; ++n) {
    set_type set = about_to_end_a_sync();
    int events = 0;
    const auto end = [&] { set.apply_sync(none, last, at_ms(0), count_events{events}, count_events{events}); };
    const outcome result = with_failing_allocation(n, end);
    EXPECT_EQ(set.size(), static_cast<std::size_t>(4 - events));
    if (result == outcome::untouched) {
      EXPECT_GT(n, 2U);
      break;
    }
    ASSERT_EQ(result, outcome::threw);
    EXPECT_TRUE(set.syncing()) << "not all have left who should: this is not in sync";
    end();
    EXPECT_EQ(events, 2);
    EXPECT_EQ(set.size(), 2U);
    EXPECT_FALSE(set.syncing());
  }
}

TEST(allocation_failure, when_everybody_leaves_can_be_made_good_by_calling_again_RTP19a) {
  for (std::uint64_t n = 1;; ++n) {
    set_type set = about_to_end_a_sync();
    int events = 0;
    const auto leave_all = [&] { set.leave_all(at_ms(0), count_events{events}); };
    const outcome result = with_failing_allocation(n, leave_all);
    EXPECT_EQ(set.size(), static_cast<std::size_t>(4 - events));
    if (result == outcome::untouched) {
      EXPECT_GT(n, 4U);
      break;
    }
    ASSERT_EQ(result, outcome::threw);
    leave_all();
    EXPECT_EQ(events, 4);
    EXPECT_TRUE(set.empty());
  }
}

TEST(allocation_failure, in_a_whole_sync_leaves_it_without_effect_on_the_next_RTP18c) {
  set_type set = with_users(1);
  int events = 0;
  const auto sync = [&](const std::vector<message_type>& page) {
    set.apply_sync(page, {}, at_ms(0), count_events{events}, count_events{events});
  };
  const std::vector<message_type> confirms_and_fails = {present<int>("user0", "c").serial(1),
                                                        present<int>(long_client, long_connection)};
  const std::vector<message_type> nobody;
  ASSERT_EQ(with_failing_allocation(1, [&] { sync(confirms_and_fails); }), outcome::threw);
  ASSERT_EQ(events, 0);
  sync(nobody);
  EXPECT_EQ(events, 1);
  EXPECT_TRUE(set.empty());
}

TEST(allocation_failure, in_a_page_can_be_made_good_by_the_same_page_again_RTP18) {
  std::vector<message_type> page;
  for (int n = 0; n < 40; ++n) page.push_back(present<int>(numbered("newcomer", n), long_connection).serial(1));
  const sync_cursor whole{"a sequence too long for a small string", true};
  for (std::uint64_t n = 1;; ++n) {
    set_type set = with_users(3);
    int events = 0;
    const auto sync = [&] { set.apply_sync(page, whole, at_ms(0), count_events{events}, count_events{events}); };
    const outcome result = with_failing_allocation(n, sync);
    EXPECT_EQ(set.version(), static_cast<std::uint64_t>(events) + 3);
    if (result == outcome::untouched) {
      EXPECT_GT(n, 40U);
      break;
    }
    ASSERT_EQ(result, outcome::threw);
    sync();
    EXPECT_EQ(events, 43);
    EXPECT_EQ(set.size(), 40U);
    EXPECT_FALSE(set.syncing());
  }
}

/// S23: without memory to keep what is replaced or removed, it is not replaced or removed.
TEST(allocation_failure, of_what_is_kept_of_released_data_leaves_the_member_as_it_was) {
  using text_set = basic_member_set<std::string>;
  const message<std::string> changed = update("alice", "c").serial(2).data("new");
  const message<std::string> gone = leave("alice", "c").serial(2);
  for (const auto& incoming : {changed, gone}) {
    for (const bool asks : {false, true}) {
      text_set set;
      set.keep_released();
      int events = 0;
      set.apply(enter("alice", "c").serial(1).data("old"), [](const auto&, user_change) {});
      const auto apply = [&] {
        if (asks) {
          set.apply(incoming, [&](const auto&, user_change, shared_data<std::string>&) { ++events; });
        } else {
          set.apply(incoming, [&](const auto&, user_change) { ++events; });
        }
      };
      EXPECT_EQ(with_failing_allocation(1, apply), outcome::threw);
      EXPECT_EQ(*set.find("alice", "c").value().data, "old");
      EXPECT_EQ(set.version(), 1U);
      EXPECT_EQ(events, 0);
      apply();
      EXPECT_EQ(events, 1);
      EXPECT_EQ(set.take_released().size(), 1U);
    }
  }
}

/// S23: a newcomer replaces nothing, so there is nothing to keep for it.
TEST(allocation_failure, of_an_enter_adds_no_half_member_where_released_data_is_kept) {
  for (std::uint64_t n = 1;; ++n) {
    basic_member_set<std::string> set;
    set.keep_released();
    const message<std::string> incoming = enter("alice", "c").serial(1).data("x");
    const auto asks = [](const auto&, user_change, shared_data<std::string>&) {};
    const outcome result = with_failing_allocation(n, [&] { set.apply(incoming, asks); });
    EXPECT_EQ(set.size(), result == outcome::threw ? 0U : 1U);
    if (result == outcome::untouched) break;
  }
}

}  // namespace
}  // namespace presence::test::set_allocation_failure_test
