// A session that is taken up with new sinks for the attachments that it has: `basic_hub::resume(key, make_sink)`.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presence::test::hub_succession_test {
namespace {

class hub_succession : public hub_test {
 protected:
  hub_succession() { watcher.emplace(hub, "watcher"); }

  /// Takes alice's session up with a sink for each room, which are then in `sinks`.
  text_hub::resumed_session take_up(const std::string& key) {
    return hub
        .resume(key,
                [this](std::string_view room) {
                  sinks.push_back(std::make_shared<recording_sink>());
                  rooms.emplace_back(room);
                  return sinks.back();
                })
        .value();
  }
  std::optional<client> watcher;
  std::vector<std::shared_ptr<recording_sink>> sinks;
  lines rooms;
};

TEST_F(hub_succession, new_sink_knows_what_the_old_one_knew) {
  std::optional<client> page;
  page.emplace(hub, "alice");
  page->enter();
  page->session.drop();
  const auto back = take_up(page->session.resume_key());
  EXPECT_EQ(rooms, lines{"lobby"});
  EXPECT_EQ(sinks[0]->take(), lines{"attached resumed with members"});
  EXPECT_EQ(page->heard().back(), "detached: replaced by another attachment of the same session");
  page.reset();  // late: takes nobody along
  EXPECT_EQ(members(), lines{"alice"});
  ASSERT_EQ(back.attachments.size(), 1U);
  EXPECT_EQ(back.attachments[0].room(), "lobby");
  watcher->enter();
  EXPECT_EQ(sinks[0]->take(), lines{"enter watcher"});
}

TEST_F(hub_succession, old_attachment_may_be_destroyed_at_any_time) {
  for (const bool before : {true, false}) {
    std::optional<client> page;
    page.emplace(hub, "alice");
    page->enter();
    const std::string key = page->session.resume_key();
    page->session.drop();
    if (before) page.reset();
    {
      const auto back = take_up(key);
      page.reset();
      EXPECT_EQ(members(), lines{"alice"}) << before;
    }
    EXPECT_EQ(members(), lines{}) << "the last session object closes it";
    EXPECT_EQ(watcher->heard().back(), "leave alice closed");
  }
}

TEST_F(hub_succession, what_was_missed_comes_by_a_sync) {
  client page{hub, "alice"};
  page.enter();
  page.session.drop();
  watcher->enter();
  const auto back = take_up(page.session.resume_key());
  EXPECT_EQ(sinks[0]->take(), (lines{"attached with members", "sync [alice watcher]"}));
}

TEST_F(hub_succession, live_session_is_handed_over_in_one_step) {
  client page{hub, "alice"};
  page.enter();
  (void)page.heard();
  const auto back = take_up(page.session.resume_key());
  EXPECT_EQ(page.heard(), lines{"detached: replaced by another attachment of the same session"});
  EXPECT_EQ(sinks[0]->take(), lines{"attached resumed with members"});
  EXPECT_FALSE(page.session.connected());
  EXPECT_EQ(members(), lines{"alice"});
  watcher->enter();
  EXPECT_EQ(page.heard(), lines{});
}

TEST_F(hub_succession, each_room_gets_its_own_and_two_views_become_one) {
  auto alice = hub.connect("alice");
  recording_sink one, two, other;
  const auto a1 = alice.attach("lobby", mode_set::all(), std::ref(one)).value();
  const auto a2 = alice.attach("lobby", mode_set::all(), std::ref(two)).value();
  const auto a3 = alice.attach("attic", mode::presence, std::ref(other)).value();
  alice.drop();
  const auto back = take_up(alice.resume_key());
  EXPECT_EQ(rooms, (lines{"attic", "lobby"}));
  ASSERT_EQ(back.attachments.size(), 2U);
  EXPECT_EQ(back.attachments[0].modes(), mode_set{mode::presence});
  EXPECT_EQ(sinks[1]->take(), lines{"attached resumed"});
  EXPECT_EQ(one.take().back(), "detached: replaced by another attachment of the same session");
  EXPECT_EQ(two.take().back(), "detached: replaced by another attachment of the same session");
}

TEST_F(hub_succession, room_without_a_new_sink_keeps_its_old_one) {
  client page{hub, "alice"};
  page.session.drop();
  (void)page.heard();
  auto back = hub.resume(page.session.resume_key(), [](std::string_view) { return std::shared_ptr<recording_sink>{}; });
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->attachments.empty());
  EXPECT_EQ(page.heard(), lines{"attached resumed"});
}

TEST_F(hub_succession, sinks_by_value_are_owned) {
  const auto held = std::make_shared<int>(0);
  struct counting {
    std::shared_ptr<int> told;
    void on_attached(const attachment_info&) { ++*told; }
    void on_sync(const message_batch<std::string>&, const sync_cursor&) {}
    bool on_presence(const message_batch<std::string>&) { return true; }
    void on_detached(std::error_code) {}
  };
  {
    client page{hub, "alice"};
    page.session.drop();
    const auto back = hub.resume(page.session.resume_key(), [&](std::string_view) { return counting{held}; });
    EXPECT_EQ(*held, 1);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(hub_succession, maker_that_throws_changes_nothing) {
  client page{hub, "alice"};
  page.enter();
  page.session.drop();
  (void)page.heard();
  EXPECT_THROW((void)hub.resume(page.session.resume_key(),
                                [](std::string_view) -> recording_sink { throw std::runtime_error{"no"}; }),
               std::runtime_error);
  EXPECT_EQ(page.heard(), lines{});
  EXPECT_EQ(hub.due_in(), 15s);
  const auto back = take_up(page.session.resume_key());
  EXPECT_EQ(sinks[0]->take(), lines{"attached resumed with members"});
}

TEST_F(hub_succession, maker_may_end_the_session_meanwhile) {
  client page{hub, "alice"};
  page.session.drop();
  const auto back = hub.resume(page.session.resume_key(), [&](std::string_view) {
    advance(15s);
    return recording_sink{};
  });
  EXPECT_EQ(back.error(), errc::invalid_resume_key) << "an ended session leaves nothing";
}

TEST_F(hub_succession, errors_are_those_of_a_resume) {
  const auto never = [](std::string_view) -> recording_sink {
    ADD_FAILURE();
    return {};
  };
  EXPECT_EQ(hub.resume("nonsense", never).error(), errc::invalid_resume_key);
  client page{hub, "alice"};
  EXPECT_EQ(hub.resume(page.session.resume_key() + "x", never).error(), errc::invalid_resume_key);
}

TEST_F(hub_succession, modes_of_all_are_those_of_the_one_that_follows) {
  auto alice = hub.connect("alice");
  recording_sink speaks, hears;
  const auto a1 = alice.attach("lobby", mode::presence, std::ref(speaks)).value();
  const auto a2 = alice.attach("lobby", mode::subscribe, std::ref(hears)).value();
  watcher->enter();
  const auto back = take_up(alice.resume_key());
  ASSERT_EQ(back.attachments.size(), 1U);
  EXPECT_EQ(back.attachments[0].modes(), mode_set::all());
  EXPECT_EQ(sinks[0]->take(), (lines{"attached with members", "sync [watcher]"})) << "neither knew all of it";
}

}  // namespace
}  // namespace presence::test::hub_succession_test
