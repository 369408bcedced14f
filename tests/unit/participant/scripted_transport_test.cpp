// The transport whose other end a test plays, without a presence on it.
#include "support/messages.hpp"
#include "support/threads.hpp"
#include <presence/codec/text.hpp>
#include <presence/error.hpp>
#include <presence/mutex.hpp>
#include <presence/testing/manual_clock.hpp>
#include <presence/testing/scripted_transport.hpp>
#include <presence/transport.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace presence::test::participant_scripted_transport_test {
namespace {

using lines = std::vector<std::string>;
using testing::transport_call;
using transport_type = testing::scripted_transport<std::string>;

static_assert(transport_with_codec<transport_type>);
static_assert(transport<testing::scripted_transport<std::string, text_codec, std::mutex>>);
static_assert(transport<testing::scripted_transport<int, identity_codec<int>, null_mutex>>);
static_assert(!std::is_copy_constructible_v<transport_type>);

class recorder final : public transport_receiver<std::string> {
 public:
  void on_state(const state_change& change) override { hear(std::string{to_string(change.state)}); }
  void on_presence(const message_batch<std::string>& messages) override {
    for (const auto& m : *messages) hear(describe(m));
    last = messages;
  }
  void on_sync(const message_batch<std::string>& page, const sync_cursor& cursor) override {
    hear("sync " + std::to_string(page->size()) + (cursor.last ? " last" : ""));
  }
  void on_published(publish_token token, std::error_code outcome) override {
    hear("published " + std::to_string(token) + (outcome ? ": " + outcome.message() : ""));
  }
  lines take() { return std::exchange(heard, {}); }

  lines heard;
  message_batch<std::string> last;
  std::function<void()> then;

 private:
  void hear(std::string line) {
    heard.push_back(std::move(line));
    if (then) std::exchange(then, nullptr)();
  }
};

class scripted_transport_kit : public ::testing::Test {
 protected:
  scripted_transport_kit() { transport->bind(&heard); }

  recorder heard;
  std::optional<transport_type> transport{std::in_place, "alice", "c7"};
  transport_type::script_type room = transport->script();
};

TEST_F(scripted_transport_kit, answers_by_itself) {
  EXPECT_EQ(transport->state(), room_state::initialized);
  transport->attach(mode_set::all());
  transport->publish({enter("", "").without_id()}, 9);
  transport->resync();
  transport->detach();
  EXPECT_EQ(heard.take(), (lines{"attached", "enter alice/c7", "published 9", "attached", "detached"}));
  EXPECT_EQ(transport->state(), room_state::detached);
  EXPECT_EQ(transport->client_id(), "alice");
  EXPECT_EQ(transport->connection_id(), "c7");
}

TEST_F(scripted_transport_kit, stamps_echoes_as_a_hub_does) {
  transport->attach(mode_set::all());
  room.set_time(at_ms(5));
  transport->publish({enter("", "").without_id(), leave("bob", "").without_id()}, 1);
  transport->publish({update("", "").serial(4, 2)}, 2);
  ASSERT_EQ(heard.last->size(), 1U);
  EXPECT_EQ(heard.last->front().id, (message_id{4, 2, id_origin::connection}));  // an id that was given stays
  EXPECT_EQ(heard.last->front().timestamp, at_ms(5));
  EXPECT_EQ(room.published().size(), 3U);
}

TEST_F(scripted_transport_kit, records_what_was_asked) {
  transport->attach(mode::presence);
  transport->publish({enter("", "").data("x")}, 3);
  const auto calls = room.calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].what, transport_call::attach);
  EXPECT_EQ(calls[0].modes, mode_set{mode::presence});
  EXPECT_EQ(calls[1].token, 3U);
  EXPECT_EQ(*calls[1].messages.at(0).data, "x");
  EXPECT_EQ(room.count(transport_call::publish), 1U);
  room.forget_calls();
  EXPECT_EQ(room.calls().size(), 0U);
}

TEST_F(scripted_transport_kit, grants_the_modes_that_were_asked_for_unless_told_otherwise) {
  struct modes_recorder final : transport_receiver<std::string> {
    void on_state(const state_change& change) override { modes.push_back(change.modes); }
    void on_presence(const message_batch<std::string>&) override {}
    void on_sync(const message_batch<std::string>&, const sync_cursor&) override {}
    void on_published(publish_token, std::error_code) override {}
    std::vector<mode_set> modes;
  } modes;
  transport->bind(&modes);
  transport->attach(mode::presence);
  room.attach_with({.modes = mode_set{mode::subscribe}});
  transport->attach(mode::presence);
  EXPECT_EQ(modes.modes, (std::vector{mode_set{mode::presence}, mode_set{mode::subscribe}}));
}

TEST_F(scripted_transport_kit, answers_by_hand) {
  for (const auto what : {transport_call::attach, transport_call::detach, transport_call::publish}) room.by_hand(what);
  transport->attach(mode_set::all());
  EXPECT_EQ(transport->state(), room_state::attaching);
  room.answer_attach();
  transport->publish({enter("", "").without_id()}, 1);
  transport->publish({update("", "").without_id()}, 2);
  transport->publish({leave("", "").without_id()}, 3);
  EXPECT_EQ(room.unanswered(), 3U);
  room.answer_publish();
  room.answer_publish({.outcome = make_error_code(errc::room_full)});
  room.answer_publish({.echo = false});
  transport->detach();
  EXPECT_EQ(transport->state(), room_state::detaching);
  room.answer_detach();
  EXPECT_EQ(heard.take(),
            (lines{"attached", "enter alice/c7", "published 1",
                   "published 2: " + make_error_code(errc::room_full).message(), "published 3", "detached"}));
  room.automatic(transport_call::attach);
  transport->attach(mode_set::all());
  EXPECT_EQ(heard.take(), lines{"attached"});
}

TEST_F(scripted_transport_kit, speaks_on_its_own_account) {
  room.push(enter("bob", "c2"));
  room.push({enter("carol", "c3"), leave("bob", "c2")});
  room.sync("s:1", {present("carol", "c3")});
  room.sync("s:");
  room.drop();
  room.suspend();
  room.fail(errc::not_permitted);
  room.detach(errc::replaced);
  EXPECT_EQ(heard.take(), (lines{"enter bob/c2", "enter carol/c3", "leave bob/c2", "sync 1", "sync 0 last", "attaching",
                                 "suspended", "failed", "detached"}));
  EXPECT_THROW(room.sync("no cursor"), presence_error);
}

TEST_F(scripted_transport_kit, refuses_the_nth_call) {
  room.refuse_nth(2, errc::rate_limited);
  transport->attach(mode_set::all());
  transport->publish({enter("", "")}, 1);
  transport->publish({leave("", "")}, 2);
  EXPECT_EQ(heard.take(), (lines{"attached", "published 1: " + make_error_code(errc::rate_limited).message(),
                                 "leave alice/c7", "published 2"}));
  room.refuse_nth(1, errc::rate_limited);
  transport->detach();
  EXPECT_EQ(heard.take(), lines{"failed"});
}

TEST_F(scripted_transport_kit, can_be_slow) {
  room.hold();
  transport->attach(mode_set::all());
  room.push(enter("bob", "c2"));
  EXPECT_EQ(heard.take(), lines{});
  room.release();
  EXPECT_EQ(heard.take(), (lines{"attached", "enter bob/c2"}));
}

TEST_F(scripted_transport_kit, tells_what_did_not_go_as_expected) {
  EXPECT_EQ(room.complaint(), "");
  room.expect({transport_call::attach, transport_call::publish});
  EXPECT_EQ(room.complaint(), "2 expected calls did not come");
  transport->attach(mode_set::all());
  transport->publish({}, 1);
  EXPECT_EQ(room.complaint(), "");
  transport->detach();
  EXPECT_EQ(room.complaint(), "detach instead of nothing");
}

TEST_F(scripted_transport_kit, complains_about_the_first_call_that_was_not_expected) {
  room.expect({transport_call::attach, transport_call::detach});
  transport->resync();
  transport->attach(mode_set::all());
  EXPECT_EQ(room.complaint(), "resync instead of attach");
}

TEST_F(scripted_transport_kit, calls_serially_also_from_within_a_call) {
  heard.then = [&] {
    room.push(leave("bob", "c2"));
    transport->attach(mode_set::all());
    EXPECT_EQ(heard.heard, lines{"enter bob/c2"});
  };
  room.push(enter("bob", "c2"));
  EXPECT_EQ(heard.take(), (lines{"enter bob/c2", "leave bob/c2", "attached"}));
}

TEST_F(scripted_transport_kit, reaches_nobody_once_it_is_unbound_or_gone) {
  EXPECT_TRUE(room.bound());
  transport->bind(nullptr);
  EXPECT_FALSE(room.bound());
  room.push(enter("bob", "c2"));
  transport->bind(&heard);
  EXPECT_EQ(heard.take(), lines{});
  transport.reset();
  EXPECT_FALSE(room.bound());
  room.push(enter("bob", "c2"));
  room.answer_attach();
  EXPECT_EQ(heard.take(), lines{});
}

TEST_F(scripted_transport_kit, may_be_destroyed_by_what_it_tells) {
  heard.then = [&] { transport.reset(); };
  room.push({enter("bob", "c2")});
  room.push({enter("carol", "c3")});
  EXPECT_EQ(heard.take(), lines{"enter bob/c2"});
}

TEST_F(scripted_transport_kit, moving_takes_receiver_and_script_along) {
  transport_type other = std::move(*transport);
  transport.reset();
  EXPECT_TRUE(room.bound());
  transport_type assigned{"bob"};
  auto forgotten = assigned.script();
  assigned = std::move(other);
  assigned.attach(mode_set::all());
  forgotten.push(enter("carol", "c3"));
  EXPECT_EQ(heard.take(), lines{"attached"});
  EXPECT_EQ(assigned.client_id(), "alice");
}

TEST_F(scripted_transport_kit, unbinding_waits_for_the_call_that_runs_on_another_thread) {
  latch entered{1};
  latch proceed{1};
  bool finished = false;
  heard.then = [&] {
    entered.count_down();
    proceed.wait();
    finished = true;
  };
  std::thread speaking{[&] { room.push(enter("bob", "c2")); }};
  entered.wait();
  std::thread releasing{[&] { proceed.count_down(); }};
  transport->bind(nullptr);
  EXPECT_TRUE(finished);
  releasing.join();
  speaking.join();
}

}  // namespace
}  // namespace presence::test::participant_scripted_transport_test
