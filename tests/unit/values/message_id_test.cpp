#include <presence/message_id.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace presence::test::values_message_id_test {
namespace {

constexpr std::uint64_t most_serial = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t most_index = std::numeric_limits<std::uint32_t>::max();

message_id of_connection(std::uint64_t msg_serial, std::uint32_t index) {
  return {msg_serial, index, id_origin::connection};
}

TEST(message_id, is_none_by_default) {
  EXPECT_EQ(message_id{}.origin, id_origin::none);
  EXPECT_TRUE(message_id{}.synthesized());
}

TEST(message_id, only_one_of_a_connection_is_not_synthesized_RTP2b1) {
  EXPECT_FALSE(of_connection(1, 2).synthesized());
  EXPECT_TRUE((message_id{1, 2, id_origin::synthesized}).synthesized());
}

TEST(message_id, text_is_read_RTP2b2) {
  EXPECT_EQ(*parse_message_id("c1:17:4", "c1"), of_connection(17, 4));
  EXPECT_EQ(*parse_message_id("c1:0:0", "c1"), of_connection(0, 0));
  EXPECT_EQ(*parse_message_id("c1:007:01", "c1"), of_connection(7, 1));
}

TEST(message_id, text_goes_round) {
  for (const char* connection : {"c1", "a:b", ":", "1:2", "~x", "^hub", "-"}) {
    for (const std::uint64_t serial : {std::uint64_t{0}, std::uint64_t{9}, most_serial}) {
      for (const std::uint32_t index : {0U, 10U, most_index}) {
        const message_id id = of_connection(serial, index);
        const auto read = parse_message_id(to_string(id, connection), connection);
        ASSERT_TRUE(read) << to_string(id, connection);
        EXPECT_EQ(*read, id) << to_string(id, connection);
      }
    }
  }
}

TEST(message_id, no_text_is_no_id) {
  EXPECT_EQ(*parse_message_id("", "c1"), message_id{});
  EXPECT_EQ(to_string(message_id{}, "c1"), "");
}

TEST(message_id, text_that_does_not_begin_with_the_connection_id_is_synthesized_RTP2b1) {
  for (const char* text : {"c2:1:0", "xc1:1:0", "hub", ":", "1", "C1:1:0", "c"}) {
    const auto read = parse_message_id(text, "c1");
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->origin, id_origin::synthesized) << text;
  }
}

TEST(message_id, any_text_is_synthesized_without_a_connection_id_RTP2b1) {
  EXPECT_EQ(parse_message_id("c1:1:0", "")->origin, id_origin::synthesized);
}

TEST(message_id, initial_part_is_meant_literally_RTP2b1) {
  EXPECT_EQ(*parse_message_id("c12:1:0", "c1"), of_connection(1, 0));
}

TEST(message_id, synthesized_text_reads_back_as_synthesized_RTP2b1) {
  for (const char* connection : {"c1", "~hub", "~", "^hub", "^"}) {
    const std::string text = to_string(message_id{5, 6, id_origin::synthesized}, connection);
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(parse_message_id(text, connection)->origin, id_origin::synthesized) << text;
  }
}

TEST(message_id, colons_in_the_connection_id_are_not_separators) {
  EXPECT_EQ(*parse_message_id("a:1:2:3", "a:1"), of_connection(2, 3));
  EXPECT_EQ(*parse_message_id("1:2:3:4", "1:2"), of_connection(3, 4));
  EXPECT_EQ(parse_message_id("1:2:3", "1:2").error(), errc::bad_request);
  EXPECT_EQ(parse_message_id("1:2", "1:2").error(), errc::bad_request);
}

TEST(message_id, malformed_text_is_refused) {
  for (const char* text : {"c1", "c1:", "c1::", "c1:1", "c1:1:", "c1::1", "c1:1:x", "c1:x:1", "c1:-1:0", "c1:+1:0",
                           "c1:1:-1", "c1: 1:0", "c1:1:0 ", "c1:1.0:0", "c1:0x1:0", "c11:", "c1:1:0:", "c1:1e3:0"}) {
    EXPECT_EQ(parse_message_id(text, "c1").error(), errc::bad_request) << text;
  }
  EXPECT_EQ(parse_message_id(std::string_view("c1:1\0:0", 7), "c1").error(), errc::bad_request);
}

TEST(message_id, numbers_out_of_range_are_refused) {
  EXPECT_EQ(*parse_message_id("c:18446744073709551615:4294967295", "c"), of_connection(most_serial, most_index));
  EXPECT_EQ(parse_message_id("c:18446744073709551616:0", "c").error(), errc::bad_request);
  EXPECT_EQ(parse_message_id("c:18446744073709551620:0", "c").error(), errc::bad_request);
  EXPECT_EQ(parse_message_id("c:0:4294967300", "c").error(), errc::bad_request);
  EXPECT_EQ(parse_message_id("c:0:4294967296", "c").error(), errc::bad_request);
  EXPECT_EQ(parse_message_id("c:" + std::string(1000, '9') + ":0", "c").error(), errc::bad_request);
}

TEST(message_id, equality_is_about_all_of_it) {
  EXPECT_EQ(of_connection(1, 2), of_connection(1, 2));
  EXPECT_NE(of_connection(1, 2), of_connection(1, 3));
  EXPECT_NE(of_connection(1, 2), of_connection(2, 2));
  EXPECT_NE(of_connection(1, 2), (message_id{1, 2, id_origin::synthesized}));
}

}  // namespace
}  // namespace presence::test::values_message_id_test
