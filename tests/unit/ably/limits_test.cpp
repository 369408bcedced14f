#include "support/msgpack_bytes.hpp"
#include <presence/ably/frame.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ably_limits_test {
namespace {

using namespace presence::ably;
using namespace presence::test::mp;

std::error_code error_of(const protocol_message& message, const decode_limits& limits) {
  const auto json = decode(encode(message, format::json), format::json, limits).error();
  EXPECT_EQ(decode(encode(message, format::msgpack), format::msgpack, limits).error(), json);
  return json;
}

TEST(ably_limits, bytes_of_a_frame) {
  decode_limits limits;
  for (const auto as : {format::json, format::msgpack}) {
    const std::string frame = encode(protocol_message{}, as);
    limits.max_size = frame.size();
    EXPECT_TRUE(decode(frame, as, limits));
    --limits.max_size;
    EXPECT_EQ(decode(frame, as, limits).error(), frame_errc::too_large);
  }
}

TEST(ably_limits, presence_items) {
  decode_limits limits;
  limits.max_items = 3;
  protocol_message message;
  message.action = protocol_action::presence;
  message.presence.emplace(3);
  EXPECT_FALSE(error_of(message, limits));
  message.presence->emplace_back();
  EXPECT_EQ(error_of(message, limits), frame_errc::too_many);
}

TEST(ably_limits, channel_parameters) {
  decode_limits limits;
  limits.max_params = 2;
  protocol_message message;
  message.params = {{"a", ""}, {"b", ""}};
  EXPECT_FALSE(error_of(message, limits));
  message.params.emplace_back("c", "");
  EXPECT_EQ(error_of(message, limits), frame_errc::too_many);
}

TEST(ably_limits, names) {
  decode_limits limits;
  limits.max_name = 10;
  const std::string fits(10, 'x');
  const std::string long_one(11, 'x');
  const auto with = [](const std::string& text) {
    std::vector<protocol_message> each(9);
    each[0].id = text;
    each[1].channel = text;
    each[2].channel_serial = text;
    each[3].connection_id = text;
    each[4].params = {{text, ""}};
    each[5].params = {{"", text}};
    each[6].presence.emplace(1)[0].client_id = text;
    each[7].presence.emplace(1)[0].id = text;
    each[8].details.emplace().connection_key = text;
    return each;
  };
  for (const auto& message : with(fits)) EXPECT_FALSE(error_of(message, limits));
  for (const auto& message : with(long_one)) EXPECT_EQ(error_of(message, limits), frame_errc::too_long);
  EXPECT_EQ(decode(R"({"action":14,"presence":[{"data":"","encoding":"01234567890"}]})", format::json, limits).error(),
            frame_errc::too_long);
}

TEST(ably_limits, data_and_tokens_are_bounded_by_the_frame_only) {
  protocol_message message;
  message.access_token = std::string(100000, 't');
  message.presence.emplace(1)[0].data =
      presence::shared_data<wire_data>::make(wire_data{presence::payload::text(std::string(100000, 'd'))});
  EXPECT_FALSE(error_of(message, {}));
}

TEST(ably_limits, depth_counts_the_frame_and_what_is_ignored) {
  decode_limits limits;
  limits.max_depth = 4;
  for (const auto& [json, fits] : std::vector<std::pair<std::string, bool>>{
           {R"({"action":0,"x":[[[]]]})", true},
           {R"({"action":0,"x":[[[[]]]]})", false},
           {R"({"action":0,"presence":[{"extras":{}}]})", true},
           {R"({"action":0,"presence":[{"extras":{"a":{}}}]})", false},
           {R"({"action":0,"x":[{"a":{"b":1}}]})", true},
       }) {
    detail::msgpack_writer out;
    out.json(json);
    const auto expected = fits ? std::error_code{} : make_error_code(frame_errc::too_deep);
    EXPECT_EQ(decode(json, format::json, limits).error(), expected) << json;
    EXPECT_EQ(decode(out.take(), format::msgpack, limits).error(), expected) << json;
  }
  const std::string deep(100000, '[');
  EXPECT_EQ(decode(R"({"x":)" + deep, format::json).error(), frame_errc::too_deep);
  EXPECT_EQ(decode(map(1) + str("x") + std::string(100000, '\x91'), format::msgpack).error(), frame_errc::too_deep);
}

TEST(ably_limits, sizes_that_are_only_claimed_take_no_memory) {
  const std::string start = map(2) + str("action") + num(14);
  for (const std::string& claim : {
           str("presence") + bytes("dd ff ff ff ff"),  // 4294967295 items
           str("presence") + bytes("dd ff ff ff ff 81"),
           str("x") + bytes("df ff ff ff ff"),
           str("id") + bytes("db ff ff ff ff 61"),
           str("x") + bytes("c6 ff ff ff ff 61"),
           str("x") + bytes("c9 ff ff ff ff 61"),
       }) {
    EXPECT_EQ(decode(start + claim, format::msgpack).error(), frame_errc::malformed);
  }
}

TEST(ably_limits, what_exceeds_one_is_a_message_too_large) {
  EXPECT_EQ(to_errc(frame_errc::too_large), presence::errc::message_too_large);
  EXPECT_EQ(to_errc(frame_errc::too_deep), presence::errc::message_too_large);
  EXPECT_EQ(to_errc(frame_errc::too_many), presence::errc::message_too_large);
  EXPECT_EQ(to_errc(frame_errc::too_long), presence::errc::message_too_large);
  EXPECT_EQ(to_errc(frame_errc::invalid_extras), presence::errc::invalid_data);
  EXPECT_EQ(to_errc(frame_errc::malformed), presence::errc::bad_request);
  EXPECT_EQ(to_errc(frame_errc::duplicate_field), presence::errc::bad_request);
  EXPECT_EQ(to_errc(presence::errc::not_permitted), presence::errc::not_permitted);
  EXPECT_EQ(to_errc(std::make_error_code(std::errc::not_enough_memory)), presence::errc::bad_request);
}

TEST(ably_limits, every_error_has_a_text_of_its_own) {
  std::vector<std::string> texts;
  for (int value = 1; value <= static_cast<int>(frame_errc::too_long); ++value) {
    texts.push_back(make_error_code(static_cast<frame_errc>(value)).message());
    EXPECT_NE(texts.back(), "unknown frame error");
    for (std::size_t i = 0; i + 1 < texts.size(); ++i) EXPECT_NE(texts[i], texts.back());
  }
  EXPECT_EQ(make_error_code(static_cast<frame_errc>(99)).message(), "unknown frame error");
  EXPECT_STREQ(frame_category().name(), "presence.ably");
}

}  // namespace
}  // namespace ably_limits_test
