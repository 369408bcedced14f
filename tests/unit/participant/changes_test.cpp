// One callback for each batch, with what it came to: `subscribe_changes`.
#include "support/participant.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace presence::test::participant_changes_test {
namespace {

class presence_changes : public participant_test {
 protected:
  presence_changes() { p->attach(); }

  [[nodiscard]] static std::string of(const char* sign, const std::vector<event<std::string>>& list) {
    std::string line;
    for (const auto& e : list) line += ' ' + (sign + e.client_id) + (e.data ? '=' + *e.data : "");
    return line;
  }
  /// `+a=x +b ~c -d`: what each call told.
  [[nodiscard]] subscription watch() {
    return p->subscribe_changes([this](const changes<std::string>& all) {
      told.push_back((of("+", all.added) + of("~", all.updated) + of("-", all.removed)).substr(1));
      EXPECT_FALSE(all.empty());
    });
  }
  lines told;
};

TEST_F(presence_changes, of_a_batch_are_one_call) {
  const auto sub = watch();
  room.push({enter("a", "c2").data("x"), enter("b", "c3"), present("c", "c4")});
  room.push({update("a", "c2").serial(1).data("y"), leave("b", "c3").serial(1), enter("d", "c5")});
  EXPECT_EQ(told, (lines{"+a=x +b +c", "+d ~a=y -b"}));
}

TEST_F(presence_changes, of_one_member_count_once) {
  const auto sub = watch();
  room.push({enter("a", "c2"), update("a", "c2").serial(1).data("1"), update("a", "c2").serial(2).data("2")});
  room.push({update("a", "c2").serial(3).data("3"), update("a", "c2").serial(4).data("4")});
  room.push({leave("a", "c2").serial(5), enter("a", "c2").serial(6).data("back")});
  room.push({enter("ghost", "c9"), leave("ghost", "c9").serial(1)});
  room.push({update("a", "c2").serial(7), leave("a", "c2").serial(8)});
  EXPECT_EQ(told, (lines{"+a=2", "~a=4", "~a=back", "-a"}));
}

TEST_F(presence_changes, of_the_same_client_on_two_connections_are_two) {
  const auto sub = watch();
  room.push({enter("a", "c2"), enter("a", "c3")});
  room.push(leave("a", "c2").serial(1));
  EXPECT_EQ(told, (lines{"+a +a", "-a"}));
}

TEST_F(presence_changes, of_a_sync_are_the_difference) {
  attach_with({present("a", "c2"), present("b", "c3")});
  const auto sub = watch();
  room.attach_with({.has_members = true});
  room.answer_attach({.has_members = true});
  room.sync("s:", {present("b", "c3").serial(1).data("new"), present("c", "c4")});
  EXPECT_EQ(told, lines{"+c ~b=new -a"});
}

TEST_F(presence_changes, come_after_the_events_and_show_the_set_as_it_is) {
  lines order;
  const auto one = p->subscribe([&](const auto&) { order.push_back("event"); });
  const auto two = p->subscribe_users([&](const auto&) { order.push_back("user"); });
  const auto three = p->subscribe_changes([&](const changes<std::string>& all) {
    order.push_back("changes " + std::to_string(all.size()) + " of " + std::to_string(p->size()));
  });
  room.push({enter("a", "c2"), enter("b", "c3")});
  EXPECT_EQ(order, (lines{"event", "event", "user", "user", "changes 2 of 2"}));
}

TEST_F(presence_changes, begin_with_the_subscription_and_end_with_it) {
  room.push(enter("a", "c2"));
  auto sub = watch();
  EXPECT_TRUE(sub.active());
  room.push(update("a", "c2").serial(1));
  sub.unsubscribe();
  room.push(leave("a", "c2").serial(2));
  EXPECT_EQ(told, lines{"~a"});
}

TEST_F(presence_changes, of_a_room_that_is_left_are_not_told_RTP5a) {
  attach_with({present("a", "c2")});
  const auto sub = watch();
  p->detach();
  EXPECT_EQ(told, lines{});
  room.attach_with({.has_members = true});
  p->attach();
  room.sync("s:", {present("a", "c2")});
  EXPECT_EQ(told, lines{"+a"});
}

TEST_F(presence_changes, need_events) {
  open({.enable_events = false});
  EXPECT_THROW((void)watch(), presence_error);
}

TEST_F(presence_changes, of_what_a_listener_does_come_after) {
  int calls = 0;
  const auto sub = p->subscribe_changes([&](const changes<std::string>& all) {
    ++calls;
    told.push_back(of("+", all.added));
    if (calls == 1) p->enter("me too");
    if (calls == 1) throw std::runtime_error{"no"};
  });
  room.push(enter("a", "c2"));
  EXPECT_EQ(told, (lines{" +a", " +me=me too"}));
  EXPECT_EQ(errors.size(), 1U);
}

// Folded, they are the set, whatever comes.
TEST_F(presence_changes, folded_are_the_set) {
  std::set<std::string> folded;
  const auto sub = p->subscribe_changes([&](const changes<std::string>& all) {
    for (const auto& e : all.added) EXPECT_TRUE(folded.insert(e.client_id + '/' + e.connection_id).second);
    for (const auto& e : all.updated) EXPECT_TRUE(folded.contains(e.client_id + '/' + e.connection_id));
    for (const auto& e : all.removed) EXPECT_EQ(folded.erase(e.client_id + '/' + e.connection_id), 1U);
  });
  std::uint64_t state = 1;
  const auto next = [&](std::uint64_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33U) % below;
  };
  for (std::uint64_t serial = 1; serial < 2'000; ++serial) {
    std::vector<message<std::string>> batch;
    for (std::uint64_t n = 1 + next(6), i = 0; i < n; ++i) {
      const std::string who(1, static_cast<char>('a' + next(5)));
      const std::string where = "c" + std::to_string(2 + next(3));
      const auto what = next(3) == 0 ? action::leave : next(2) == 0 ? action::enter : action::update;
      batch.push_back(message_builder<std::string>{what, who, where}.serial(serial, static_cast<std::uint32_t>(i)));
    }
    room.push(std::move(batch));
    std::set<std::string> known;
    p->for_each([&](const auto& m) { known.insert(std::string{m.client_id} + '/' + std::string{m.connection_id}); });
    ASSERT_EQ(folded, known) << serial;
  }
}

}  // namespace
}  // namespace presence::test::participant_changes_test
