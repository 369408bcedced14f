#include <presence/sync_cursor.hpp>

#include <gtest/gtest.h>

namespace presence::test::values_sync_cursor_test {
namespace {

TEST(sync_cursor, is_sequence_and_position_RTP18a) {
  EXPECT_EQ(*parse_sync_cursor("s1:25"), (sync_cursor{"s1", false}));
  EXPECT_EQ(*parse_sync_cursor("s:x"), (sync_cursor{"s", false}));
}

TEST(sync_cursor, empty_position_is_the_last_page_RTP18b) {
  EXPECT_EQ(*parse_sync_cursor("s1:"), (sync_cursor{"s1", true}));
}

TEST(sync_cursor, no_text_is_a_whole_sync_RTP18c) {
  EXPECT_EQ(*parse_sync_cursor(""), sync_cursor{});
  EXPECT_TRUE(sync_cursor{}.last);
  EXPECT_TRUE(sync_cursor{}.sequence.empty());
}

TEST(sync_cursor, sequence_ends_at_the_first_colon) {
  EXPECT_EQ(*parse_sync_cursor("s:1:2"), (sync_cursor{"s", false}));
  EXPECT_EQ(*parse_sync_cursor("s::"), (sync_cursor{"s", false}));
}

TEST(sync_cursor, malformed_text_is_refused) {
  EXPECT_EQ(parse_sync_cursor("s1").error(), errc::bad_request);
  EXPECT_EQ(parse_sync_cursor(":").error(), errc::bad_request);
  EXPECT_EQ(parse_sync_cursor(":5").error(), errc::bad_request);
}

TEST(sync_cursor, is_read_as_it_was_written) {
  for (const sync_cursor& cursor : {sync_cursor{}, sync_cursor{"s1", true}, sync_cursor{"s1", false}}) {
    EXPECT_EQ(*parse_sync_cursor(to_string(cursor)), cursor);
    EXPECT_EQ(*parse_sync_cursor(to_string(cursor, "x:y")), cursor);
  }
  EXPECT_EQ(to_string(sync_cursor{"s1", false}, "25"), "s1:25");
  EXPECT_EQ(to_string(sync_cursor{"s1", true}, "25"), "s1:");
}

}  // namespace
}  // namespace presence::test::values_sync_cursor_test
