#include <presence/codec.hpp>
#include <presence/codec/bytes.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace codec_bytes_test {
namespace {

using presence::bytes_codec;
using presence::errc;
using presence::payload;
using value = std::vector<std::byte>;

static_assert(presence::codec<bytes_codec>);

TEST(bytes_codec, bytes_travel_as_they_are) {
  const auto sent = bytes_codec{}.encode({std::byte{0}, std::byte{0xFF}, std::byte{'a'}});
  ASSERT_TRUE(sent);
  EXPECT_EQ(*sent, payload::bytes(std::string("\0\xff"
                                              "a",
                                              3)));
  EXPECT_EQ(bytes_codec{}.decode(*sent).value(), (value{std::byte{0}, std::byte{0xFF}, std::byte{'a'}}));
}

TEST(bytes_codec, no_bytes_are_a_value_too) {
  const auto sent = bytes_codec{}.encode({});
  ASSERT_TRUE(sent);
  EXPECT_EQ(*sent, payload::bytes(""));
  EXPECT_NE(*sent, payload{});
  EXPECT_EQ(bytes_codec{}.decode(*sent).value(), value{});
}

TEST(bytes_codec, any_bytes_come_back_unchanged) {
  std::mt19937 random{20'240'602};
  for (int round = 0; round < 1'000; ++round) {
    value bytes(random() % 300);
    for (auto& byte : bytes) byte = static_cast<std::byte>(random() & 0xFFU);
    const auto sent = bytes_codec{}.encode(bytes);
    ASSERT_TRUE(sent);
    ASSERT_EQ(sent->size(), bytes.size());
    ASSERT_EQ(bytes_codec{}.decode(*sent).value(), bytes);
  }
}

TEST(bytes_codec, bytes_that_are_not_utf8_are_taken) {
  EXPECT_EQ(bytes_codec{}.decode(payload::bytes("\xC0\x80\xFF")).value(),
            (value{std::byte{0xC0}, std::byte{0x80}, std::byte{0xFF}}));
}

TEST(bytes_codec, other_kinds_are_refused) {
  for (const auto& raw : {payload{}, payload::text("bytes"), payload::json("[1]")}) {
    EXPECT_EQ(bytes_codec{}.decode(raw).error(), errc::invalid_data) << static_cast<int>(raw.kind());
  }
}

}  // namespace
}  // namespace codec_bytes_test
