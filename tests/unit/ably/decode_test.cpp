// What a decoder makes of frames that are not as the protocol has them: the same in both formats where both can say it.
#include "support/msgpack_bytes.hpp"
#include <presence/ably/frame.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <system_error>

namespace ably_decode_test {
namespace {

using namespace presence::ably;
using namespace presence::test::mp;
using presence::payload;

/// The same value in MessagePack; of text that is no JSON, nothing.
std::string to_msgpack(std::string_view json) {
  detail::msgpack_writer out;
  out.json(json);
  return out.take();
}

void expect_refused(std::string_view json, frame_errc why) {
  EXPECT_EQ(decode(json, format::json).error(), why) << json;
  EXPECT_EQ(decode(to_msgpack(json), format::msgpack).error(), why) << json << " as MessagePack";
}
void expect_read_as(std::string_view json, std::string_view as) {
  for (const auto& read : {decode(json, format::json), decode(to_msgpack(json), format::msgpack)}) {
    ASSERT_TRUE(read) << json << ": " << read.error().message();
    EXPECT_EQ(encode(*read, format::json), as);
  }
}

TEST(ably_decode, a_frame_is_an_object_with_an_action) {
  for (const char* json : {"[]", "1", "-1", "1.5", "true", "null", R"("x")", R"([{"action":0}])"}) {
    expect_refused(json, frame_errc::not_an_object);
  }
  for (const char* json :
       {"{}", R"({"channel":"a"})", R"({"action":null})", R"({"Action":1})", R"({"x":{"action":1}})"}) {
    expect_refused(json, frame_errc::no_action);
  }
}

TEST(ably_decode, a_null_is_the_same_as_absence) {
  expect_read_as(R"({"action":14,"flags":null,"id":null,"channel":null,"channelSerial":null,"connectionId":null,
                     "connectionKey":null,"connectionDetails":null,"msgSerial":null,"count":null,"timestamp":null,
                     "error":null,"auth":null,"params":null,"presence":[{"action":2,"clientId":null,"data":null,
                     "encoding":null,"extras":null,"id":null,"connectionId":null,"timestamp":null}]})",
                 R"({"action":14,"presence":[{"action":2}]})");
  expect_read_as(R"({"action":14,"presence":null})", R"({"action":14,"presence":[]})");
  EXPECT_FALSE(decode(R"({"action":14,"presence":null})", format::json).value().presence);
  expect_read_as(R"({"action":10,"params":{"a":null,"b":"c"}})", R"({"action":10,"params":{"b":"c"}})");
  expect_refused(R"({"action":14,"presence":[null]})", frame_errc::wrong_type);
}

TEST(ably_decode, what_java_and_python_add_is_no_harm) {
  expect_read_as(R"({"action":10,"flags":0,"count":0,"timestamp":0,"channel":"a","params":null})",
                 R"({"action":10,"channel":"a","count":0,"timestamp":0})");
  expect_read_as(R"({"action":14,"msgSerial":0,"channel":"a","presence":[{"action":2,"clientId":"x","data":null}]})",
                 R"({"action":14,"channel":"a","msgSerial":0,"presence":[{"action":2,"clientId":"x"}]})");
}

TEST(ably_decode, unknown_fields_are_ignored_wherever_they_stand_and_whatever_they_hold) {
  expect_read_as(
      R"({"x":{"action":3,"y":[{"presence":[1]}],"z":{}},"action":14,"res":[{"serials":["a",null]}],"big":1e300,
          "presence":[{"state":[[],{}],"action":2,"more":{"data":1}},{"action":3,"n":-7,"b":false}],
          "error":{"code":1,"cause":{"code":2},"statusCode":3,"message":"m","detail":[1]},"auth":{"x":1,"y":{}},
          "connectionDetails":{"objectsGCGracePeriod":1,"x":[2]},"state":18446744073709551615})",
      R"({"action":14,"connectionDetails":{},"error":{"code":1,"statusCode":3,"message":"m"},)"
      R"("presence":[{"action":2},{"action":3}]})");
}

TEST(ably_decode, fields_of_another_type_make_the_frame_bad) {
  for (const char* json : {
           R"({"action":"14"})",
           R"({"action":true})",
           R"({"action":{}})",
           R"({"action":[1]})",
           R"({"action":1,"flags":"x"})",
           R"({"action":1,"id":1})",
           R"({"action":1,"channel":1.5})",
           R"({"action":1,"channel":18446744073709551615})",
           R"({"action":1,"channel":["a"]})",
           R"({"action":1,"channelSerial":false})",
           R"({"action":1,"connectionId":{}})",
           R"({"action":1,"msgSerial":"0"})",
           R"({"action":1,"count":[]})",
           R"({"action":1,"timestamp":"now"})",
           R"({"action":1,"error":"x"})",
           R"({"action":1,"error":[]})",
           R"({"action":1,"error":{"code":"x"}})",
           R"({"action":1,"error":{"message":1}})",
           R"({"action":1,"error":{"statusCode":{}}})",
           R"({"action":1,"auth":"token"})",
           R"({"action":1,"auth":{"accessToken":1}})",
           R"({"action":1,"params":[]})",
           R"({"action":1,"params":"a"})",
           R"({"action":1,"params":{"a":1}})",
           R"({"action":1,"params":{"a":2.5}})",
           R"({"action":1,"params":{"a":{}}})",
           R"({"action":1,"params":{"a":[]}})",
           R"({"action":1,"params":{"a":true}})",
           R"({"action":4,"connectionDetails":1})",
           R"({"action":4,"connectionDetails":{"clientId":1}})",
           R"({"action":4,"connectionDetails":{"maxIdleInterval":"1"}})",
           R"({"action":14,"presence":{}})",
           R"({"action":14,"presence":"x"})",
           R"({"action":14,"presence":[1]})",
           R"({"action":14,"presence":["x"]})",
           R"({"action":14,"presence":[true]})",
           R"({"action":14,"presence":[[]]})",
           R"({"action":14,"presence":[{"action":"enter"}]})",
           R"({"action":14,"presence":[{"clientId":1}]})",
           R"({"action":14,"presence":[{"id":{}}]})",
           R"({"action":14,"presence":[{"data":1}]})",
           R"({"action":14,"presence":[{"data":1.5}]})",
           R"({"action":14,"presence":[{"data":true}]})",
           R"({"action":14,"presence":[{"data":{"a":1}}]})",
           R"({"action":14,"presence":[{"data":["a"]}]})",
           R"({"action":14,"presence":[{"encoding":1}]})",
           R"({"action":14,"presence":[{"extras":"{}"}]})",
           R"({"action":14,"presence":[{"extras":[]}]})",
           R"({"action":14,"presence":[{"extras":1}]})",
           R"({"action":14,"presence":[{"timestamp":"1"}]})",
       }) {
    expect_refused(json, frame_errc::wrong_type);
  }
}

TEST(ably_decode, integers_fit_and_may_be_written_with_a_fraction_of_nothing) {
  expect_read_as(R"({"action":1.0,"msgSerial":9007199254740992.0,"count":4294967295,"timestamp":-5.0})",
                 R"({"action":1,"msgSerial":9007199254740992,"count":4294967295,"timestamp":-5})");
  expect_read_as(R"({"action":1,"msgSerial":9223372036854775807,"count":1,"flags":9223372036854775807})",
                 R"({"action":1,"flags":9223372036854775807,"msgSerial":9223372036854775807,"count":1})");
  for (const char* json : {
           R"({"action":2147483648})",
           R"({"action":1.5})",
           R"({"action":1e300})",
           R"({"action":18446744073709551615})",
           R"({"action":1,"flags":-1})",
           R"({"action":1,"flags":0.5})",
           R"({"action":1,"msgSerial":-1})",
           R"({"action":1,"msgSerial":9223372036854775808})",
           R"({"action":1,"count":-1})",
           R"({"action":1,"count":4294967296})",
           R"({"action":1,"timestamp":9223372036854775808})",
           R"({"action":1,"error":{"code":2147483648}})",
           R"({"action":1,"error":{"statusCode":-2147483649}})",
           R"({"action":4,"connectionDetails":{"maxIdleInterval":-1}})",
           R"({"action":14,"presence":[{"action":2.5}]})",
           R"({"action":14,"presence":[{"timestamp":0.1}]})",
       }) {
    expect_refused(json, frame_errc::out_of_range);
  }
  // Beyond 2^53 nobody knows which integer was meant. (In MessagePack the writer that stands by here makes integers of them.)
  for (const char* number : {"9007199254740994.0", "-9007199254740994.0", "-1e17"}) {
    EXPECT_EQ(decode(R"({"action":1,"timestamp":)" + std::string{number} + "}", format::json).error(),
              frame_errc::out_of_range);
  }
}

TEST(ably_decode, floats_of_msgpack_are_integers_if_they_are) {
  const auto frame = [](std::string_view number) { return map(1) + str("action") + bytes(number); };
  EXPECT_EQ(decode(frame("ca 41 60 00 00"), format::msgpack).value().action, protocol_action::presence);  // 14.0
  EXPECT_EQ(decode(frame("cb 40 2c 00 00 00 00 00 00"), format::msgpack).value().action, protocol_action::presence);
  EXPECT_EQ(decode(frame("d3 00 00 00 00 00 00 00 0e"), format::msgpack).value().action, protocol_action::presence);
  for (const char* number : {"ca 7f c0 00 00", "cb 7f f0 00 00 00 00 00 00", "cb ff f8 00 00 00 00 00 00"}) {
    EXPECT_EQ(decode(frame(number), format::msgpack).error(), frame_errc::out_of_range) << number;
  }
}

TEST(ably_decode, a_known_field_comes_once_in_an_object) {
  const auto action = str("action") + num(1);
  EXPECT_EQ(decode(R"({"action":1,"action":1})", format::json).error(), frame_errc::duplicate_field);
  EXPECT_EQ(decode(map(2) + action + action, format::msgpack).error(), frame_errc::duplicate_field);
  for (const char* json : {
           R"({"action":14,"presence":[],"presence":[]})",
           R"({"action":14,"presence":null,"presence":[]})",
           R"({"action":14,"presence":[{"data":"a","data":"b"}]})",
           R"({"action":14,"presence":[{"extras":{},"extras":{}}]})",
           R"({"action":1,"error":{"code":1,"code":1}})",
           R"({"action":1,"error":{},"error":{}})",
           R"({"action":1,"auth":{"accessToken":"a","accessToken":"b"}})",
           R"({"action":4,"connectionDetails":{"clientId":"a","clientId":"b"}})",
           R"({"action":10,"params":{"a":"1","a":"2"}})",
       }) {
    EXPECT_EQ(decode(json, format::json).error(), frame_errc::duplicate_field) << json;
  }
  EXPECT_TRUE(decode(R"({"action":1,"x":1,"x":2,"id":"a","error":{"message":"a"}})", format::json));
  EXPECT_TRUE(decode(R"({"action":14,"presence":[{"id":"a"},{"id":"b"}]})", format::json));
}

TEST(ably_decode, what_follows_the_object_is_refused) {
  EXPECT_TRUE(decode(" \t\r\n{\"action\":0} \n", format::json));
  for (const char* after : {"x", "{}", R"({"action":0})", ",", "]", "\x01"}) {
    EXPECT_EQ(decode(std::string{R"({"action":0})"} + after, format::json).error(), frame_errc::trailing_bytes)
        << after;
  }
  EXPECT_EQ(decode(std::string("{\"action\":0}\0", 13), format::json).error(), frame_errc::trailing_bytes);
  const std::string frame = map(1) + str("action") + num(0);
  for (const std::string& after : {num(0), nil(), frame, bytes("c1")}) {
    EXPECT_EQ(decode(frame + after, format::msgpack).error(), frame_errc::trailing_bytes);
  }
}

TEST(ably_decode, every_cut_is_malformed) {
  const std::string json =
      R"({"action":14,"channel":"é\n","msgSerial":12,"presence":[{"action":2,"data":"x","extras":{"a":[1.5,null]}}]})";
  const std::string msgpack = to_msgpack(json);
  ASSERT_TRUE(decode(json, format::json) && decode(msgpack, format::msgpack));
  for (std::size_t size = 0; size < json.size(); ++size) {
    const auto cut = decode(json.substr(0, size), format::json).error();
    EXPECT_TRUE(cut == frame_errc::malformed || cut == frame_errc::invalid_utf8) << size << ": " << cut.message();
  }
  for (std::size_t size = 0; size < msgpack.size(); ++size) {
    EXPECT_EQ(decode(msgpack.substr(0, size), format::msgpack).error(), frame_errc::malformed) << size;
  }
}

TEST(ably_decode, text_that_is_no_json) {
  for (const char* json :
       {"", " ", "{", "}", R"({"action":01})", R"({"action":0,})", R"({'action':0})", R"({action:0})",
        R"({"action":+1})", R"({"action":.5})", R"({"action":0x1})", R"({"action":NaN})", R"({"action":0,"id":"\x"})",
        R"({"action":0,"id":"\ud800"})", "{\"action\":0,\"id\":\"\n\"}", "/**/{\"action\":0}",
        "\xEF\xBB\xBF{\"action\":0}", R"({"action":0,"x":[1 2]})"}) {
    EXPECT_EQ(decode(json, format::json).error(), frame_errc::malformed) << json;
  }
}

TEST(ably_decode, bytes_that_are_no_msgpack) {
  EXPECT_EQ(decode("", format::msgpack).error(), frame_errc::malformed);
  EXPECT_EQ(decode(bytes("c1"), format::msgpack).error(), frame_errc::malformed);
  EXPECT_EQ(decode(map(2) + str("action") + num(0) + bytes("c1"), format::msgpack).error(), frame_errc::malformed);
  EXPECT_EQ(decode(R"({"action":0})", format::msgpack).error(), frame_errc::not_an_object);  // 0x7b is a number
}

TEST(ably_decode, strings_are_utf8) {
  for (const char* bad : {"\xff", "\xc3", "\xe2\x82", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    const std::string text{bad};
    EXPECT_EQ(decode("{\"action\":0,\"id\":\"" + text + "\"}", format::json).error(), frame_errc::invalid_utf8);
    EXPECT_EQ(decode("{\"action\":0,\"x\":{\"" + text + "\":1}}", format::json).error(), frame_errc::invalid_utf8);
    const std::string frame = map(2) + str("action") + num(0);
    EXPECT_EQ(decode(frame + str("id") + str(text), format::msgpack).error(), frame_errc::invalid_utf8);
    EXPECT_EQ(decode(frame + str(text) + num(1), format::msgpack).error(), frame_errc::invalid_utf8);
    EXPECT_EQ(decode(frame + str("x") + str(text), format::msgpack).error(), frame_errc::invalid_utf8);
  }
  EXPECT_EQ(decode(R"({"action":0,"id":"\u00e9\ud83d\ude00\u0000"})", format::json).value().id, std::string("é😀\0", 7));
}

TEST(ably_decode, what_is_empty_is_not_what_is_absent) {
  const auto read =
      decode(R"({"action":14,"channel":"","presence":[{"clientId":"","id":"","data":"","extras":{}},{"action":2}]})",
             format::json);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->channel, "");
  const auto& items = *read->presence;
  EXPECT_EQ(items[0].client_id, "");
  EXPECT_EQ(items[0].id, "");
  EXPECT_EQ(items[0].data.value(), wire_data{payload::text("")});
  EXPECT_EQ(items[0].extras.json(), "{}");
  EXPECT_FALSE(items[1].client_id || items[1].id || items[1].data || items[1].extras);
  EXPECT_FALSE(decode(R"({"action":14})", format::json).value().channel);
  EXPECT_EQ(decode(map(2) + str("action") + num(14) + str("presence") + array(1) + map(1) + str("data") + bin(""),
                   format::msgpack)
                .value()
                .presence->at(0)
                .data.value(),
            wire_data{payload::bytes("")});
}

TEST(ably_decode, an_encoding_without_data_is_nothing) {
  const auto read = decode(R"({"action":14,"presence":[{"encoding":"json"},{"data":"x"}]})", format::json);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->presence->at(0).data);
  EXPECT_EQ(read->presence->at(1).data.value(), wire_data{payload::text("x")}) << "nor does it go to the next item";
}

TEST(ably_decode, data_keeps_its_encodings_in_whatever_order_the_fields_come) {
  const auto read =
      decode(R"({"presence":[{"encoding":"json/cipher+aes-256-cbc/base64","data":"AAAA"}],"action":14})", format::json);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->presence->at(0).data.value(), (wire_data{payload::text("AAAA"), "json/cipher+aes-256-cbc/base64"}));
}

TEST(ably_decode, presence_actions_of_the_future_are_kept_as_no_action) {
  const auto read =
      decode(R"({"action":14,"presence":[{"action":4},{"action":5},{"action":-1},{"action":70000}]})", format::json);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->presence->at(0).action, presence::action::update);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_FALSE(presence::is_known(read->presence->at(i).action)) << i;
}

TEST(ably_decode, extras_are_kept_as_text) {
  expect_read_as(
      R"({"action":14,"presence":[{"action":2,"extras": {"a" : [ 1 , -2, 18446744073709551615, "q\"\\\n\u0001é", true, false,
          null, {}, [] ], "b": {"c": {"d": [[{}]]}}, "":0.5}, "id":"after"}]})",
      R"({"action":14,"presence":[{"action":2,"id":"after","extras":{"a":[1,-2,18446744073709551615,"q\"\\\n\u0001é",true,false,)"
      R"(null,{},[]],"b":{"c":{"d":[[{}]]}},"":0.5}}]})");
}

TEST(ably_decode, numbers_in_json_extras_stay_as_written) {
  const auto read =
      decode(R"({"action":14,"presence":[{"extras":{"a":1.50,"b":123456789012345678901234567890,"c":1E2,"a":-0.0}}]})",
             format::json);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->presence->at(0).extras.json(), R"({"a":1.50,"b":123456789012345678901234567890,"c":1E2,"a":-0.0})");
}

TEST(ably_decode, extras_that_json_cannot_hold_are_refused) {
  EXPECT_EQ(decode(R"({"action":14,"presence":[{"extras":{"a":1e999}}]})", format::json).error(),
            frame_errc::invalid_extras);
  const std::string before = map(2) + str("action") + num(14) + str("presence") + array(1) + map(1) + str("extras");
  EXPECT_TRUE(decode(before + map(1) + str("a") + num(1), format::msgpack));
  for (const std::string& extras : {
           map(1) + str("a") + bin("x"),                             // bytes
           map(1) + str("a") + bytes("cb 7f f0 00 00 00 00 00 00"),  // infinity
           map(1) + str("a") + bytes("ca 7f c0 00 00"),              // not a number
           map(1) + str("a") + bytes("d4 01 00"),                    // of a type of somebody's own
           map(1) + num(1) + num(1),                                 // a key that is a number
           map(1) + nil() + num(1),
       }) {
    EXPECT_EQ(decode(before + extras, format::msgpack).error(), frame_errc::invalid_extras);
  }
}

TEST(ably_decode, msgpack_keys_are_strings_where_somebody_looks) {
  const std::string action = str("action") + num(0);
  EXPECT_EQ(decode(map(2) + action + num(1) + num(1), format::msgpack).error(), frame_errc::wrong_type);
  EXPECT_EQ(decode(map(2) + action + bin("id") + str("a"), format::msgpack).error(), frame_errc::wrong_type);
  EXPECT_EQ(decode(map(2) + action + array(0) + str("a"), format::msgpack).error(), frame_errc::wrong_type);
  EXPECT_EQ(decode(map(2) + action + map(0) + str("a"), format::msgpack).error(), frame_errc::wrong_type);
  EXPECT_TRUE(decode(map(2) + action + str("x") + map(3) + num(1) + num(1) + bin("b") + nil() + nil() + array(0),
                     format::msgpack));
  EXPECT_EQ(decode(map(2) + action + str("x") + map(1) + array(1) + num(1) + num(1), format::msgpack).error(),
            frame_errc::wrong_type);
  EXPECT_EQ(decode(map(2) + action + str("x") + map(1) + map(1) + str("a") + num(1) + num(1), format::msgpack).error(),
            frame_errc::wrong_type);
}

TEST(ably_decode, msgpack_values_that_json_has_not) {
  const std::string action = str("action") + num(14);
  const auto item = [&](const std::string& field) {
    return decode(map(2) + action + str("presence") + array(1) + map(1) + field, format::msgpack);
  };
  EXPECT_TRUE(decode(map(3) + action + str("x") + bytes("c7 03 05 01 02 03") + str("y") + bin("b"), format::msgpack));
  EXPECT_EQ(decode(map(2) + action + str("id") + bin("b"), format::msgpack).error(), frame_errc::wrong_type);
  EXPECT_EQ(decode(map(2) + action + str("id") + bytes("d4 01 00"), format::msgpack).error(), frame_errc::wrong_type);
  EXPECT_EQ(item(str("data") + bytes("d4 01 00")).error(), frame_errc::wrong_type);
  EXPECT_EQ(item(str("clientId") + bin("b")).error(), frame_errc::wrong_type);
  EXPECT_EQ(item(str("encoding") + bin("b")).error(), frame_errc::wrong_type);
  EXPECT_EQ(decode(bin("x"), format::msgpack).error(), frame_errc::not_an_object);
  EXPECT_EQ(decode(bytes("d4 01 00"), format::msgpack).error(), frame_errc::not_an_object);
}

TEST(ably_decode, longer_forms_of_msgpack_are_read_as_well) {
  const auto read = decode(bytes("df 00 00 00 02") + bytes("db 00 00 00 06") + "action" + bytes("ce 00 00 00 0e") +
                               bytes("da 00 08") + "presence" + bytes("dd 00 00 00 01") + bytes("de 00 01") +
                               bytes("d9 04") + "data" + bytes("c6 00 00 00 02") + "hi",
                           format::msgpack);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(encode(*read, format::json),
            R"({"action":14,"presence":[{"action":0,"data":"aGk=","encoding":"base64"}]})");
}

}  // namespace
}  // namespace ably_decode_test
