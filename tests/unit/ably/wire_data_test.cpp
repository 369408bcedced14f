#include <presence/ably/wire_data.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ably_wire_data_test {
namespace {

using namespace presence::ably;
using presence::errc;
using presence::payload;

const std::string some_bytes{"\x00\xff\xfe\x80 ", 5};

wire_data text(std::string content, std::string encoding = {}) {
  return {payload::text(std::move(content)), std::move(encoding)};
}
wire_data bytes(std::string content, std::string encoding = {}) {
  return {payload::bytes(std::move(content)), std::move(encoding)};
}
wire_data json(std::string content, std::string encoding = {}) {
  return {payload::json(std::move(content)), std::move(encoding)};
}

TEST(ably_base64, test_vectors_of_the_rfc) {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"},
                                                                 {"\xfb\xff\xbf", "+/+/"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(detail::to_base64(plain), coded);
    std::string back;
    EXPECT_TRUE(detail::from_base64(coded, back)) << coded;
    EXPECT_EQ(back, plain);
  }
}

TEST(ably_base64, every_byte_in_every_place) {
  for (std::size_t before = 0; before < 3; ++before) {
    for (int value = 0; value < 256; ++value) {
      const std::string plain = std::string(before, '\xA5') + static_cast<char>(value);
      std::string back;
      ASSERT_TRUE(detail::from_base64(detail::to_base64(plain), back));
      EXPECT_EQ(back, plain);
    }
  }
}

TEST(ably_base64, what_nobody_writes_is_refused) {
  for (const char* coded : {"Z", "Zg", "Zg=", "Zm9", "Zg===", "====", "=", "==", "Zg==Zg==", "Z===", "Zm9v\n",
                            " Zg=", "Zm-_", "Zh==", "Zm9=", "Zg=a", "\xC3\xA9==", "A=A=", "AA=A"}) {
    std::string back;
    EXPECT_FALSE(detail::from_base64(coded, back)) << coded;
  }
}

TEST(ably_data, without_an_encoding_it_is_what_it_is) {
  EXPECT_EQ(decode_data(text("hi")).value(), text("hi"));
  EXPECT_EQ(decode_data(bytes(some_bytes)).value(), bytes(some_bytes));
  EXPECT_EQ(decode_data(text("")).value(), text(""));
}

TEST(ably_data, each_step_alone) {
  EXPECT_EQ(decode_data(text(R"({"a":1})", "json")).value(), json(R"({"a":1})"));
  EXPECT_EQ(decode_data(text("AP/+gCA=", "base64")).value(), bytes(some_bytes));
  EXPECT_EQ(decode_data(bytes("h\xC3\xA9", "utf-8")).value(), text("hé"));
}

TEST(ably_data, a_chain_is_undone_from_right_to_left) {
  EXPECT_EQ(decode_data(text("WzFd", "json/utf-8/base64")).value(), json("[1]"));
  EXPECT_EQ(decode_data(text("aGk=", "utf-8/base64")).value(), text("hi"));
  EXPECT_EQ(decode_data(bytes("[1]", "json/utf-8")).value(), json("[1]"));
  EXPECT_EQ(decode_data(text("YUdrPQ==", "base64/utf-8/base64")).value(), bytes("hi"));
}

TEST(ably_data, an_unknown_step_leaves_the_rest) {
  EXPECT_EQ(decode_data(text("AAEC", "json/utf-8/cipher+aes-256-cbc/base64")).value(),
            bytes(std::string{"\0\1\2", 3}, "json/utf-8/cipher+aes-256-cbc"));
  EXPECT_EQ(decode_data(bytes("x", "utf-8/cipher+aes-128-cbc")).value(), bytes("x", "utf-8/cipher+aes-128-cbc"));
  EXPECT_EQ(decode_data(text("x", "vcdiff")).value(), text("x", "vcdiff"));
  for (const char* odd : {"/", "/json", "//", "json/", "JSON", "utf8", " json", "base64url"}) {
    EXPECT_EQ(decode_data(text("1", odd)).value(), text("1", odd)) << odd;
  }
}

TEST(ably_data, a_step_that_does_not_fit_is_an_error) {
  for (const auto& wrong :
       {text("{", "json"), text("", "json"), bytes("1", "json"), text("1 2", "json"), text("x", "base64"),
        bytes("aGk=", "base64"), text("hi", "utf-8"), bytes("\xff", "utf-8"), text("/w==", "utf-8/base64"),
        text("MQ==", "json/base64"), text("1", "json/json"), text("1", "base64/json"), text("\"\xff\"", "json")}) {
    EXPECT_EQ(decode_data(wrong).error(), errc::invalid_data) << wrong.encoding;
  }
}

TEST(ably_data, json_may_be_only_so_deep) {
  EXPECT_TRUE(decode_data(text("[[1]]", "json"), 2));
  EXPECT_EQ(decode_data(text("[[[1]]]", "json"), 2).error(), errc::invalid_data);
  EXPECT_TRUE(decode_data(text("1", "json"), 0));
}

TEST(ably_data, for_a_json_receiver_bytes_become_text) {
  EXPECT_EQ(encode_data(bytes(some_bytes), format::json), text("AP/+gCA=", "base64"));
  EXPECT_EQ(encode_data(bytes("x", "utf-8/cipher+aes-256-cbc"), format::json),
            text("eA==", "utf-8/cipher+aes-256-cbc/base64"));
  EXPECT_EQ(encode_data(text("hi"), format::json), text("hi"));
  EXPECT_EQ(encode_data(text("hi", "vcdiff"), format::json), text("hi", "vcdiff"));
  EXPECT_EQ(encode_data(json("[1]"), format::json), text("[1]", "json"));
  EXPECT_EQ(encode_data(text("eA==", "base64"), format::json), text("eA==", "base64"));
}

TEST(ably_data, for_a_msgpack_receiver_base64_becomes_bytes) {
  EXPECT_EQ(encode_data(text("AP/+gCA=", "base64"), format::msgpack), bytes(some_bytes));
  EXPECT_EQ(encode_data(text("eA==", "cipher+aes-256-cbc/base64"), format::msgpack), bytes("x", "cipher+aes-256-cbc"));
  EXPECT_EQ(encode_data(bytes(some_bytes, "utf-8"), format::msgpack), bytes(some_bytes, "utf-8"));
  EXPECT_EQ(encode_data(json("[1]"), format::msgpack), text("[1]", "json"));
  EXPECT_EQ(encode_data(text("hi"), format::msgpack), text("hi"));
}

TEST(ably_data, what_is_no_base64_is_passed_on_as_it_is) {
  EXPECT_EQ(encode_data(text("*", "base64"), format::msgpack), text("*", "base64"));
  EXPECT_EQ(encode_data(bytes("eA==", "base64"), format::msgpack), bytes("eA==", "base64"));
}

TEST(ably_data, is_the_same_through_any_formats) {
  for (const auto& sent : {text("hi"), text(""), bytes(some_bytes), bytes(""), json(R"({"a":"é"})"), json("null"),
                           bytes("x", "json/utf-8/cipher+aes-256-cbc"), text("x", "json/unknown"), json("1", "unknown"),
                           bytes("x", "/"), bytes("x", "/base64"), bytes("x", "a/")}) {
    for (const auto first : {format::json, format::msgpack}) {
      const wire_data once = encode_data(sent, first);
      EXPECT_TRUE(detail::is_encoded(once, first));
      EXPECT_EQ(decode_data(once).value(), sent);
      for (const auto then : {format::json, format::msgpack}) {
        const wire_data twice = encode_data(once, then);
        EXPECT_EQ(twice, encode_data(sent, then)) << "as if it had come from the sender";
        EXPECT_EQ(encode_data(twice, then), twice);
        EXPECT_EQ(decode_data(twice).value(), sent);
      }
    }
  }
}

}  // namespace
}  // namespace ably_wire_data_test
