#include <presence/extras.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace presence::test::values_extras_test {
namespace {

TEST(extras, are_none_by_default) {
  const extras none;
  EXPECT_TRUE(none.empty());
  EXPECT_FALSE(none);
  EXPECT_EQ(none.json(), "");
  EXPECT_EQ(none.size(), 0U);
  EXPECT_TRUE(extras{}.empty());
}

TEST(extras, cost_one_word) { EXPECT_EQ(sizeof(extras), sizeof(void*)); }

TEST(extras, pairs_become_a_json_object) {
  EXPECT_EQ((extras{{"device", "phone"}}).json(), R"({"device":"phone"})");
  EXPECT_EQ((extras{{"device", "phone"}, {"lang", "de"}}).json(), R"({"device":"phone","lang":"de"})");
  EXPECT_EQ((extras{{"device", "phone"}, {"lang", "de"}, {"x", "y"}}).json(),
            R"({"device":"phone","lang":"de","x":"y"})");
  EXPECT_EQ((extras{{"", ""}}).json(), R"({"":""})");
}

TEST(extras, keys_and_values_are_escaped) {
  EXPECT_EQ((extras{{"a\"b", "c\\d"}}).json(), R"({"a\"b":"c\\d"})");
  EXPECT_EQ((extras{{"k", "\n\t\x01\x1f"}}).json(), "{\"k\":\"\\u000a\\u0009\\u0001\\u001f\"}");
  EXPECT_EQ((extras{{"k", std::string_view("\0", 1)}}).json(), "{\"k\":\"\\u0000\"}");
}

TEST(extras, other_bytes_stay_as_they_are) {
  EXPECT_EQ((extras{{"zoë", "日本 /\x7f"}}).json(), "{\"zoë\":\"日本 /\x7f\"}");
}

TEST(extras, json_text_is_kept_as_it_is) {
  const extras made = extras::from_json(R"( {"a": [1, 2]} )");
  EXPECT_EQ(made.json(), R"( {"a": [1, 2]} )");
  EXPECT_EQ(made.size(), made.json().size());
}

TEST(extras, empty_object_is_not_none) {
  const extras object = extras::from_json("{}");
  EXPECT_FALSE(object.empty());
  EXPECT_TRUE(object);
  EXPECT_NE(object, extras{});
  EXPECT_EQ(object, extras::from_json("{}"));
}

TEST(extras, are_equal_by_text) {
  EXPECT_EQ((extras{{"a", "b"}}), extras::from_json(R"({"a":"b"})"));
  EXPECT_NE((extras{{"a", "b"}}), (extras{{"a", "c"}}));
  EXPECT_EQ(extras{}, extras{});
}

TEST(extras, copies_share_the_text) {
  const extras made = extras::from_json(R"({"a":"a text that is too long for a small string"})");
  const extras copy = made;
  EXPECT_EQ(copy.json().data(), made.json().data());
}

TEST(extras, outlive_what_they_were_made_from) {
  extras kept;
  {
    const extras made{{std::string(100, 'k'), std::string(100, 'v')}};
    kept = made;
  }
  EXPECT_EQ(kept.json(), "{\"" + std::string(100, 'k') + "\":\"" + std::string(100, 'v') + "\"}");
}

}  // namespace
}  // namespace presence::test::values_extras_test
