#include <presence/codec.hpp>
#include <presence/codec/json.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace codec_json_test {
namespace app {

BOOST_DEFINE_ENUM_CLASS(mood, happy, busy, away)

struct place {
  std::string city;
  double latitude = 0;
  friend bool operator==(const place&, const place&) = default;
};
BOOST_DESCRIBE_STRUCT(place, (), (city, latitude))

struct status {
  std::string text;
  app::mood mood = mood::happy;
  std::int64_t since = 0;
  bool typing = false;
  std::optional<place> at;
  std::vector<std::string> tags;
  std::map<std::string, int> counts;
  friend bool operator==(const status&, const status&) = default;
};
BOOST_DESCRIBE_STRUCT(status, (), (text, mood, since, typing, at, tags, counts))

struct point {
  int x = 0;
  int y = 0;
  friend bool operator==(const point&, const point&) = default;
};
BOOST_DESCRIBE_STRUCT(point, (), (x, y))

struct newer_point {
  int x = 0;
  int y = 0;
  int z = 100;
  friend bool operator==(const newer_point&, const newer_point&) = default;
};
BOOST_DESCRIBE_STRUCT(newer_point, (), (x, y, z))

struct tree {
  std::vector<tree> children;
};
BOOST_DESCRIBE_STRUCT(tree, (), (children))

// A type with conversions of its own, which throw.
struct fussy {
  bool throws = false;
};
void tag_invoke(boost::json::value_from_tag, boost::json::value& to, const fussy& from) {
  if (from.throws) throw std::runtime_error{"cannot be written"};
  to = "fussy";
}
fussy tag_invoke(boost::json::value_to_tag<fussy>, const boost::json::value&) { throw std::runtime_error{"no"}; }

struct not_described {};

}  // namespace app

namespace {

using namespace std::literals;
using presence::errc;
using presence::json_codec;
using presence::json_fields;
using presence::json_limits;
using presence::payload;

static_assert(presence::codec<json_codec<app::status>> && presence::codec<json_codec<std::string>>);
static_assert(!presence::json_convertible<app::not_described>);
static_assert(noexcept(json_codec<app::status>{}.encode({})) && noexcept(json_codec<app::status>{}.decode({})));

template <class T>
std::error_code refused(std::string text, json_fields fields = json_fields::lenient) {
  return json_codec<T>{fields}.decode(payload::json(std::move(text))).error();
}

template <class T>
T read(std::string text) {
  return json_codec<T>{}.decode(payload::json(std::move(text))).value();
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(json_codec, a_described_struct_needs_no_code) {
  const auto sent = json_codec<app::point>{}.encode({3, -4});
  ASSERT_TRUE(sent);
  EXPECT_EQ(*sent, payload::json(R"({"x":3,"y":-4})"));
  EXPECT_EQ(json_codec<app::point>{}.decode(*sent).value(), (app::point{3, -4}));
}

TEST(json_codec, members_of_every_sort_come_back_unchanged) {
  const app::status full{"hi",      app::mood::away, 1'700'000'000'123, true, app::place{"Köln", 50.9375},
                         {"a", ""}, {{"x", 1}}};
  for (const auto& status : {full, app::status{}}) {
    const auto sent = json_codec<app::status>{}.encode(status);
    ASSERT_TRUE(sent);
    EXPECT_EQ(json_codec<app::status>{}.decode(*sent).value(), status) << sent->content();
  }
}

TEST(json_codec, an_enum_travels_by_name) {
  EXPECT_EQ(json_codec<app::mood>{}.encode(app::mood::busy).value(), payload::json("\"busy\""));
  EXPECT_EQ(read<app::mood>("\"away\""), app::mood::away);
  for (const auto* text : {"\"sad\"", "\"Busy\"", "\"\"", "1", "null"}) {
    EXPECT_EQ(refused<app::mood>(text), errc::invalid_data) << text;
  }
}

TEST(json_codec, odd_strings_come_back_unchanged) {
  for (const auto text : {""sv, "\0"sv, "a\0b"sv, "\"\\/\b\f\n\r\t\x1f\x7f"sv, "null"sv,
                          "👩‍👩‍👧 é \uFFFD"sv, "\xEF\xBB\xBF"sv}) {
    const auto sent = json_codec<std::string>{}.encode(std::string{text});
    ASSERT_TRUE(sent) << text;
    EXPECT_EQ(json_codec<std::string>{}.decode(*sent).value(), text);
  }
}

TEST(json_codec, every_ascii_character_comes_back_in_key_and_value) {
  std::map<std::string, std::string> value;
  for (int character = 0; character < 128; ++character) {
    const std::string text(1, static_cast<char>(character));
    value.emplace(text, text);
  }
  using codec = json_codec<std::map<std::string, std::string>>;
  EXPECT_EQ(codec{}.decode(codec{}.encode(value).value()).value(), value);
}

TEST(json_codec, dynamic_json_is_a_type_too) {
  const boost::json::value value{{"a", {1, 2.5, nullptr, true}}, {"b", {{"c", "d"}}}};
  const json_codec<boost::json::value> codec;
  EXPECT_EQ(codec.decode(codec.encode(value).value()).value(), value);
  EXPECT_EQ(read<boost::json::object>(R"({"any":{"thing":1}})").at("any"), (boost::json::value{{"thing", 1}}));
}

TEST(json_codec, variants_take_the_first_alternative_that_fits) {
  using either = std::variant<int, std::string>;
  EXPECT_EQ(read<either>("1"), either{1});
  EXPECT_EQ(read<either>("\"1\""), either{"1"});
  EXPECT_EQ(refused<either>("[]"), errc::invalid_data);
}

TEST(json_codec, text_that_parses_is_taken) {
  EXPECT_EQ(json_codec<app::point>{}.decode(payload::text(R"({"x":1,"y":2})")).value(), (app::point{1, 2}));
  EXPECT_EQ(json_codec<app::point>{}.decode(payload::text("hello")).error(), errc::invalid_data);
}

TEST(json_codec, other_kinds_are_refused) {
  EXPECT_EQ(json_codec<app::point>{}.decode(payload{}).error(), errc::invalid_data);
  EXPECT_EQ(json_codec<app::point>{}.decode(payload::bytes(R"({"x":1,"y":2})")).error(), errc::invalid_data);
  EXPECT_EQ(json_codec<std::optional<int>>{}.decode(payload{}).error(), errc::invalid_data);
}

TEST(json_codec, space_and_order_do_not_matter) {
  EXPECT_EQ(read<app::point>(" \r\n\t{ \"y\" : 2 , \"x\" : 1 } "), (app::point{1, 2}));
}

TEST(json_codec, mistyped_members_are_refused) {
  for (const auto* text :
       {R"({"x":"1","y":2})", R"({"x":null,"y":2})", R"({"x":true,"y":2})", R"({"x":[1],"y":2})", R"({"x":{},"y":2})",
        R"({"x":"1"})", R"({"x":"1","z":2})", "[1,2]", "[]", "1", "null", "true", "\"x\""}) {
    EXPECT_EQ(refused<app::point>(text), errc::invalid_data) << text;
    EXPECT_EQ(refused<app::point>(text, json_fields::strict), errc::invalid_data) << text;
  }
}

TEST(json_codec, is_lenient_unless_told_otherwise) {
  EXPECT_EQ(read<app::point>(R"({"x":1})"), (app::point{1, 0}));
  EXPECT_EQ(json_codec<app::point>{json_limits{}}.decode(payload::json("{}")).value(), app::point{});
  EXPECT_EQ((json_codec<app::point>{json_limits{}, json_fields::strict}.decode(payload::json("{}")).error()),
            errc::invalid_data);
}

TEST(json_codec, unknown_members_are_ignored_and_missing_ones_are_those_of_a_new_struct) {
  EXPECT_EQ(read<app::point>("{}"), app::point{});
  EXPECT_EQ(read<app::point>(R"({"y":2,"z":{"x":[1]},"Y":"no"})"), (app::point{0, 2}));
  const auto status =
      read<app::status>(R"({"text":"hi","at":{"city":"Rome","country":"IT"},"tags":["a"],"battery":80})");
  EXPECT_EQ(status, (app::status{"hi", app::mood::happy, 0, false, app::place{"Rome", 0}, {"a"}, {}}));
}

/// What one version of a program writes, the others read: a member more, a member less.
TEST(json_codec, two_versions_of_a_struct_read_each_other) {
  const auto from_new = json_codec<app::newer_point>{}.encode({1, 2, 3}).value();
  EXPECT_EQ(json_codec<app::point>{}.decode(from_new).value(), (app::point{1, 2}));
  const auto from_old = json_codec<app::point>{}.encode({1, 2}).value();
  EXPECT_EQ(json_codec<app::newer_point>{}.decode(from_old).value(), (app::newer_point{1, 2, 100}));
  EXPECT_EQ(json_codec<app::point>{json_fields::strict}.decode(from_new).error(), errc::invalid_data);
  EXPECT_EQ(json_codec<app::newer_point>{json_fields::strict}.decode(from_old).error(), errc::invalid_data);
}

/// A value that this version cannot express is not guessed.
TEST(json_codec, unknown_enumerator_is_refused_by_either) {
  for (const auto fields : {json_fields::lenient, json_fields::strict}) {
    EXPECT_EQ(refused<app::status>(R"({"mood":"sleepy"})", fields), errc::invalid_data);
  }
}

TEST(json_codec, missing_and_extra_members_are_refused_by_a_strict_one) {
  for (const auto* text : {"{}", R"({"x":1})", R"({"x":1,"y":2,"z":3})", R"({"x":1,"Y":2})"}) {
    EXPECT_EQ(refused<app::point>(text, json_fields::strict), errc::invalid_data) << text;
  }
}

TEST(json_codec, an_optional_member_is_null_but_there_for_a_strict_one) {
  const auto text = [](std::string at) {
    return R"({"text":"","mood":"busy","since":0,"typing":false,)" + at + R"("tags":[],"counts":{}})";
  };
  EXPECT_EQ(read<app::status>(text(R"("at":null,)")).at, std::nullopt);
  EXPECT_EQ(read<app::status>(text(R"("at":{"city":"Rome","latitude":42},)")).at->latitude, 42);
  constexpr auto strict = json_fields::strict;
  EXPECT_EQ(refused<app::status>(text(""), strict), errc::invalid_data);
  EXPECT_EQ(refused<app::status>(text(R"("at":{"city":"Rome"},)"), strict), errc::invalid_data);
  EXPECT_EQ(refused<app::status>(text(R"("at":{"city":"Rome","latitude":42,"more":1},)"), strict), errc::invalid_data);
}

TEST(json_codec, of_a_repeated_key_the_last_counts) {
  EXPECT_EQ(read<app::point>(R"({"x":1,"y":2,"x":3})"), (app::point{3, 2}));
  EXPECT_EQ(refused<app::point>(R"({"x":1,"x":2})", json_fields::strict), errc::invalid_data);  // no y
  EXPECT_EQ(refused<app::point>(R"({"x":1,"y":2,"y":"z"})"), errc::invalid_data);  // not the first, which would do
}

TEST(json_codec, what_is_not_json_is_refused) {
  for (const auto text : {""sv,
                          " "sv,
                          "{"sv,
                          "}"sv,
                          "[1"sv,
                          "[1,]"sv,
                          "[,1]"sv,
                          "{\"a\":1,}"sv,
                          "{\"a\"}"sv,
                          "{a:1}"sv,
                          "{'a':1}"sv,
                          "{1:1}"sv,
                          "\"open"sv,
                          "'a'"sv,
                          "\"\n\""sv,
                          "\"\0\""sv,
                          "\"\\x\""sv,
                          "\"\\u12\""sv,
                          "\"\\ud800\""sv,
                          "\"\\udc00\""sv,
                          "\"\\ud800\\u0041\""sv,
                          "\"\xff\""sv,
                          "\"\xC0\x80\""sv,
                          "\"\xED\xA0\x80\""sv,
                          "\"\xF4\x90\x80\x80\""sv,
                          "{\"\xff\":1}"sv,
                          "nul"sv,
                          "True"sv,
                          "undefined"sv,
                          "NaN"sv,
                          "Infinity"sv,
                          "-Infinity"sv,
                          "01"sv,
                          "1."sv,
                          ".5"sv,
                          "+1"sv,
                          "--1"sv,
                          "-"sv,
                          "1e"sv,
                          "0x10"sv,
                          "1 2"sv,
                          "[] []"sv,
                          "1\0"sv,
                          "// note\n1"sv,
                          "/**/1"sv,
                          "\xEF\xBB\xBF"
                          "1"sv}) {
    EXPECT_EQ(refused<boost::json::value>(std::string{text}), errc::invalid_data) << text;
  }
}

TEST(json_codec, every_cut_of_a_message_is_refused) {
  const app::status status{"hé", app::mood::busy, -5, true, app::place{"Köln", 1.5}, {"a"}, {{"x", 1}}};
  const std::string text{json_codec<app::status>{}.encode(status).value().content()};
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_EQ(refused<app::status>(text.substr(0, length)), errc::invalid_data) << text.substr(0, length);
  }
}

TEST(json_codec, any_one_byte_changed_is_refused_or_read_and_never_worse) {
  const std::string text =
      R"({"text":"h","mood":"busy","since":-5,"typing":true,"at":null,"tags":["a"],"counts":{"x":1}})";
  int taken = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      auto changed = text;
      changed[at] = static_cast<char>(value);
      const auto decoded = json_codec<app::status>{}.decode(payload::json(changed));
      if (decoded) {
        ++taken;
        ASSERT_EQ(json_codec<app::status>{}.decode(json_codec<app::status>{}.encode(*decoded).value()).value(),
                  *decoded);
      } else {
        ASSERT_EQ(decoded.error(), errc::invalid_data);
      }
    }
  }
  EXPECT_GT(taken, static_cast<int>(text.size()));
}

TEST(json_codec, nesting_is_limited_and_nothing_is_run_over_by_more) {
  EXPECT_FALSE(refused<boost::json::value>(nested(json_limits{}.max_depth)));
  for (const std::size_t depth : {json_limits{}.max_depth + 1, std::size_t{1'000}, std::size_t{500'000}}) {
    EXPECT_EQ(refused<boost::json::value>(nested(depth)), errc::invalid_data) << depth;
    EXPECT_EQ(refused<boost::json::value>(std::string(depth, '[')), errc::invalid_data) << depth;
    std::string objects;
    for (std::size_t left = depth; left > 0; --left) objects += "{\"\":";
    EXPECT_EQ(refused<boost::json::value>(objects), errc::invalid_data) << depth;
  }
}

TEST(json_codec, what_is_nested_too_deeply_to_be_read_is_not_sent) {
  for (const std::size_t depth : {std::size_t{1}, json_limits{}.max_depth, json_limits{}.max_depth + 2}) {
    app::tree tree;  // each level is an object and an array
    for (std::size_t level = 2; level < depth; level += 2) tree = app::tree{{tree}};
    const auto sent = json_codec<app::tree>{}.encode(tree);
    EXPECT_EQ(sent.has_value(), depth <= json_limits{}.max_depth) << depth;
    if (sent) {
      EXPECT_TRUE(json_codec<app::tree>{}.decode(*sent));
    }
  }
}

TEST(json_codec, size_is_limited_both_ways) {
  const json_codec<std::string> codec{{.max_size = 10}};
  EXPECT_TRUE(codec.encode("12345678"));
  EXPECT_EQ(codec.encode("123456789").error(), errc::invalid_data);
  EXPECT_TRUE(codec.decode(payload::json("\"12345678\"")));
  EXPECT_EQ(codec.decode(payload::json("\"123456789\"")).error(), errc::invalid_data);
  EXPECT_EQ(codec.decode(payload::json("          1")).error(), errc::invalid_data);
}

TEST(json_codec, depth_limit_is_the_callers_choice) {
  const json_codec<boost::json::value> flat{{.max_depth = 1}};
  EXPECT_TRUE(flat.decode(payload::json("[1]")));
  EXPECT_EQ(flat.decode(payload::json("[[1]]")).error(), errc::invalid_data);
  EXPECT_EQ(flat.encode({{"a", {{"b", 1}}}}).error(), errc::invalid_data);
  const json_codec<boost::json::value> scalar{{.max_depth = 0}};
  EXPECT_TRUE(scalar.decode(scalar.encode(1).value()));
  EXPECT_EQ(scalar.encode(boost::json::array{}).error(), errc::invalid_data);
  EXPECT_EQ(scalar.decode(payload::json("{}")).error(), errc::invalid_data);
}

TEST(json_codec, integers_must_fit) {
  EXPECT_EQ(read<std::int64_t>("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read<std::int64_t>("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read<std::uint64_t>("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(read<int>("2.0"), 2);
  EXPECT_EQ(refused<std::int64_t>("9223372036854775808"), errc::invalid_data);
  EXPECT_EQ(refused<std::int64_t>("-9223372036854775809"), errc::invalid_data);
  EXPECT_EQ(refused<std::uint64_t>("18446744073709551616"), errc::invalid_data);
  EXPECT_EQ(refused<std::uint64_t>("-1"), errc::invalid_data);
  EXPECT_EQ(refused<std::uint8_t>("256"), errc::invalid_data);
  EXPECT_EQ(refused<int>("1.5"), errc::invalid_data);
  EXPECT_EQ(refused<int>("1e300"), errc::invalid_data);
  EXPECT_EQ(refused<int>("99999999999999999999999999999999999999999999"), errc::invalid_data);
}

TEST(json_codec, numbers_that_are_not_finite_are_neither_sent_nor_taken) {
  for (const auto number : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(json_codec<double>{}.encode(number).error(), errc::invalid_data);
    EXPECT_EQ(json_codec<std::vector<double>>{}.encode({1, number}).error(), errc::invalid_data);
    EXPECT_EQ(json_codec<app::place>{}.encode({"", number}).error(), errc::invalid_data);
  }
  for (const auto& text : {"1e999"s, "-1e999"s, "1e99999999999999999999"s, "1" + std::string(400, '0')}) {
    EXPECT_EQ(refused<double>(text), errc::invalid_data) << text;
    EXPECT_EQ(refused<std::vector<double>>("[" + text + "]"), errc::invalid_data) << text;
  }
  EXPECT_EQ(read<double>("1e-999"), 0.0);
}

TEST(json_codec, floating_point_numbers_come_back_to_the_last_bit_but_one) {
  for (const double number : {0.0, -0.0, 0.1, 1.0 / 3, -2.5e-8, 1e22, 123456789.123456789,
                              std::numeric_limits<double>::max(), std::numeric_limits<double>::min()}) {
    const auto back = json_codec<double>{}.decode(json_codec<double>{}.encode(number).value());
    ASSERT_TRUE(back) << number;
    EXPECT_DOUBLE_EQ(*back, number);  // within 4 units in the last place
  }
}

TEST(json_codec, strings_that_are_not_utf8_are_not_sent) {
  for (const auto* text : {"\xff", "caf\xE9", "\xC0\x80", "\xED\xA0\x80", "cut \xE2\x82"}) {
    EXPECT_EQ(json_codec<std::string>{}.encode(text).error(), errc::invalid_data) << text;
    EXPECT_EQ((json_codec<std::map<std::string, int>>{}.encode({{text, 1}}).error()), errc::invalid_data) << text;
  }
}

TEST(json_codec, a_conversion_that_throws_is_invalid_data) {
  EXPECT_TRUE(json_codec<app::fussy>{}.encode({false}));
  EXPECT_EQ(json_codec<app::fussy>{}.encode({true}).error(), errc::invalid_data);
  EXPECT_EQ(refused<app::fussy>("\"fussy\""), errc::invalid_data);
  EXPECT_EQ(refused<std::vector<app::fussy>>("[1]"), errc::invalid_data);
}

}  // namespace
}  // namespace codec_json_test
