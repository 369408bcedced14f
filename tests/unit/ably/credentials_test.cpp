#include <presence/ably/api_key.hpp>
#include <presence/ably/capability.hpp>
#include <presence/ably/channel_name.hpp>
#include <presence/ably/connect_query.hpp>
#include <presence/ably/protocol_message.hpp>

#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <string>

namespace ably_credentials_test {
namespace {

using namespace presence::ably;
using presence::errc;

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST(ably_api_key, has_a_name_and_a_secret) {
  const auto key = api_key::parse("app_1.key-2:sEcr3t+/=_-");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->name(), "app_1.key-2");
  EXPECT_EQ(key->secret(), "sEcr3t+/=_-");
}

TEST(ably_api_key, anything_else_is_refused) {
  for (const char* text : {"", ":", ".", ".:", "a.b", "a.b:", ".b:c", "a.:c", "a:c", "a:b.c", "a.b.c:d", "a.b:c:d",
                           "a.b:c d", "a b.c:d", "a.b:\xC3\xA9", "a.b:c\n", " a.b:c"}) {
    EXPECT_EQ(api_key::parse(text).error(), errc::bad_request) << text;
  }
  EXPECT_TRUE(api_key::parse("a.b:" + std::string(508, 's')));
  EXPECT_EQ(api_key::parse("a.b:" + std::string(509, 's')).error(), errc::bad_request);
}

TEST(ably_api_key, matches_the_same_one) {
  const auto key = api_key::parse("a.b:secret").value();
  EXPECT_TRUE(key.matches(api_key::parse("a.b:secret").value()));
  for (const char* other : {"a.b:secreT", "a.b:secre", "a.b:secrets", "a.c:secret", "A.b:secret"}) {
    EXPECT_FALSE(key.matches(api_key::parse(other).value())) << other;
  }
}

TEST(ably_api_key, nothing_with_a_secret_in_it_can_be_printed) {
  EXPECT_FALSE(printable<api_key>);
  EXPECT_FALSE(printable<connect_query>);
  EXPECT_FALSE(printable<connection_details>);
  EXPECT_FALSE(printable<protocol_message>);
  EXPECT_TRUE(printable<protocol_action>) << "or the question is put wrongly";
}

TEST(ably_capability, a_resource_is_a_channel_or_has_wildcards_for_whole_segments) {
  struct {
    const char* resource;
    const char* channel;
    bool matches;
  } const cases[] = {
      {"room", "room", true},
      {"room", "Room", false},
      {"room", "room:a", false},
      {"room:a", "room", false},
      {"*", "room", true},
      {"*", "room:a:b", true},
      {"foo:*", "foo:bar", true},
      {"foo:*", "foo:bar:bam", true},
      {"foo:*", "foo:bar:bam:baz", true},
      {"foo:*", "foo:", true},
      {"foo:*", "foo", false},
      {"foo:*", "foobar", false},
      {"foo:*", "fo:bar", false},
      {"foo:*:baz", "foo:bar:baz", true},
      {"foo:*:baz", "foo:bar:bam:baz", false},
      {"foo:*:baz", "foo:bar", false},
      {"foo:*:baz", "foo:bar:baz:more", false},
      {"foo:*:*", "foo:bar", false},
      {"foo:*:*", "foo:bar:baz", true},
      {"*:bar", "foo:bar", true},
      {"*:bar", "foo:baz", false},
      {"*:bar", "bar", false},
      {"foo*", "foo*", true},
      {"foo*", "foobar", false},
      {"foo*", "foo:bar", false},
      {"foo:b*", "foo:bar", false},
      {"**", "room", false},
      {"", "room", false},
      {"room::$chat", "room::$chat", true},
      {"room:*:$chat", "room::$chat", true},
      {"room::*", "room::$chat", true},
      {"*", "[meta]x", false},
      {"[meta]*", "room", false},
      {"[queue]*", "room", false},
      {"[*]*", "room", true},
      {"[*]*", "room:a", true},
      {"[*]room", "room", true},
      {"[*]room", "other", false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(resource_matches(one.resource, one.channel), one.matches) << one.resource << " and " << one.channel;
  }
}

TEST(ably_capability, gives_the_operations_of_all_resources_that_match) {
  const auto read = capability::parse(
      R"({"chat:*":["subscribe","presence"],"chat:news":["publish","history"],"*":["annotation-publish"],"x":[]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->operations("chat:a"), operation::subscribe | operation::presence | operation::annotation_publish);
  EXPECT_EQ(read->operations("chat:news"), operation::subscribe | operation::presence | operation::publish |
                                               operation::history | operation::annotation_publish);
  EXPECT_EQ(read->operations("x"), operation::annotation_publish);
}

TEST(ably_capability, a_star_is_every_operation_and_an_unknown_one_is_none) {
  EXPECT_EQ(capability::parse(R"({"a":["*"]})").value().operations("a"), operation::all);
  EXPECT_EQ(capability::parse(R"({"a":["stats","fly","PUBLISH","*x"]})").value().operations("a"), 0U);
  EXPECT_EQ(capability::everything().operations("any:thing"), operation::all);
  EXPECT_EQ(capability{}.operations("a"), 0U);
  EXPECT_EQ(capability::parse("{}").value().operations("a"), 0U);
}

TEST(ably_capability, every_operation_has_its_name_and_permits_its_modes) {
  struct {
    const char* name;
    std::uint32_t operations;
    std::uint64_t modes;
  } const cases[] = {
      {"publish", operation::publish, flag::publish},
      {"subscribe", operation::subscribe, flag::subscribe | flag::presence_subscribe},
      {"presence", operation::presence, flag::presence},
      {"history", operation::history, 0},
      {"annotation-publish", operation::annotation_publish, flag::annotation_publish},
      {"annotation-subscribe", operation::annotation_subscribe, flag::annotation_subscribe},
      {"object-publish", operation::object_publish, flag::object_publish},
      {"object-subscribe", operation::object_subscribe, flag::object_subscribe},
  };
  std::uint32_t all = 0;
  for (const auto& one : cases) {
    const auto read = capability::parse(R"({"a":[")" + std::string{one.name} + R"("]})");
    EXPECT_EQ(read.value().operations("a"), one.operations) << one.name;
    EXPECT_EQ(permitted_modes(one.operations), one.modes) << one.name;
    all |= one.operations;
  }
  EXPECT_EQ(all, operation::all);
  EXPECT_EQ(permitted_modes(operation::all) & flag::base_modes, flag::base_modes);
}

TEST(ably_capability, anything_else_is_refused) {
  for (const char* text :
       {"", "[]", "1", "null", R"("*")", R"({"a":"*"})", R"({"a":{}})", R"({"a":[1]})", R"({"a":[["*"]]})",
        R"({"a":null})", "{\"a\":[\"\xff\"]}", R"({"a":["*"]}x)", R"({"a":["*"])"}) {
    EXPECT_EQ(capability::parse(text).error(), errc::invalid_data) << text;
  }
}

TEST(ably_capability, it_may_be_only_so_large) {
  EXPECT_TRUE(capability::parse(R"({"a":[]})", {8, 1}));
  EXPECT_EQ(capability::parse(R"({"a":[] })", {8, 1}).error(), errc::message_too_large);
  EXPECT_EQ(capability::parse(R"({"a":[],"b":[]})", {100, 1}).error(), errc::message_too_large);
}

TEST(ably_channel_name, begins_with_neither_bracket_nor_colon_and_has_one_line) {
  for (const char* good : {"a", "room::$chat", "a b", "a:[b]", "é", "*", "a\tb"})
    EXPECT_FALSE(check_channel_name(good)) << good;
  for (const char* bad : {"", "[a", "[?rewind=1]a", ":a", ":", "a\nb", "a\r", "\xff"}) {
    EXPECT_EQ(check_channel_name(bad), errc::invalid_room_name) << bad;
  }
  EXPECT_FALSE(check_channel_name(std::string(2048, 'a')));
  EXPECT_EQ(check_channel_name(std::string(2049, 'a')), errc::invalid_room_name);
  EXPECT_EQ(check_channel_name("abc", 2), errc::invalid_room_name);
}

}  // namespace
}  // namespace ably_credentials_test
