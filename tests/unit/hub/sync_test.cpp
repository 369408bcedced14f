// What a newly attached sink gets: pages of what is there, then what follows, with nothing lost or repeated.
#include "support/hub_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::hub_sync_test {
namespace {

class hub_sync : public hub_test {
 protected:
  void restart(std::size_t page) {
    hub_options options;
    options.sync_page = page;
    options.limits.messages_per_publish = 100'000;
    hub = text_hub{options, clock};
  }
  /// Enters `count` members through a gateway.
  static void fill(client& gateway, std::size_t count) {
    std::vector<text_message> all;
    for (std::size_t n = 0; n < count; ++n) all.push_back(says(action::enter, "m" + std::to_string(n)));
    EXPECT_EQ(gateway.publish(std::move(all)), std::error_code{});
  }
  /// How many members each page had.
  [[nodiscard]] static std::vector<std::size_t> page_sizes(const lines& heard) {
    std::vector<std::size_t> sizes;
    for (const std::string& line : heard) {
      if (line.starts_with("sync"))
        sizes.push_back(static_cast<std::size_t>(std::count(line.begin(), line.end(), 'm')) -
                        (line.ends_with("more") ? 1U : 0U));
    }
    return sizes;
  }
};

TEST_F(hub_sync, only_the_newly_attached_sees_present_events) {
  client alice{hub, "alice"};
  alice.enter();
  (void)alice.heard();
  client bob{hub, "bob"};
  EXPECT_EQ(bob.heard(), (lines{"attached with members", "sync [alice]"}));
  EXPECT_EQ(alice.heard(), lines{});
}

TEST_F(hub_sync, pages_are_as_big_as_asked_for) {
  using sizes = std::vector<std::size_t>;
  const std::vector<std::pair<std::size_t, sizes>> expected{{1, {1}},    {3, {3}},       {4, {3, 1}},
                                                            {6, {3, 3}}, {7, {3, 3, 1}}, {2, {2}}};
  for (const auto& [count, pages] : expected) {
    restart(3);
    client gateway{hub, identity::wildcard()};
    fill(gateway, count);
    client bob{hub, "bob"};
    EXPECT_EQ(page_sizes(bob.heard()), pages) << count << " members";
  }
  restart(1);
  client gateway{hub, identity::wildcard()};
  fill(gateway, 3);
  client bob{hub, "bob"};
  EXPECT_EQ(page_sizes(bob.heard()), (sizes{1, 1, 1}));
}

TEST_F(hub_sync, pages_of_one_sync_share_a_sequence_and_the_last_one_says_so_RTP18) {
  restart(1);
  client gateway{hub, identity::wildcard()};
  fill(gateway, 3);
  client bob{hub, "bob"};
  client carol{hub, "carol"};
  ASSERT_EQ(bob.sink.cursors.size(), 3U);
  for (std::size_t n = 0; n < 3; ++n) {
    EXPECT_EQ(bob.sink.cursors[n].sequence, bob.sink.cursors[0].sequence);
    EXPECT_EQ(bob.sink.cursors[n].last, n == 2);
  }
  EXPECT_FALSE(bob.sink.cursors[0].sequence.empty());
  EXPECT_NE(carol.sink.cursors[0].sequence, bob.sink.cursors[0].sequence);
}

TEST_F(hub_sync, empty_room_has_no_sync_RTP19a) {
  client alice{hub, "alice"};
  EXPECT_EQ(alice.heard(), (lines{"attached"}));
  alice.enter();
  alice.leave();
  client bob{hub, "bob"};
  EXPECT_EQ(bob.heard(), (lines{"attached"}));
}

TEST_F(hub_sync, what_happens_during_the_sync_follows_it) {
  restart(2);
  client gateway{hub, identity::wildcard()};
  fill(gateway, 5);
  text_session bob = hub.connect("bob");
  recording_sink sink;
  int page = 0;
  sink.then = [&](const std::string& line) {
    if (!line.starts_with("sync") || ++page != 2) return;
    gateway.room.publish({says(action::leave, "m0"), says(action::update, "m1"), says(action::enter, "m9")});
  };
  const auto room = bob.attach("lobby", mode_set::all(), std::ref(sink)).value();
  const lines heard = sink.take();
  ASSERT_EQ(heard.size(), 7U);
  EXPECT_EQ(page_sizes(heard), (std::vector<std::size_t>{2, 2, 1}));
  EXPECT_EQ((lines{heard.begin() + 4, heard.end()}), (lines{"leave m0", "update m1", "enter m9"}));
}

TEST_F(hub_sync, hundred_thousand_members_with_live_events_in_between_none_lost_or_repeated) {
  constexpr std::size_t count = 100'000;
  restart(1'000);
  client gateway{hub, identity::wildcard()};
  fill(gateway, count);

  text_session bob = hub.connect("bob");
  recording_sink sink;
  std::size_t pages = 0;
  sink.then =
      [&](const std::string& line) {  // every page brings somebody new, changes somebody and sends somebody away
        if (!line.starts_with("sync")) return;
        const std::string n = std::to_string(100 + pages++);
        gateway.room.publish(
            {says(action::enter, "new" + n), says(action::update, 'm' + n), says(action::leave, "m90" + n)});
      };
  const auto room = bob.attach("lobby", mode_set::all(), std::ref(sink)).value();

  EXPECT_EQ(pages, count / 1'000);
  ASSERT_EQ(sink.synced.size(), count);
  ASSERT_EQ(sink.live.size(), 3 * pages);
  std::set<std::string> known;
  for (const text_message& m : sink.synced) EXPECT_TRUE(known.insert(m.client_id).second) << m.client_id << " repeated";
  for (const text_message& m : sink.live) {
    const bool there = known.count(m.client_id) == 1;
    EXPECT_EQ(there, m.action != action::enter) << to_line(m);
    if (m.action == action::enter) known.insert(m.client_id);
    if (m.action == action::leave) known.erase(m.client_id);
  }
  EXPECT_EQ(known.size(), count);
  for (const auto& m : hub.members("lobby")) EXPECT_EQ(known.count(m.client_id), 1U) << m.client_id;
}

// The same through the loopback, into a participant's set.
TEST_F(hub_sync, participant_of_hundred_thousand_members_is_equal_to_the_hub) {
  constexpr std::size_t count = 100'000;
  restart(1'000);
  client gateway{hub, identity::wildcard()};
  fill(gateway, count);

  const text_session bob = hub.connect("bob");
  text_presence b{bob.room("lobby"), {}, clock};
  std::size_t present = 0;
  std::size_t others = 0;
  const auto subscription = b.subscribe([&](const event<std::string>& e) {
    if (e.action != action::present) {
      ++others;
    } else if (++present % 1'000 == 0) {
      const std::string n = std::to_string(100 + present / 1'000);
      gateway.room.publish(
          {says(action::enter, "new" + n), says(action::update, 'm' + n), says(action::leave, "m90" + n)});
    }
  });
  EXPECT_EQ(present, count);
  EXPECT_EQ(others, 300U);
  EXPECT_TRUE(b.sync_complete());
  std::set<std::string> known;
  b.for_each([&](const auto& m) { known.emplace(m.client_id); });
  EXPECT_EQ(known.size(), count);
  for (const auto& m : hub.members("lobby")) EXPECT_EQ(known.erase(m.client_id), 1U);
  EXPECT_TRUE(known.empty());
}

}  // namespace
}  // namespace presence::test::hub_sync_test
