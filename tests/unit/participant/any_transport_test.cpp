// A transport whose type is forgotten: chosen while the program runs, handed on, moved from, destroyed inside a callback.
#include <presence/any_transport.hpp>
#include <presence/presence.hpp>
#include <presence/testing/checked_mutex.hpp>
#include <presence/testing/manual_clock.hpp>
#include <presence/testing/scripted_transport.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::test::participant_any_transport_test {
namespace {

using testing::checked_mutex;
using backplane_type = basic_no_backplane<checked_mutex>;
using hub_type = basic_hub<std::string, testing::manual_clock, backplane_type>;
using erased = any_transport<std::string, identity_codec<std::string>, checked_mutex>;
using participant = any_presence<std::string, testing::manual_clock, identity_codec<std::string>, checked_mutex>;

static_assert(transport<erased> && transport_with_codec<erased>);
static_assert(std::is_nothrow_move_constructible_v<erased> && std::is_nothrow_move_assignable_v<erased>);
static_assert(!std::is_constructible_v<erased, loopback<std::string, testing::manual_clock, no_backplane>>,
              "another mutex");
static_assert(!std::is_constructible_v<erased, loopback<int, testing::manual_clock, backplane_type>>, "another codec");
static_assert(!std::is_constructible_v<erased, int>, "no transport");

TEST(AnyTransport, OneTypeOfParticipantServesTransportsOfAllKinds) {
  testing::manual_clock clock;
  hub_type hub{{}, clock};
  auto alice = hub.connect("alice");
  testing::scripted_transport<std::string> scripted{"bob", "c7"};
  auto room = scripted.script();
  std::vector<participant> all;
  all.emplace_back(alice.room("lobby"), presence_options{}, clock);
  all.emplace_back(std::move(scripted), presence_options{}, clock);
  for (participant& each : all) each.enter("here");
  EXPECT_EQ(all[0].client_id(), "alice");
  EXPECT_TRUE(all[0].is_user_present("alice"));
  EXPECT_EQ(all[1].client_id(), "bob");
  EXPECT_EQ(all[1].connection_id(), "c7");
  EXPECT_EQ(hub.rooms().size(), 1u);
}

TEST(AnyTransport, CarriesTheCodecOfWhatIsInside) {
  struct marked : identity_codec<std::string> {
    int mark = 0;
  };
  testing::scripted_transport<std::string, marked> inside{"me", "c1", marked{{}, 42}};
  any_transport<std::string, marked, checked_mutex> outside{std::move(inside)};
  EXPECT_EQ(outside.codec().mark, 42);
  auto moved = std::move(outside);
  EXPECT_EQ(moved.codec().mark, 42);
}

TEST(AnyTransport, KeepsAClientIdThatTheTransportMakesAnew) {
  struct by_value : testing::scripted_transport<std::string> {
    using scripted_transport::scripted_transport;
    std::string client_id() const { return "made anew, and too long to stand in the string itself"; }
  };
  const erased outside{by_value{"me"}};
  const auto& id = outside.client_id();
  EXPECT_EQ(id, "made anew, and too long to stand in the string itself");
}

TEST(AnyTransport, WhatWasMovedFromSaysThatItsConnectionIsClosed) {
  testing::manual_clock clock;
  hub_type hub{{}, clock};
  auto alice = hub.connect("alice");
  erased first{alice.room("lobby")};
  erased second{std::move(first)};
  EXPECT_EQ(second.client_id(), "alice");
  participant empty{std::move(first), {}, clock};  // NOLINT(bugprone-use-after-move): that is what is tried
  EXPECT_EQ(empty.client_id(), "");
  EXPECT_EQ(empty.connection_id(), "");
  std::optional<std::error_code> attached, detached;
  empty.attach([&](std::error_code e) { attached = e; });
  EXPECT_EQ(attached, errc::connection_closed);
  EXPECT_EQ(empty.state(), room_state::detached);
  empty.detach([&](std::error_code e) { detached = e; });
  EXPECT_EQ(detached, std::error_code{});
  participant full{std::move(second), {}, clock};
  full.enter("here");
  EXPECT_TRUE(full.is_user_present("alice"));
}

TEST(AnyTransport, AssignedOverItsMemberLeaves) {
  testing::manual_clock clock;
  hub_type hub{{}, clock};
  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  participant a{alice.room("lobby"), {}, clock};
  a.enter("here");
  a = participant{bob.room("lobby"), {}, clock};
  a.enter("here");
  EXPECT_FALSE(a.is_user_present("alice"));
  EXPECT_TRUE(a.is_user_present("bob"));
}

TEST(AnyTransport, MayBeDestroyedInsideEveryCallback) {
  testing::manual_clock clock;
  hub_type hub{{}, clock};
  auto alice = hub.connect("alice");
  std::vector<std::string> heard;
  std::optional<participant> a;
  const auto make = [&] { a.emplace(alice.room("lobby"), presence_options{}, clock); };
  make();
  a->attach([&](std::error_code) { a.reset(), heard.emplace_back("attached"); });
  make();
  a->enter("here", [&](std::error_code) { a.reset(), heard.emplace_back("entered"); });
  make();
  auto sub = a->subscribe([&](const auto&) { a.reset(), heard.emplace_back("event"); });
  a->enter("here");
  make();
  a->attach();
  a->detach([&](std::error_code) { a.reset(), heard.emplace_back("detached"); });
  EXPECT_EQ(heard, (std::vector<std::string>{"attached", "entered", "event", "detached"}));
  EXPECT_FALSE(a);
}

}  // namespace
}  // namespace presence::test::participant_any_transport_test
