#include <presence/ably/frame.hpp>

#include <gtest/gtest.h>

#include <string>

namespace ably_broadcast_test {
namespace {

using namespace presence::ably;

protocol_message enter_of(presence::payload content) {
  protocol_message message;
  message.action = protocol_action::presence;
  message.channel = "room";
  auto& item = message.presence.emplace().emplace_back();
  item.action = presence::action::enter;
  item.client_id = "anna";
  item.data = presence::shared_data<wire_data>::make(wire_data{std::move(content)});
  return message;
}

TEST(ably_broadcast, encodes_once_for_each_format_however_many_receive_it) {
  broadcast event{enter_of(presence::payload::bytes("\x01\x02"))};
  EXPECT_EQ(event.encodings(), 0U);
  const auto json = event.frame(format::json);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(event.frame(format::json), json) << "the same frame, not an equal one";
  EXPECT_EQ(event.encodings(), 1U);
  const auto msgpack = event.frame(format::msgpack);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(event.frame(format::msgpack), msgpack);
    EXPECT_EQ(event.frame(format::json), json);
  }
  EXPECT_EQ(event.encodings(), 2U);
}

TEST(ably_broadcast, frames_are_what_encode_gives) {
  broadcast event{enter_of(presence::payload::json("[1]"))};
  EXPECT_EQ(*event.frame(format::json), encode(event.message(), format::json));
  EXPECT_EQ(*event.frame(format::msgpack), encode(event.message(), format::msgpack));
}

TEST(ably_broadcast, a_frame_outlives_it) {
  broadcast::shared_frame kept;
  {
    broadcast event{enter_of(presence::payload::text("hi"))};
    kept = event.frame(format::json);
  }
  EXPECT_EQ(*kept, R"({"action":14,"channel":"room","presence":[{"action":2,"clientId":"anna","data":"hi"}]})");
}

}  // namespace
}  // namespace ably_broadcast_test
