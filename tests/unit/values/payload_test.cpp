#include <presence/payload.hpp>

#include <gtest/gtest.h>

#include <string>

namespace presence::test::values_payload_test {
namespace {

TEST(payload, is_none_by_default) {
  const payload none;
  EXPECT_EQ(none.kind(), payload_kind::none);
  EXPECT_EQ(none.content(), "");
  EXPECT_EQ(none.size(), 0U);
}

TEST(payload, keeps_kind_and_content) {
  EXPECT_EQ(payload::text("hi").kind(), payload_kind::text);
  EXPECT_EQ(payload::bytes("hi").kind(), payload_kind::bytes);
  EXPECT_EQ(payload::json("{}").kind(), payload_kind::json);
  const payload text = payload::text("hi");
  EXPECT_EQ(text.content(), "hi");
  EXPECT_EQ(text.size(), 2U);
}

TEST(payload, holds_any_byte) {
  const std::string content("\0\xff\n", 3);
  const payload bytes = payload::bytes(content);
  EXPECT_EQ(bytes.content(), content);
  EXPECT_EQ(bytes.size(), 3U);
}

TEST(payload, equal_content_of_another_kind_is_not_equal) {
  EXPECT_EQ(payload::text("hi"), payload::text("hi"));
  EXPECT_NE(payload::text("hi"), payload::text("ho"));
  EXPECT_NE(payload::text("hi"), payload::bytes("hi"));
  EXPECT_NE(payload::text(""), payload{});
}

}  // namespace
}  // namespace presence::test::values_payload_test
