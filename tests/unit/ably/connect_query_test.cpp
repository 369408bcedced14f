#include <presence/ably/connect_query.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace ably_connect_query_test {
namespace {

using namespace presence::ably;
using presence::errc;

TEST(ably_connect_query, nothing_asks_for_the_defaults) {
  const auto read = parse_connect_query("");
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->key || read->access_token || read->client_id || read->resume || read->recover);
  EXPECT_EQ(read->format, format::json);
  EXPECT_TRUE(read->heartbeats);
  EXPECT_TRUE(read->echo);
  EXPECT_EQ(read->version, "");
  EXPECT_FALSE(read->remain_present_for);
}

TEST(ably_connect_query, what_the_javascript_client_sends) {
  const auto read = parse_connect_query(
      "key=app.id%3Asecret&clientId=anna%20%C3%A9&format=msgpack&heartbeats=false&echo=false&v=6"
      "&agent=ably-js%2F2.26.0%20nodejs%2F20&resume=c1!k%2B&remainPresentFor=1500");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->key, "app.id:secret");
  EXPECT_EQ(read->client_id, "anna é");
  EXPECT_EQ(read->format, format::msgpack);
  EXPECT_FALSE(read->heartbeats);
  EXPECT_FALSE(read->echo);
  EXPECT_EQ(read->version, "6");
  EXPECT_EQ(read->resume, "c1!k+");
  EXPECT_EQ(read->remain_present_for, std::chrono::milliseconds{1500});
}

TEST(ably_connect_query, both_spellings_of_the_token) {
  EXPECT_EQ(parse_connect_query("access_token=a.b.c").value().access_token, "a.b.c");
  EXPECT_EQ(parse_connect_query("accessToken=a.b.c").value().access_token, "a.b.c");
  EXPECT_EQ(parse_connect_query("accessToken=a&access_token=a").error(), errc::bad_request);
}

TEST(ably_connect_query, unknown_parameters_are_ignored) {
  const auto read = parse_connect_query("x=1&y&=z&&recover=k&X=%F0%9F%98%80&");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->recover, "k");
  EXPECT_FALSE(parse_connect_query("KEY=x&client_id=y").value().key);
}

TEST(ably_connect_query, an_empty_value_is_none) {
  const auto read = parse_connect_query("key=&clientId&resume=&format=&remainPresentFor=&clientId=anna");
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->key || read->resume || read->remain_present_for);
  EXPECT_EQ(read->client_id, "anna");
}

TEST(ably_connect_query, an_equals_sign_may_stand_in_a_value_and_a_plus_is_a_space) {
  const auto read = parse_connect_query("access_token=a=b==&clientId=a+b%2Bc");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->access_token, "a=b==");
  EXPECT_EQ(read->client_id, "a b+c");
}

TEST(ably_connect_query, heartbeats_are_off_only_when_that_is_said) {
  for (const char* query : {"heartbeats=true", "heartbeats=", "heartbeats=0", "heartbeats=False", "heartbeats"}) {
    EXPECT_TRUE(parse_connect_query(query).value().heartbeats) << query;
  }
  EXPECT_FALSE(parse_connect_query("heartbeats=false").value().heartbeats);
}

TEST(ably_connect_query, what_makes_no_sense_is_refused) {
  for (const char* query : {
           "key=%",
           "key=%4",
           "key=%zz",
           "%=x",
           "x=%g0",
           "x=%0g",
           "clientId=%FF",
           "clientId=%C3",
           "x=%ED%A0%80",
           "key=a&key=a",
           "clientId=a&clientId=b",
           "resume=a&resume=b",
           "recover=a&recover=b",
           "format=xml",
           "format=MSGPACK",
           "remainPresentFor=-1",
           "remainPresentFor=1.5",
           "remainPresentFor=x",
           "remainPresentFor=4294967296",
       }) {
    EXPECT_EQ(parse_connect_query(query).error(), errc::bad_request) << query;
  }
  EXPECT_EQ(parse_connect_query("remainPresentFor=4294967295").value().remain_present_for,
            std::chrono::milliseconds{4294967295});
}

TEST(ably_connect_query, it_may_be_only_so_long) {
  const query_limits limits{10, 2};
  EXPECT_TRUE(parse_connect_query("abc=456789", limits));
  EXPECT_EQ(parse_connect_query("abc=4567890", limits).error(), errc::message_too_large);
  EXPECT_TRUE(parse_connect_query("&a=1&&b=2&", limits));
  EXPECT_EQ(parse_connect_query("a&b&c", limits).error(), errc::message_too_large);
}

}  // namespace
}  // namespace ably_connect_query_test
