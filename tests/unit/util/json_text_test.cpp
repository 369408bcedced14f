#include <presence/detail/util/json_text.hpp>

#include <gtest/gtest.h>

#include <string>

namespace presence::test::util_json_text_test {
namespace {

using detail::is_json;
using detail::is_json_object;

TEST(json_text, values_of_every_kind_are_json) {
  for (const char* text : {"null",
                           "true",
                           "false",
                           "0",
                           "-0",
                           "12",
                           "-1.5",
                           "1e5",
                           "1E-5",
                           "0.1e+10",
                           "\"\"",
                           "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                           "\"\\u00e9\"",
                           "\"\\uD83D\\uDE00\"",
                           "\"\xc3\xa9\"",
                           "[]",
                           "[1]",
                           "[[],{}]",
                           "{}",
                           "{\"\":1}",
                           "{\"a\":1,\"a\":[1,{\"b\":null}]}",
                           " \t\r\n{ \"a\" : [ 1 , 2 ] } "}) {
    EXPECT_TRUE(is_json(text)) << text;
  }
}

TEST(json_text, whatever_the_grammar_does_not_say_is_none) {
  for (const char* text :
       {"",           " ",         "nul",         "nulll",     "True", "+1",       "01",      "-",        "1.",
        ".5",         "1e",        "1e+",         "0x1",       "NaN",  "Infinity", "\"",      "\"a",      "\"\\",
        "\"\\x\"",    "\"\\u12\"", "\"\\u12g4\"", "\"\n\"",    "'a'",  "[",        "]",       "[1",       "[,1]",
        "[1,]",       "[1 2]",     "[1}",         "{",         "}",    "{a:1}",    "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
        "{,\"a\":1}", "{\"a\":1]", "{1:2}",       "{\"a\" 1}", "{}{}", "[]x",      "// c\n1"}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
}

TEST(json_text, what_is_not_utf8_is_none) {
  EXPECT_FALSE(is_json("\"\xff\""));
  EXPECT_FALSE(is_json("\"\xc3\""));
  EXPECT_FALSE(is_json("\"\xed\xa0\x80\""));  // a surrogate
  EXPECT_FALSE(is_json("\xef\xbb\xbf{}"));    // a byte order mark
}

TEST(json_text, escaped_surrogates_come_in_pairs) {
  for (const char* text :
       {"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\ud800\"", "\"\\udc00\\ud800\""}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
}

TEST(json_text, only_an_object_is_an_object) {
  EXPECT_TRUE(is_json_object("{}"));
  EXPECT_TRUE(is_json_object(" {} "));
  EXPECT_TRUE(is_json_object(R"({"a":{"b":[]}})"));
  for (const char* text : {"", "[]", "[{}]", "\"{}\"", "null", "1", "{", "{}}"})
    EXPECT_FALSE(is_json_object(text)) << text;
}

TEST(json_text, text_that_holds_a_zero_byte_does_not_end_there) {
  using namespace std::string_literals;
  EXPECT_FALSE(is_json_object("{}\0"s));
  EXPECT_FALSE(is_json("\"\0\""s));
}

[[nodiscard]] std::string nested(std::size_t depth, bool objects) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += objects && i % 2 == 1 ? "{\"a\":" : "[";
  if (depth % 2 == 0 && objects) text += "1";
  for (std::size_t i = depth; i-- > 0;) text += objects && i % 2 == 1 ? '}' : ']';
  return text;
}

TEST(json_text, depth_is_bounded) {
  for (const std::size_t most :
       {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{65}, std::size_t{1'000}}) {
    for (const bool objects : {false, true}) {
      if (most > 0) {
        EXPECT_TRUE(is_json(nested(most, objects), most)) << most;
      }
      EXPECT_FALSE(is_json(nested(most + 1, objects), most)) << most;
    }
  }
  EXPECT_FALSE(is_json_object("{}", 0));
  EXPECT_TRUE(is_json("1", 0));
}

TEST(json_text, brackets_match_at_any_depth) {
  std::string text = nested(200, true);
  text.back() = '}';
  EXPECT_FALSE(is_json(text, 1'000));
  text = nested(200, true);
  text[text.size() - 100] = text[text.size() - 100] == ']' ? '}' : ']';
  EXPECT_FALSE(is_json(text, 1'000));
}

TEST(json_text, hostile_depth_needs_no_stack) {
  EXPECT_FALSE(is_json(std::string(10'000'000, '[')));
  EXPECT_FALSE(is_json(std::string(1'000'000, '['), 10'000'000));
}

}  // namespace
}  // namespace presence::test::util_json_text_test
