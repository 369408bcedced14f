#include <presence/codec.hpp>
#include <presence/codec/text.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

namespace codec_text_test {
namespace {

using namespace std::literals;
using presence::errc;
using presence::payload;
using presence::payload_kind;
using presence::text_codec;

static_assert(presence::codec<text_codec>);

TEST(text_codec, text_travels_as_it_is) {
  const auto sent = text_codec{}.encode("on a train");
  ASSERT_TRUE(sent);
  EXPECT_EQ(*sent, payload::text("on a train"));
  EXPECT_EQ(text_codec{}.decode(*sent).value(), "on a train");
}

TEST(text_codec, odd_strings_come_back_unchanged) {
  for (const auto text :
       {""sv, "\0"sv, "a\0b\0"sv, "\"\\\n\r\t"sv, "{}"sv, "null"sv, "👩‍👩‍👧 é"sv, "\xEF\xBB\xBF"sv}) {
    const auto sent = text_codec{}.encode(std::string{text});
    ASSERT_TRUE(sent) << text;
    EXPECT_EQ(sent->content(), text);
    EXPECT_EQ(text_codec{}.decode(*sent).value(), text);
  }
}

TEST(text_codec, long_text_comes_back_unchanged) {
  const std::string text(1'000'000, 'x');
  EXPECT_EQ(text_codec{}.decode(text_codec{}.encode(text).value()).value(), text);
}

TEST(text_codec, text_that_is_not_utf8_is_neither_sent_nor_taken) {
  for (const auto* text : {"\xff", "caf\xE9", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "cut \xE2\x82"}) {
    EXPECT_EQ(text_codec{}.encode(text).error(), errc::invalid_data) << text;
    EXPECT_EQ(text_codec{}.decode(payload::text(text)).error(), errc::invalid_data) << text;
  }
}

TEST(text_codec, other_kinds_are_refused) {
  for (const auto& raw : {payload{}, payload::bytes("text"), payload::json("\"text\"")}) {
    EXPECT_EQ(text_codec{}.decode(raw).error(), errc::invalid_data) << static_cast<int>(raw.kind());
  }
}

TEST(text_codec, what_is_sent_is_what_is_taken) {
  std::mt19937 random{20'240'601};
  constexpr std::string_view alphabet =
      "a\0\xC3\xA9\xE2\x82\xAC"sv;  // pieces of "é" and "€", often put together wrongly
  int sent_count = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto left = random() % 6; left > 0; --left) text += alphabet[random() % alphabet.size()];
    const auto sent = text_codec{}.encode(text);
    const auto taken = text_codec{}.decode(payload::text(text));
    ASSERT_EQ(sent.has_value(), taken.has_value());
    if (!sent) continue;
    ++sent_count;
    ASSERT_EQ(text_codec{}.decode(*sent).value(), text);
  }
  EXPECT_GT(sent_count, 1'000);
  EXPECT_LT(sent_count, 19'000);
}

}  // namespace
}  // namespace codec_text_test
