#include <presence/ably/flags.hpp>
#include <presence/ably/presence_item.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <string>

namespace ably_presence_item_test {
namespace {

using namespace presence::ably;
using presence::errc;
using presence::extras;
using presence::id_origin;
using presence::message_id;
using presence::payload;
using presence::time_point;

protocol_message around() {
  protocol_message made;
  made.action = protocol_action::presence;
  made.id = "c1:7";
  made.connection_id = "c1";
  made.timestamp = 1000;
  return made;
}
presence_item enter(std::string client_id) {
  presence_item item;
  item.action = presence::action::enter;
  item.client_id = std::move(client_id);
  return item;
}
time_point at(int ms) { return time_point{std::chrono::milliseconds{ms}}; }

TEST(ably_item, what_it_leaves_out_comes_from_around_it) {
  const auto read = to_message(enter("anna"), around(), 3);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->action, presence::action::enter);
  EXPECT_EQ(read->client_id, "anna");
  EXPECT_EQ(read->connection_id, "c1");
  EXPECT_EQ(read->id, (message_id{7, 3, id_origin::connection}));
  EXPECT_EQ(read->timestamp, at(1000));
  EXPECT_FALSE(read->data || read->extras);
}

TEST(ably_item, what_it_says_itself_counts) {
  auto item = enter("anna");
  item.id = "c2:1:0";
  item.connection_id = "c2";
  item.timestamp = 5;
  item.extras = extras::from_json("{}");
  item.data = presence::shared_data<wire_data>::make(wire_data{payload::text("x"), "vcdiff"});
  const auto read = to_message(item, around(), 3);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->connection_id, "c2");
  EXPECT_EQ(read->id, (message_id{1, 0, id_origin::connection}));
  EXPECT_EQ(read->timestamp, at(5));
  EXPECT_TRUE(same(read->data, item.data)) << "not copied";
  EXPECT_EQ(read->extras, item.extras);
}

TEST(ably_item, an_id_of_somebody_else_is_synthesized) {
  auto item = enter("anna");
  for (const char* id : {"c2:1:0", "~hub:0:0", "nothing", "c"}) {
    item.id = id;
    EXPECT_EQ(to_message(item, around(), 0).value().id.origin, id_origin::synthesized) << id;
  }
  item.id = "";
  EXPECT_EQ(to_message(item, around(), 0).value().id.origin, id_origin::none);
}

TEST(ably_item, an_own_id_that_is_none_is_refused) {
  auto item = enter("anna");
  for (const char* id : {"c1", "c1:1", "c1:1:", "c1:x:0", "c1:1:-1", "c1:1:4294967296"}) {
    item.id = id;
    EXPECT_EQ(to_message(item, around(), 0).error(), errc::bad_request) << id;
  }
}

TEST(ably_item, an_action_that_is_none_is_refused) {
  auto item = enter("anna");
  item.action = static_cast<presence::action>(5);
  EXPECT_EQ(to_message(item, around(), 0).error(), errc::bad_request);
}

TEST(ably_item, from_a_client_everything_may_be_missing) {
  presence_item item;
  item.action = presence::action::update;
  const auto read = to_message(item, protocol_message{}, 0);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->client_id, "");
  EXPECT_EQ(read->connection_id, "");
  EXPECT_EQ(read->id.origin, id_origin::none);
  EXPECT_EQ(read->timestamp, time_point{});
}

TEST(ably_item, a_message_becomes_an_item_that_says_everything) {
  presence::message<wire_data> member;
  member.action = presence::action::present;
  member.client_id = "anna";
  member.connection_id = "c1";
  member.id = {7, 3, id_origin::connection};
  member.timestamp = at(1000);
  member.data = presence::shared_data<wire_data>::make(wire_data{payload::text("x"), "vcdiff"});
  member.extras = extras::from_json(R"({"a":1})");
  const auto item = to_item(member);
  EXPECT_EQ(item.id, "c1:7:3");
  EXPECT_EQ(item.timestamp, 1000);
  EXPECT_TRUE(same(item.data, member.data));
  EXPECT_TRUE(to_message(item, protocol_message{}, 9).value() == member) << "and needs nothing around it";
}

TEST(ably_item, a_synthesized_leave_does_not_begin_with_the_connection_id) {
  presence::message<wire_data> leave;
  leave.action = presence::action::leave;
  leave.connection_id = "~c";
  leave.id = {0, 0, id_origin::synthesized};
  EXPECT_FALSE(to_item(leave).id->starts_with("~"));
  leave.id = {};
  EXPECT_FALSE(to_item(leave).id || to_item(leave).timestamp);
}

TEST(ably_flags, only_bits_from_16_up_ask_for_modes) {
  EXPECT_EQ(asked_modes(0), flag::base_modes);
  EXPECT_EQ(asked_modes(flag::attach_resume | flag::has_backlog), flag::base_modes);
  EXPECT_EQ(asked_modes(flag::presence | flag::attach_resume), flag::presence);
  EXPECT_EQ(asked_modes(0x2f0000), flag::base_modes | flag::annotation_publish);
  EXPECT_EQ(flag::base_modes, 0xf0000U);
  EXPECT_EQ(asked_modes(std::uint64_t{1} << 40U), std::uint64_t{1} << 40U) << "asks for something, though not for ours";
}

TEST(ably_flags, presence_modes_there_and_back) {
  using presence::mode;
  using presence::mode_set;
  for (const mode_set modes : {mode_set{}, mode_set{mode::presence}, mode_set{mode::subscribe}, mode_set::all()}) {
    EXPECT_EQ(presence_modes(to_flags(modes)), modes);
    EXPECT_EQ(presence_modes(to_flags(modes) | flag::publish | flag::subscribe | flag::resumed), modes);
  }
  EXPECT_EQ(to_flags(mode_set::all()), 0x90000U);
}

TEST(ably_flags, actions_have_the_names_of_the_protocol) {
  EXPECT_EQ(to_string(protocol_action::heartbeat), "HEARTBEAT");
  EXPECT_EQ(to_string(protocol_action::annotation), "ANNOTATION");
  EXPECT_EQ(to_string(static_cast<protocol_action>(22)), "UNKNOWN");
  for (int number = 0; number <= 21; ++number) EXPECT_NE(to_string(static_cast<protocol_action>(number)), "UNKNOWN");
  std::ostringstream out;
  out << protocol_action::sync;
  EXPECT_EQ(out.str(), "SYNC");
}

}  // namespace
}  // namespace ably_presence_item_test
