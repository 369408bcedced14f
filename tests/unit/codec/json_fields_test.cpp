#include <presence/codec/impl/json_fields.hpp>

#include <boost/describe/class.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace codec_json_fields_test {
namespace fields {

struct place {
  int x = 0;
  std::optional<int> floor;
};
BOOST_DESCRIBE_STRUCT(place, (), (x, floor))

struct status {
  std::string text;
  place at;
  std::optional<place> before;
  std::vector<place> path;
  std::map<std::string, place> named;
};
BOOST_DESCRIBE_STRUCT(status, (), (text, at, before, path, named))

struct custom {
  int x = 0;
};
BOOST_DESCRIBE_STRUCT(custom, (), (x))
custom tag_invoke(boost::json::value_to_tag<custom>, const boost::json::value& from);

struct custom_result {
  int x = 0;
};
BOOST_DESCRIBE_STRUCT(custom_result, (), (x))
boost::json::result<custom_result> tag_invoke(boost::json::try_value_to_tag<custom_result>,
                                              const boost::json::value& from);

}  // namespace fields

namespace {

template <class T>
bool exact(const char* text) {
  return presence::detail::has_exact_fields<T>(boost::json::parse(text));
}

TEST(json_fields, a_struct_has_its_members_and_no_others) {
  EXPECT_TRUE(exact<fields::place>(R"({"x":1,"floor":2})"));
  EXPECT_TRUE(exact<fields::place>(R"({"floor":null,"x":1})"));
  EXPECT_FALSE(exact<fields::place>(R"({"x":1,"floor":2,"z":3})"));
  EXPECT_FALSE(exact<fields::place>(R"({"x":1})"));
  EXPECT_FALSE(exact<fields::place>(R"({"x":1,"Floor":2})"));
  EXPECT_FALSE(exact<fields::place>(R"({})"));
  EXPECT_FALSE(exact<fields::place>(R"([1,2])"));
  EXPECT_FALSE(exact<fields::place>(R"(null)"));
}

TEST(json_fields, structs_inside_are_looked_at_too) {
  const auto status = [](const char* at, const char* before, const char* path, const char* named) {
    return std::string{R"({"text":"t","at":)"} + at + R"(,"before":)" + before + R"(,"path":)" + path + R"(,"named":)" +
           named + "}";
  };
  const auto* good = R"({"x":1,"floor":2})";
  const auto* extra = R"({"x":1,"floor":2,"z":3})";
  EXPECT_TRUE(exact<fields::status>(status(good, good, "[]", "{}").c_str()));
  EXPECT_TRUE(exact<fields::status>(status(good, "null", "[]", "{}").c_str()));
  EXPECT_FALSE(exact<fields::status>(status(extra, "null", "[]", "{}").c_str()));
  EXPECT_FALSE(exact<fields::status>(status(good, extra, "[]", "{}").c_str()));
  for (const auto* inner : {good, extra}) {
    const auto path = std::string{"["} + good + "," + inner + "]";
    const auto named = std::string{R"({"a":)"} + good + R"(,"b":)" + inner + "}";
    EXPECT_EQ(exact<fields::status>(status(good, "null", path.c_str(), "{}").c_str()), inner == good);
    EXPECT_EQ(exact<fields::status>(status(good, "null", "[]", named.c_str()).c_str()), inner == good);
  }
}

TEST(json_fields, containers_must_be_what_they_are_read_from) {
  EXPECT_FALSE(exact<std::vector<fields::place>>("{}"));
  EXPECT_FALSE((exact<std::map<std::string, int>>("[]")));
  EXPECT_TRUE((exact<std::array<int, 2>>("[1,2]")));
}

TEST(json_fields, a_type_with_its_own_conversion_decides_by_itself) {
  EXPECT_TRUE(exact<fields::custom>("17"));
  EXPECT_TRUE(exact<fields::custom_result>("17"));
  EXPECT_TRUE(exact<std::vector<fields::custom>>(R"([17,{"y":1}])"));
}

TEST(json_fields, what_has_no_fields_is_left_to_the_conversion) {
  EXPECT_TRUE(exact<int>("\"text\""));
  EXPECT_TRUE(exact<std::string>("1"));
  EXPECT_TRUE(exact<boost::json::value>("{}"));
  EXPECT_TRUE(exact<boost::json::object>(R"({"any":1})"));
  EXPECT_TRUE(exact<boost::json::array>("[1,{}]"));
}

}  // namespace
}  // namespace codec_json_fields_test
