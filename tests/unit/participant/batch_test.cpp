// Several operations as one: all of them or none, told as one change. What the participant does is shown with a room played
// by the test, what the hub decides with a hub.
#include "support/hub_fixture.hpp"
#include "support/participant.hpp"
#include <presence/batch.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::participant_batch_test {
namespace {

using text_batch = batch<std::string>;

/// `enter ann 1`, `leave bob`: an enter with data, or a leave without.
text_batch batch_of(std::vector<std::pair<std::string, std::string>> entries) {
  text_batch made;
  for (auto& [who, data] : entries) {
    if (data.empty()) {
      made.leave_client(who);
    } else {
      made.enter_client(who, data);
    }
  }
  return made;
}

class presence_batches : public participant_test {
 protected:
  [[nodiscard]] std::size_t publishes() const { return room.count(transport_call::publish); }
};

TEST_F(presence_batches, go_out_as_one_and_are_answered_as_one) {
  attach_with();
  listen();
  outcome sent;
  text_batch both;
  both.enter({"mine"});
  both.enter_client("ann", {"1"}, {{"device", "phone"}});
  both.leave_client("bob");
  EXPECT_EQ(both.size(), 3U);
  p->publish(std::move(both), sent.handler());
  EXPECT_EQ(publishes(), 1U);
  EXPECT_EQ(take_published(), (lines{"enter mine", "enter ann 1", "leave bob"}));
  EXPECT_TRUE(sent.ok());
  EXPECT_EQ(members(), (lines{"ann/c1 1", "me/c1 mine"}));
  EXPECT_EQ(p->self().state, self_state::present);
}

TEST_F(presence_batches, that_the_hub_refuses_change_nothing) {
  attach_with();
  outcome entered, first, all;
  p->enter({"x"}, entered.handler());
  room.refuse_nth(1, errc::room_full);
  text_batch both;
  both.update({"y"}, first.handler());
  both.enter_client("ann", {"1"});
  p->publish(std::move(both), all.handler());
  EXPECT_EQ(first.code(), errc::room_full) << "a handler of one is told the outcome of all";
  EXPECT_EQ(all.code(), errc::room_full);
  EXPECT_EQ(members(), lines{"me/c1 x"});
  forget();
  room.answer_attach({.has_members = true});
  EXPECT_EQ(take_published(), lines{"enter me x"}) << "what is entered again is the wish before";
}

TEST_F(presence_batches, make_own_members_that_are_entered_again) {
  attach_with();
  p->publish(batch_of({{"ann", "1"}, {"bob", "2"}, {"me", "3"}}));
  p->publish(batch_of({{"ann", "4"}, {"bob", ""}}));
  forget();
  room.drop();
  room.answer_attach({.has_members = true});
  EXPECT_EQ(take_published(), (lines{"enter me 3", "enter ann 4"}));
}

TEST_F(presence_batches, wait_for_the_attach_as_one_and_nothing_is_taken_out_of_them) {
  room.by_hand(transport_call::attach);
  outcome alone, all, later;
  p->enter_client("ann", {"1"}, alone.handler());
  p->publish(batch_of({{"ann", "2"}, {"bob", "2"}}), all.handler());
  p->update_client("bob", {"3"}, later.handler());
  EXPECT_TRUE(alone.pending()) << "a batch supersedes nothing";
  room.answer_attach();
  EXPECT_EQ(publishes(), 3U);
  EXPECT_EQ(take_published(), (lines{"enter ann 1", "enter ann 2", "enter bob 2", "update bob 3"}));
  EXPECT_TRUE(alone.ok() && all.ok() && later.ok());
  EXPECT_EQ(members(), (lines{"ann/c1 2", "bob/c1 3"}));
}

TEST_F(presence_batches, that_wait_are_refused_when_the_room_is_left) {
  room.by_hand(transport_call::attach);
  outcome all;
  text_batch mine;
  mine.enter({"x"});
  mine.enter_client("ann", {"1"});
  p->publish(std::move(mine), all.handler());
  EXPECT_EQ(p->self().state, self_state::entering);
  room.fail(errc::not_permitted);
  EXPECT_EQ(all.code(), errc::not_permitted);
  EXPECT_EQ(p->self().state, self_state::absent);
}

TEST_F(presence_batches, of_none_or_that_name_somebody_twice_are_refused) {
  attach_with();
  const std::vector<std::string> wrong{"none", "twice", "own twice", "nobody", "everybody"};
  for (const std::string& what : wrong) {
    text_batch made;
    if (what == "twice") made = batch_of({{"ann", "1"}, {"ann", ""}});
    if (what == "own twice") made.enter_client("me", {"1"}), made.leave();
    if (what == "nobody") made = batch_of({{"ann", "1"}, {"", "2"}});
    if (what == "everybody") made = batch_of({{"ann", "1"}, {"*", "2"}});
    outcome refused;
    p->publish(std::move(made), refused.handler());
    EXPECT_EQ(refused.code(), what.ends_with("body") ? errc::invalid_client_id : errc::bad_request) << what;
  }
  EXPECT_EQ(publishes(), 0U);
  p->publish(text_batch{});
  EXPECT_EQ(take(errors), lines{"publish: " + make_error_code(errc::bad_request).message()});
  EXPECT_TRUE(members().empty());
}

TEST_F(presence_batches, in_a_room_that_is_left_are_refused_and_their_leaves_remembered) {
  attach_with();
  p->publish(batch_of({{"ann", "1"}, {"bob", "2"}}));
  room.suspend();
  outcome refused;
  p->publish(batch_of({{"ann", ""}, {"carol", "1"}}), refused.handler());
  EXPECT_EQ(refused.code(), errc::invalid_room_state);
  forget();
  room.answer_attach({.has_members = true});
  EXPECT_EQ(take_published(), lines{"enter bob 2"}) << "ann's user wanted to go (W5)";
}

TEST_F(presence_batches, are_aborted_with_their_participant) {
  room.by_hand(transport_call::attach);
  outcome one, all;
  text_batch mine;
  mine.enter_client("ann", {"1"}, one.handler());
  p->publish(std::move(mine), all.handler());
  p.reset();
  EXPECT_EQ(one.code(), errc::operation_aborted);
  EXPECT_EQ(all.code(), errc::operation_aborted);
}

TEST_F(presence_batches, of_a_moved_from_participant_are_aborted) {
  participant elsewhere = std::move(*p);
  outcome one, all;
  text_batch mine;
  mine.enter_client("ann", {"1"}, one.handler());
  p->publish(std::move(mine), all.handler());
  EXPECT_EQ(one.code(), errc::operation_aborted);
  EXPECT_EQ(all.code(), errc::operation_aborted);
  p.reset();
}

// --- with a hub ---------------------------------------------------------------------------------------------------------

class presence_batches_and_hub : public ::testing::Test {
 protected:
  testing::manual_clock clock;
  hub_options options = [] {
    hub_options o;
    o.limits.members_per_room = 3;
    return o;
  }();
  text_hub hub{options, clock};
  text_session gateway = hub.connect(identity::wildcard("gate"));
  text_session watcher = hub.connect("watcher");
  text_presence acting = gateway.join("lobby");
  text_presence watching = watcher.join("lobby");
  std::vector<std::size_t> changes_told;
  subscription sub = watching.subscribe_changes([this](const changes<std::string>& c) {
    changes_told.push_back(c.added.size() + c.updated.size() + c.removed.size());
  });
};

TEST_F(presence_batches_and_hub, are_told_to_others_as_one_change) {
  acting.publish(batch_of({{"ann", "1"}, {"bob", "2"}}));
  acting.publish(batch_of({{"ann", "3"}, {"bob", ""}}));
  EXPECT_EQ(changes_told, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(watching.size(), 1U);
}

TEST_F(presence_batches_and_hub, are_done_whole_or_not_at_all) {
  outcome refused, done;
  acting.publish(batch_of({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}}), refused.handler());
  EXPECT_EQ(refused.code(), errc::message_too_large) << "would not fit into an empty room";
  EXPECT_EQ(hub.member_count("lobby"), 0U);
  acting.publish(batch_of({{"a", "1"}, {"b", "1"}, {"c", "1"}}), done.handler());
  EXPECT_TRUE(done.ok());
  outcome swapped;
  acting.publish(batch_of({{"d", "1"}, {"c", ""}}), swapped.handler());
  EXPECT_TRUE(swapped.ok()) << "who leaves in it makes room";
  EXPECT_EQ(hub.member_count("lobby"), 3U);
}

TEST_F(presence_batches_and_hub, of_somebody_who_may_not_act_for_others_are_refused_whole) {
  text_batch mine;
  mine.enter({"x"});
  mine.enter_client("ann", {"1"});
  outcome refused;
  watching.publish(std::move(mine), refused.handler());
  EXPECT_EQ(refused.code(), errc::invalid_client_id);
  EXPECT_EQ(watching.self(), self_status{});
}

TEST_F(presence_batches_and_hub, are_published_over_attachments_too) {
  recording_sink sink;
  auto at = gateway.attach("lobby", mode::presence, std::ref(sink)).value();
  outcome one, all, twice;
  text_batch team;
  team.enter_client("ann", {"1"}, one.handler());
  team.enter({"here"});
  at.publish(std::move(team), all.handler());
  EXPECT_TRUE(one.ok() && all.ok());
  EXPECT_EQ(changes_told, (std::vector<std::size_t>{2}));
  at.publish(batch_of({{"ann", "1"}, {"ann", "2"}}), twice.handler());
  EXPECT_EQ(twice.code(), errc::bad_request);
}

TEST_F(presence_batches_and_hub, tell_every_handler_though_one_throws) {
  outcome second, all;
  lines told;
  const auto errors = acting.subscribe_errors([&](const failure& f) { told.push_back(f.operation); });
  text_batch both;
  both.enter_client("a", {"1"}, [](std::error_code) { throw std::runtime_error{"mine"}; });
  both.enter_client("b", {"1"}, second.handler());
  acting.publish(std::move(both), all.handler());
  EXPECT_TRUE(second.ok() && all.ok());
  EXPECT_EQ(told, lines{"handler"});
}

/// Its end must not come under a lock of the hub's.
struct ends_unlocked {
  std::shared_ptr<int> kept = std::make_shared<int>();
  ends_unlocked() = default;
  ends_unlocked(ends_unlocked&&) = default;
  ends_unlocked& operator=(ends_unlocked&&) = default;
  ~ends_unlocked() { testing::checked_mutex::on_callback(); }
};

struct deaf_sink {
  void on_attached(const attachment_info&) {}
  void on_sync(const message_batch<ends_unlocked>&, const sync_cursor&) {}
  bool on_presence(const message_batch<ends_unlocked>&) { return true; }
  void on_detached(std::error_code) {}
};

TEST(presence_batch, data_of_what_changes_nothing_ends_outside_the_lock) {
  basic_hub<ends_unlocked, testing::manual_clock, checked_backplane> hub;
  auto gateway = hub.connect(identity::wildcard());
  auto at = gateway.attach("lobby", mode::presence, deaf_sink{}).value();  // unlike a participant, it keeps no data
  batch<ends_unlocked> mixed;
  mixed.leave_client("nobody", ends_unlocked{});
  mixed.enter_client("ann", ends_unlocked{});
  mixed.leave_client("somebody", ends_unlocked{});
  mixed.enter_client("bob", ends_unlocked{});
  outcome done, nothing;
  at.publish(std::move(mixed), done.handler());
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(hub.member_count("lobby"), 2U);
  at.leave_client("nobody", ends_unlocked{}, nothing.handler());
  EXPECT_TRUE(nothing.ok());
}

TEST(presence_batch, is_written_as_on_a_participant_and_can_be_cleared) {
  struct status {
    std::string text;
    int level = 0;
  };
  batch<status> b;
  b.enter();
  b.enter({"online"});
  b.update({.text = "busy", .level = 2}, {{"device", "phone"}});
  b.leave_client("ann", [](std::error_code) { FAIL() << "was never published"; });
  EXPECT_EQ(b.size(), 4U);
  b.clear();
  EXPECT_TRUE(b.empty());
  batch<std::unique_ptr<int>> movable;
  movable.enter(std::make_unique<int>(1));
  batch<std::unique_ptr<int>> moved = std::move(movable);
  EXPECT_EQ(moved.size(), 1U);
}

}  // namespace
}  // namespace presence::test::participant_batch_test
