// What local participants may hand over and a frame cannot hold.
#include <presence/ably/frame.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

namespace ably_encode_test {
namespace {

using namespace presence::ably;
using presence::extras;
using presence::payload;

protocol_message with(presence_item item) {
  protocol_message message;
  message.action = protocol_action::presence;
  message.presence.emplace().push_back(std::move(item));
  return message;
}
presence_item item_with(payload content) {
  presence_item item;
  item.data = presence::shared_data<wire_data>::make(wire_data{std::move(content)});
  return item;
}

TEST(ably_encode, strings_that_are_not_utf8_are_mended) {
  const auto message = with(item_with(payload::text("a\xff\xC3\xA9")));
  for (const auto as : {format::json, format::msgpack}) {
    const auto read = decode(encode(message, as), as);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->presence->at(0).data->content, payload::text("a\uFFFD\uFFFD\uFFFD"));
  }
}

TEST(ably_encode, control_characters_are_escaped_in_json) {
  protocol_message message;
  for (char c = 0; c < 0x20; ++c) message.id += c;
  message.id += "\"\\/\x7f";
  const std::string json = encode(message, format::json);
  for (const char c : json) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  EXPECT_EQ(decode(json, format::json).value().id, message.id);
}

TEST(ably_encode, extras_that_are_no_json_object_are_left_out) {
  for (const char* bad : {"", "[]", "1", "{", R"({"a":1}})", R"({"a":1},"data":"x")", "{\"a\":\"\xff\"}"}) {
    presence_item item;
    item.extras = extras::from_json(bad);
    for (const auto as : {format::json, format::msgpack}) {
      const auto read = decode(encode(with(item), as), as);
      ASSERT_TRUE(read) << bad;
      EXPECT_TRUE(read->presence->at(0) == presence_item{}) << bad;
    }
  }
}

TEST(ably_encode, extras_come_through_both_formats) {
  const std::string text = R"({"a":{"b":[1,-1,1.5,"é",null,true,false,{}]},"":"x","n":18446744073709551615})";
  presence_item item;
  item.extras = extras::from_json(text);
  EXPECT_EQ(decode(encode(with(item), format::json), format::json).value().presence->at(0).extras.json(), text);
  EXPECT_EQ(decode(encode(with(item), format::msgpack), format::msgpack).value().presence->at(0).extras.json(), text);
}

TEST(ably_encode, extras_may_be_deep_and_have_many_members) {
  const auto there = [](const std::string& text) {
    presence_item item;
    item.extras = extras::from_json(text);
    decode_limits limits;
    limits.max_depth = 100;
    return std::string{
        decode(encode(with(item), format::msgpack), format::msgpack, limits).value().presence->at(0).extras.json()};
  };
  std::string deep = "1";
  for (int i = 0; i < 63; ++i) deep = "[" + deep + "]";
  deep = R"({"a":)" + deep + "}";
  EXPECT_EQ(there(deep), deep);
  for (const int members : {15, 16, 65535, 65536}) {
    std::string many = R"({"a":[0)";
    for (int i = 1; i < members; ++i) many += ",0";
    many += R"(],"b":{}})";
    EXPECT_EQ(there(many), many) << members;
  }
}

TEST(ably_encode, numbers_of_extras_are_exact) {
  for (const char* number : {"0.1", "-1.5", "5e-324", "1.7976931348623157e+308",
                             "15099999999999999999999999999999999999", "0.30000000000000004", "-1e-7"}) {
    presence_item item;
    item.extras = extras::from_json(R"({"a":)" + std::string{number} + "}");
    const auto read = decode(encode(with(item), format::msgpack), format::msgpack);
    ASSERT_TRUE(read) << number;
    const std::string text{read->presence->at(0).extras.json()};
    EXPECT_EQ(std::strtod(text.c_str() + 5, nullptr), std::strtod(number, nullptr)) << text;
  }
}

TEST(ably_encode, extras_with_numbers_beyond_a_double_are_empty_in_msgpack) {
  for (const char* number : {"1e999", "-1e999", "1e99999999999999999999"}) {
    presence_item item;
    item.client_id = "anna";
    item.extras = extras::from_json(R"({"b":{"a":)" + std::string{number} + "}}");
    const auto read = decode(encode(with(item), format::msgpack), format::msgpack);
    ASSERT_TRUE(read) << number;
    EXPECT_EQ(read->presence->at(0).extras.json(), "{}");
    EXPECT_EQ(read->presence->at(0).client_id, "anna");
  }
}

TEST(ably_encode, data_of_no_kind_is_no_data) {
  EXPECT_EQ(encode(with(item_with(payload{})), format::json), R"({"action":14,"presence":[{"action":0}]})");
  presence_item item;
  item.data = presence::shared_data<wire_data>::undecodable(presence::errc::invalid_data, {});
  EXPECT_EQ(encode(with(item), format::json), R"({"action":14,"presence":[{"action":0}]})");
}

TEST(ably_encode, sizes_at_the_edges_of_every_form_of_msgpack) {
  for (const std::size_t size : {0U, 1U, 31U, 32U, 255U, 256U, 65535U, 65536U}) {
    protocol_message message = with(item_with(payload::text(std::string(size, 'x'))));
    message.presence->push_back(item_with(payload::bytes(std::string(size, '\xff'))));
    message.access_token = std::string(size, 't');
    EXPECT_TRUE(decode(encode(message, format::msgpack), format::msgpack).value() == message) << size;
  }
  for (const std::size_t items : {0U, 1U, 15U, 16U, 2000U}) {
    protocol_message message;
    message.action = protocol_action::sync;
    message.presence.emplace(items);
    EXPECT_TRUE(decode(encode(message, format::msgpack), format::msgpack).value() == message) << items;
  }
  for (unsigned bit = 0; bit < 63; ++bit) {
    for (const std::int64_t off : {-1, 0, 1}) {
      protocol_message message;
      message.timestamp = (std::int64_t{1} << bit) + off;
      message.msg_serial = static_cast<std::uint64_t>(*message.timestamp);
      for (const auto as : {format::json, format::msgpack}) {
        EXPECT_TRUE(decode(encode(message, as), as).value() == message) << bit;
      }
      message.timestamp = -*message.timestamp;
      for (const auto as : {format::json, format::msgpack}) {
        EXPECT_TRUE(decode(encode(message, as), as).value() == message) << bit;
      }
    }
  }
}

}  // namespace
}  // namespace ably_encode_test
