// Frames written by hand, as the protocol has them: what is written is exactly these, and what is read back the same.
#include "support/msgpack_bytes.hpp"
#include <presence/ably/frame.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace ably_golden_test {
namespace {

using namespace presence::ably;
using namespace presence::test::mp;
using presence::extras;
using presence::payload;
using presence::shared_data;

protocol_message of(protocol_action action) {
  protocol_message made;
  made.action = action;
  return made;
}
protocol_message of(protocol_action action, std::string channel) {
  protocol_message made = of(action);
  made.channel = std::move(channel);
  return made;
}
shared_data<wire_data> data(payload content, std::string encoding = {}) {
  return shared_data<wire_data>::make(wire_data{std::move(content), std::move(encoding)});
}

/// Both formats are written exactly so, and read back as the same message.
void expect_frames(const protocol_message& message, const std::string& json, const std::string& msgpack) {
  EXPECT_EQ(encode(message, format::json), json);
  EXPECT_EQ(encode(message, format::msgpack), msgpack);
  const auto from_json = decode(json, format::json);
  const auto from_msgpack = decode(msgpack, format::msgpack);
  ASSERT_TRUE(from_json) << from_json.error().message();
  ASSERT_TRUE(from_msgpack) << from_msgpack.error().message();
  EXPECT_TRUE(*from_json == message) << encode(*from_json, format::json);
  EXPECT_TRUE(*from_msgpack == message) << encode(*from_msgpack, format::json);
}

TEST(ably_golden, heartbeat_is_action_0_which_is_not_left_out) {
  expect_frames(of(protocol_action::heartbeat), R"({"action":0})", map(1) + str("action") + num(0));
}

TEST(ably_golden, heartbeat_answers_with_the_id_of_the_ping) {
  auto message = of(protocol_action::heartbeat);
  message.id = "ping-1";
  expect_frames(message, R"({"action":0,"id":"ping-1"})", map(2) + str("action") + num(0) + str("id") + str("ping-1"));
}

TEST(ably_golden, ack_has_serial_0_and_a_count) {
  auto message = of(protocol_action::ack);
  message.msg_serial = 0;
  message.count = 1;
  expect_frames(message, R"({"action":1,"msgSerial":0,"count":1})",
                map(3) + str("action") + num(1) + str("msgSerial") + num(0) + str("count") + num(1));
}

TEST(ably_golden, ack_without_serial_and_count_is_written_with_them) {
  EXPECT_EQ(encode(of(protocol_action::ack), format::json), R"({"action":1,"msgSerial":0,"count":1})");
  EXPECT_EQ(encode(of(protocol_action::nack), format::json), R"({"action":2,"msgSerial":0,"count":1})");
}

TEST(ably_golden, nack_says_why_with_number_status_and_text) {
  auto message = of(protocol_action::nack);
  message.msg_serial = 300;
  message.count = 2;
  message.error = error_info{40160, 401, "not permitted", ""};
  expect_frames(
      message,
      R"({"action":2,"msgSerial":300,"count":2,"error":{"code":40160,"statusCode":401,"message":"not permitted"}})",
      map(4) + str("action") + num(2) + str("msgSerial") + num(300) + str("count") + num(2) + str("error") + map(3) +
          str("code") + num(40160) + str("statusCode") + num(401) + str("message") + str("not permitted"));
}

TEST(ably_golden, an_error_is_written_whole_even_where_nothing_is_in_it) {
  auto message = of(protocol_action::error);
  message.error.emplace();
  expect_frames(message, R"({"action":9,"error":{"code":0,"statusCode":0,"message":""}})",
                map(2) + str("action") + num(9) + str("error") + map(3) + str("code") + num(0) + str("statusCode") +
                    num(0) + str("message") + str(""));
}

TEST(ably_golden, connect_which_nobody_uses) {
  expect_frames(of(protocol_action::connect), R"({"action":3})", map(1) + str("action") + num(3));
}

TEST(ably_golden, connected_tells_of_the_connection) {
  auto message = of(protocol_action::connected);
  message.connection_id = "c1";
  auto& details = message.details.emplace();
  details.client_id = "anna";
  details.connection_key = "c1!k";
  details.connection_state_ttl = 120000;
  details.max_idle_interval = 15000;
  details.max_message_size = 65536;
  details.max_frame_size = 524288;
  details.max_inbound_rate = 50;
  details.server_id = "s";
  details.site_code = "here";
  expect_frames(message,
                R"({"action":4,"connectionId":"c1","connectionDetails":{"clientId":"anna","connectionKey":"c1!k",)"
                R"("connectionStateTtl":120000,"maxIdleInterval":15000,"maxMessageSize":65536,"maxFrameSize":524288,)"
                R"("maxInboundRate":50,"serverId":"s","siteCode":"here"}})",
                map(3) + str("action") + num(4) + str("connectionId") + str("c1") + str("connectionDetails") + map(9) +
                    str("clientId") + str("anna") + str("connectionKey") + str("c1!k") + str("connectionStateTtl") +
                    num(120000) + str("maxIdleInterval") + num(15000) + str("maxMessageSize") + num(65536) +
                    str("maxFrameSize") + num(524288) + str("maxInboundRate") + num(50) + str("serverId") + str("s") +
                    str("siteCode") + str("here"));
}

TEST(ably_golden, connected_has_details_even_where_nothing_is_in_them) {
  auto message = of(protocol_action::connected);
  message.connection_id = "c1";
  message.details.emplace();
  expect_frames(message, R"({"action":4,"connectionId":"c1","connectionDetails":{}})",
                map(3) + str("action") + num(4) + str("connectionId") + str("c1") + str("connectionDetails") + map(0));
}

TEST(ably_golden, connected_may_say_that_it_promises_no_idle_interval) {
  auto message = of(protocol_action::connected);
  message.details.emplace().max_idle_interval = 0;
  expect_frames(message, R"({"action":4,"connectionDetails":{"maxIdleInterval":0}})",
                map(2) + str("action") + num(4) + str("connectionDetails") + map(1) + str("maxIdleInterval") + num(0));
}

TEST(ably_golden, connected_after_a_refused_resume_has_an_error) {
  auto message = of(protocol_action::connected);
  message.connection_id = "c2";
  message.connection_key = "c2!k";
  message.details.emplace().connection_key = "c2!k";
  message.error = error_info{80008, 400, "expired", "https://example.org/80008"};
  expect_frames(
      message,
      R"({"action":4,"connectionId":"c2","connectionKey":"c2!k","connectionDetails":{"connectionKey":"c2!k"},)"
      R"("error":{"code":80008,"statusCode":400,"message":"expired","href":"https://example.org/80008"}})",
      map(5) + str("action") + num(4) + str("connectionId") + str("c2") + str("connectionKey") + str("c2!k") +
          str("connectionDetails") + map(1) + str("connectionKey") + str("c2!k") + str("error") + map(4) + str("code") +
          num(80008) + str("statusCode") + num(400) + str("message") + str("expired") + str("href") +
          str("https://example.org/80008"));
}

TEST(ably_golden, the_actions_that_are_all) {
  expect_frames(of(protocol_action::disconnect), R"({"action":5})", map(1) + str("action") + num(5));
  expect_frames(of(protocol_action::close), R"({"action":7})", map(1) + str("action") + num(7));
  expect_frames(of(protocol_action::closed), R"({"action":8})", map(1) + str("action") + num(8));
}

TEST(ably_golden, disconnected_has_a_whole_error) {
  auto message = of(protocol_action::disconnected);
  message.error = error_info{80003, 400, "going down", ""};
  expect_frames(message, R"({"action":6,"error":{"code":80003,"statusCode":400,"message":"going down"}})",
                map(2) + str("action") + num(6) + str("error") + map(3) + str("code") + num(80003) + str("statusCode") +
                    num(400) + str("message") + str("going down"));
}

TEST(ably_golden, an_error_of_a_channel_without_a_name_has_the_channel) {
  auto message = of(protocol_action::error, "");
  message.error = error_info{40010, 400, "no name", ""};
  expect_frames(message, R"({"action":9,"channel":"","error":{"code":40010,"statusCode":400,"message":"no name"}})",
                map(3) + str("action") + num(9) + str("channel") + str("") + str("error") + map(3) + str("code") +
                    num(40010) + str("statusCode") + num(400) + str("message") + str("no name"));
}

TEST(ably_golden, attach_asks_for_modes_and_params) {
  auto message = of(protocol_action::attach, "room");
  message.flags = 0x2f0000;
  message.channel_serial = "s1";
  message.params = {{"rewind", "1"}, {"agent", "x"}};
  expect_frames(
      message,
      R"({"action":10,"flags":3080192,"channel":"room","channelSerial":"s1","params":{"rewind":"1","agent":"x"}})",
      map(5) + str("action") + num(10) + str("flags") + num(0x2f0000) + str("channel") + str("room") +
          str("channelSerial") + str("s1") + str("params") + map(2) + str("rewind") + str("1") + str("agent") +
          str("x"));
}

TEST(ably_golden, attach_that_asks_for_nothing_has_no_flags) {
  expect_frames(of(protocol_action::attach, "room"), R"({"action":10,"channel":"room"})",
                map(2) + str("action") + num(10) + str("channel") + str("room"));
}

TEST(ably_golden, attached_has_flags_even_if_they_are_0) {
  auto message = of(protocol_action::attached, "room");
  message.channel_serial = "s1";
  expect_frames(message, R"({"action":11,"flags":0,"channel":"room","channelSerial":"s1"})",
                map(4) + str("action") + num(11) + str("flags") + num(0) + str("channel") + str("room") +
                    str("channelSerial") + str("s1"));
}

TEST(ably_golden, detach_and_detached) {
  expect_frames(of(protocol_action::detach, "room"), R"({"action":12,"channel":"room"})",
                map(2) + str("action") + num(12) + str("channel") + str("room"));
  auto message = of(protocol_action::detached, "room");
  message.error = error_info{90001, 500, "x", ""};
  expect_frames(message, R"({"action":13,"channel":"room","error":{"code":90001,"statusCode":500,"message":"x"}})",
                map(3) + str("action") + num(13) + str("channel") + str("room") + str("error") + map(3) + str("code") +
                    num(90001) + str("statusCode") + num(500) + str("message") + str("x"));
}

TEST(ably_golden, presence_from_a_client) {
  auto message = of(protocol_action::presence, "room");
  message.msg_serial = 0;
  auto& item = message.presence.emplace().emplace_back();
  item.action = presence::action::enter;
  item.data = data(payload::text(R"({"mood":"happy"})"), "json");
  expect_frames(message,
                R"({"action":14,"channel":"room","msgSerial":0,"presence":[)"
                R"({"action":2,"data":"{\"mood\":\"happy\"}","encoding":"json"}]})",
                map(4) + str("action") + num(14) + str("channel") + str("room") + str("msgSerial") + num(0) +
                    str("presence") + array(1) + map(3) + str("action") + num(2) + str("data") +
                    str(R"({"mood":"happy"})") + str("encoding") + str("json"));
}

TEST(ably_golden, presence_broadcast_as_one_batch) {
  auto message = of(protocol_action::presence, "room");
  message.id = "c1:5";
  message.channel_serial = "s9";
  message.connection_id = "c1";
  message.timestamp = 1700000000000;
  auto& items = message.presence.emplace(2);
  items[0].action = presence::action::update;
  items[0].client_id = "anna";
  items[0].connection_id = "c1";
  items[0].id = "c1:5:0";
  items[0].timestamp = 1700000000000;
  items[0].data = data(payload::text("hé"));
  items[0].extras = extras::from_json(R"({"userClaim":"admin","n":[1,-2,null,true]})");
  items[1].action = presence::action::leave;
  items[1].client_id = "ben";
  items[1].id = "~hub:0:0";
  expect_frames(
      message,
      R"({"action":14,"id":"c1:5","channel":"room","channelSerial":"s9","connectionId":"c1","timestamp":1700000000000,)"
      R"("presence":[{"action":4,"clientId":"anna","connectionId":"c1","id":"c1:5:0","timestamp":1700000000000,)"
      R"("data":"hé","extras":{"userClaim":"admin","n":[1,-2,null,true]}},)"
      R"({"action":3,"clientId":"ben","id":"~hub:0:0"}]})",
      map(7) + str("action") + num(14) + str("id") + str("c1:5") + str("channel") + str("room") + str("channelSerial") +
          str("s9") + str("connectionId") + str("c1") + str("timestamp") + num(1700000000000) + str("presence") +
          array(2) + map(7) + str("action") + num(4) + str("clientId") + str("anna") + str("connectionId") + str("c1") +
          str("id") + str("c1:5:0") + str("timestamp") + num(1700000000000) + str("data") + str("hé") + str("extras") +
          map(2) + str("userClaim") + str("admin") + str("n") + array(4) + num(1) + bytes("fe") + nil() + bytes("c3") +
          map(3) + str("action") + num(3) + str("clientId") + str("ben") + str("id") + str("~hub:0:0"));
}

TEST(ably_golden, bytes_are_base64_in_one_format_and_bytes_in_the_other) {
  auto message = of(protocol_action::presence, "room");
  auto& item = message.presence.emplace().emplace_back();
  item.action = presence::action::enter;
  item.data = data(payload::bytes(std::string{"\x00\xff\x10", 3}));
  const std::string json =
      R"({"action":14,"channel":"room","presence":[{"action":2,"data":"AP8Q","encoding":"base64"}]})";
  const std::string msgpack = map(3) + str("action") + num(14) + str("channel") + str("room") + str("presence") +
                              array(1) + map(2) + str("action") + num(2) + str("data") +
                              bin(std::string_view{"\x00\xff\x10", 3});
  EXPECT_EQ(encode(message, format::json), json);
  EXPECT_EQ(encode(message, format::msgpack), msgpack);
  // Whoever sent it, in whichever format: each receiver gets the same frame.
  for (const auto& from : {decode(json, format::json), decode(msgpack, format::msgpack)}) {
    ASSERT_TRUE(from);
    EXPECT_EQ(encode(*from, format::json), json);
    EXPECT_EQ(encode(*from, format::msgpack), msgpack);
  }
}

TEST(ably_golden, a_sync_page_and_the_last_one_which_is_empty_and_has_the_array) {
  auto page = of(protocol_action::sync, "room");
  page.channel_serial = "seq:1";
  auto& item = page.presence.emplace().emplace_back();
  item.action = presence::action::present;
  item.client_id = "anna";
  expect_frames(page,
                R"({"action":16,"channel":"room","channelSerial":"seq:1","presence":[{"action":1,"clientId":"anna"}]})",
                map(4) + str("action") + num(16) + str("channel") + str("room") + str("channelSerial") + str("seq:1") +
                    str("presence") + array(1) + map(2) + str("action") + num(1) + str("clientId") + str("anna"));
  auto last = of(protocol_action::sync, "room");
  last.channel_serial = "seq:";
  last.presence.emplace();
  const std::string json = R"({"action":16,"channel":"room","channelSerial":"seq:","presence":[]})";
  expect_frames(last, json,
                map(4) + str("action") + num(16) + str("channel") + str("room") + str("channelSerial") + str("seq:") +
                    str("presence") + array(0));
  last.presence.reset();
  EXPECT_EQ(encode(last, format::json), json) << "a SYNC without the array is never sent";
}

TEST(ably_golden, auth_has_a_token) {
  auto message = of(protocol_action::auth);
  message.access_token = "a.b.c";
  expect_frames(message, R"({"action":17,"auth":{"accessToken":"a.b.c"}})",
                map(2) + str("action") + num(17) + str("auth") + map(1) + str("accessToken") + str("a.b.c"));
}

TEST(ably_golden, a_channel_message_is_read_for_its_action_and_serial) {
  protocol_message expected = of(protocol_action::message, "room");
  expected.msg_serial = 4;
  const auto json = decode(R"({"action":15,"channel":"room","msgSerial":4,"messages":[{"name":"n","data":{"a":[1]}}]})",
                           format::json);
  const auto msgpack =
      decode(map(4) + str("action") + num(15) + str("channel") + str("room") + str("msgSerial") + num(4) +
                 str("messages") + array(1) + map(2) + str("name") + str("n") + str("data") + bin("\x01"),
             format::msgpack);
  ASSERT_TRUE(json && msgpack);
  EXPECT_TRUE(*json == expected);
  EXPECT_TRUE(*msgpack == expected);
}

TEST(ably_golden, actions_of_other_kinds_and_of_the_future_keep_their_number) {
  for (const int number : {18, 19, 20, 21, 22, 100000}) {
    const auto action = static_cast<protocol_action>(number);
    expect_frames(of(action), R"({"action":)" + std::to_string(number) + "}",
                  map(1) + str("action") + num(static_cast<unsigned>(number)));
    EXPECT_EQ(is_known(action), number <= 21);
  }
  EXPECT_FALSE(is_known(static_cast<protocol_action>(-1)));
  EXPECT_EQ(decode(R"({"action":-1})", format::json).value().action, static_cast<protocol_action>(-1));
}

}  // namespace
}  // namespace ably_golden_test
