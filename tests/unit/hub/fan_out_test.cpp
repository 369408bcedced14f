// Many sinks, some of which end others while an event goes round.
#include "support/hub_fixture.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace presence::test::hub_fan_out_test {
namespace {

class hub_fan_out : public ::testing::Test {
 protected:
  hub_fan_out() {
    for (std::size_t n = 0; n < 40; ++n) watchers.push_back(std::make_unique<client>(hub, "w" + std::to_string(n)));
    for (const auto& each : watchers) (void)each->heard();
  }

  text_hub hub;
  client alice{hub, "alice"};
  std::vector<std::unique_ptr<client>> watchers;
};

/// The hub has asked for the memory of those ahead by then.
TEST_F(hub_fan_out, whoever_was_destroyed_while_an_event_goes_round_is_not_called) {
  const std::vector<std::size_t> destroyed{0, 3, 11, 12, 19, 20, 39};  // behind, close ahead, far ahead, the last
  watchers[10]->sink.then = [&](const std::string&) {
    watchers[10]->sink.then = nullptr;
    for (const std::size_t n : destroyed) watchers[n].reset();
  };
  alice.enter("1");
  alice.update("2");
  for (const auto& each : watchers) {
    if (each == nullptr) continue;
    EXPECT_EQ(each->sink.live.size(), 2U);
  }
  EXPECT_EQ(hub.session_count(), 1 + watchers.size() - destroyed.size());
}

TEST_F(hub_fan_out, all_may_be_destroyed_while_an_event_goes_round) {
  std::size_t called = 0;
  for (const auto& each : watchers) each->sink.then = [&](const std::string&) { ++called; };
  watchers[5]->sink.then = [&](const std::string&) {
    ++called;
    for (std::size_t n = 0; n < watchers.size(); ++n) {
      if (n != 5) watchers[n].reset();
    }
  };
  alice.enter("1");
  EXPECT_EQ(called, 6U);
  alice.update("2");
  EXPECT_EQ(called, 7U);
  EXPECT_EQ(hub.session_count(), 2U);
}

TEST_F(hub_fan_out, a_walk_goes_on_behind_one_who_comes_meanwhile) {
  std::unique_ptr<client> late;
  watchers[38]->sink.then = [&](const std::string&) {
    if (late == nullptr) late = std::make_unique<client>(hub, "late");
  };
  alice.enter("1");
  EXPECT_EQ(late->sink.take(), (lines{"attached with members", "sync [alice]"}));
  alice.update("2");
  EXPECT_EQ(late->sink.take(), (lines{"update alice 2"}));
  EXPECT_EQ(watchers[39]->sink.take(), (lines{"enter alice 1", "update alice 2"}));
}

}  // namespace
}  // namespace presence::test::hub_fan_out_test
