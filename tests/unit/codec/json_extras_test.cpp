#include <presence/codec/json.hpp>
#include <presence/extras.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace codec_json_extras_test {
namespace {

using presence::errc;
using presence::extras;
using presence::make_extras;
using presence::parse_extras;

TEST(json_extras, an_object_goes_there_and_back) {
  const boost::json::object object{{"device", "phone"}, {"version", 3}, {"caps", {"a", nullptr}}, {"at", {{"x", 1.5}}}};
  const auto made = make_extras(object);
  EXPECT_EQ(made.json(), R"({"device":"phone","version":3,"caps":["a",null],"at":{"x":1.5E0}})");
  EXPECT_EQ(parse_extras(made).value(), object);
}

TEST(json_extras, none_at_all_are_an_empty_object) {
  EXPECT_EQ(parse_extras(extras{}).value(), boost::json::object{});
  EXPECT_EQ(parse_extras(extras::from_json("{}")).value(), boost::json::object{});
}

TEST(json_extras, an_empty_object_is_not_none) {
  EXPECT_FALSE(make_extras({}).empty());
  EXPECT_EQ(make_extras({}).json(), "{}");
}

TEST(json_extras, string_pairs_are_read_as_written) {
  const std::string odd{"\"\\\b\f\n\r\t\0\x1f é 👩", 17};
  const auto object = parse_extras(extras{{"device", "phone"}, {odd, odd}, {"", ""}}).value();
  EXPECT_EQ(object, (boost::json::object{{"device", "phone"}, {odd, odd}, {"", ""}}));
}

TEST(json_extras, what_is_not_an_object_is_refused) {
  for (const auto* text : {"", " ", "[]", "1", "null", "\"{}\"", "{", "}", "{}}", "{} {}", "{\"a\"}", "{\"a\":1,}",
                           "{\"a\":\xff}", "{\"\xff\":1}", "{\"a\":NaN}", "{\"a\":1e999}", "{/**/}"}) {
    EXPECT_EQ(parse_extras(extras::from_json(text)).error(), errc::invalid_data) << text;
  }
}

TEST(json_extras, hostile_extras_are_refused) {
  std::string deep;
  for (int level = 0; level < 100'000; ++level) deep += "{\"a\":";
  EXPECT_EQ(parse_extras(extras::from_json(deep)).error(), errc::invalid_data);
  EXPECT_EQ(parse_extras(extras::from_json("{\"a\":\"" + std::string(2'000'000, 'x') + "\"}")).error(),
            errc::invalid_data);
}

TEST(json_extras, limits_are_the_callers_choice) {
  const auto made = extras::from_json(R"({"a":{"b":1}})");
  EXPECT_TRUE(parse_extras(made));
  EXPECT_TRUE(parse_extras(made, {.max_size = 13, .max_depth = 2}));
  EXPECT_EQ(parse_extras(made, {.max_size = 12}).error(), errc::invalid_data);
  EXPECT_EQ(parse_extras(made, {.max_depth = 1}).error(), errc::invalid_data);
}

TEST(json_extras, of_a_repeated_key_the_last_counts) {
  EXPECT_EQ(parse_extras(extras::from_json(R"({"a":1,"b":2,"a":3})")).value(),
            (boost::json::object{{"a", 3}, {"b", 2}}));
}

TEST(json_extras, what_could_not_be_read_is_misuse_to_make) {
  boost::json::value deep = 1;
  for (int level = 0; level < 40; ++level) deep = boost::json::object{{"a", std::exchange(deep, nullptr)}};
  EXPECT_THROW(static_cast<void>(make_extras({{"a", "\xff"}})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(make_extras({{"\xff", 1}})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(make_extras({{"a", std::numeric_limits<double>::quiet_NaN()}})),
               std::invalid_argument);
  EXPECT_THROW(static_cast<void>(make_extras({{"a", std::move(deep)}})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(make_extras({{"a", 1}}, {.max_size = 6})), std::invalid_argument);
}

}  // namespace
}  // namespace codec_json_extras_test
