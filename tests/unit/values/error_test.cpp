#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace presence::test::values_error_test {
namespace {

const std::vector<errc> every_error = {errc::operation_aborted,  errc::events_disabled,
                                       errc::handler_threw,      errc::not_synced,
                                       errc::bad_request,        errc::message_too_large,
                                       errc::invalid_room_name,  errc::invalid_client_id,
                                       errc::invalid_data,       errc::not_permitted,
                                       errc::connection_closed,  errc::connection_expired,
                                       errc::invalid_resume_key, errc::disconnected,
                                       errc::channel_failed,     errc::too_many_rooms,
                                       errc::invalid_room_state, errc::room_full,
                                       errc::reentry_failed,     errc::out_of_sync,
                                       errc::rate_limited,       errc::subscribe_not_permitted};

TEST(error, category_is_called_presence) {
  EXPECT_STREQ(presence_category().name(), "presence");
  EXPECT_EQ(&presence_category(), &presence_category());
}

TEST(error, each_has_a_message_of_its_own) {
  std::set<std::string> messages;
  for (const errc e : every_error) {
    const std::string message = make_error_code(e).message();
    EXPECT_NE(message, "unknown presence error") << static_cast<int>(e);
    EXPECT_TRUE(messages.insert(message).second) << message;
  }
}

TEST(error, unknown_number_has_a_message_too) {
  EXPECT_EQ(presence_category().message(12345), "unknown presence error");
}

TEST(error, none_is_success) {
  for (const errc e : every_error) EXPECT_TRUE(make_error_code(e)) << static_cast<int>(e);
}

TEST(error, numbers_are_those_of_the_protocol) {
  EXPECT_EQ(make_error_code(errc::invalid_client_id).value(), 40012);
  EXPECT_EQ(make_error_code(errc::not_permitted).value(), 40160);
  EXPECT_EQ(make_error_code(errc::rate_limited).value(), 42910);
  EXPECT_EQ(make_error_code(errc::room_full).value(), 91003);
  EXPECT_EQ(make_error_code(errc::reentry_failed).value(), 91004);
  EXPECT_EQ(make_error_code(errc::out_of_sync).value(), 91005);
  EXPECT_EQ(make_error_code(errc::subscribe_not_permitted).value(), 91008);
}

TEST(error, converts_to_an_error_code_of_the_category) {
  const std::error_code code = errc::room_full;
  EXPECT_EQ(code.category(), presence_category());
  EXPECT_EQ(code, errc::room_full);
  EXPECT_NE(code, errc::out_of_sync);
  EXPECT_NE(code, std::error_code(91003, std::generic_category()));
}

TEST(error, presence_error_carries_its_code) {
  const presence_error thrown{make_error_code(errc::out_of_sync), "get"};
  const std::system_error& base = thrown;
  EXPECT_EQ(base.code(), errc::out_of_sync);
  EXPECT_NE(std::string{thrown.what()}.find("get"), std::string::npos);
}

TEST(error, misuse_throws) {
  EXPECT_THROW(detail::throw_error(make_error_code(errc::out_of_sync), "x"), presence_error);
  EXPECT_THROW(detail::throw_invalid_argument("x"), std::invalid_argument);
}

TEST(error, what_may_go_better_later_is_temporary) {
  for (const errc e : {errc::room_full, errc::rate_limited, errc::disconnected, errc::overloaded}) {
    EXPECT_TRUE(is_temporary(make_error_code(e))) << make_error_code(e).message();
  }
  EXPECT_TRUE(is_temporary(std::make_error_code(std::errc::not_enough_memory)));
}

TEST(error, what_fails_again_is_not_temporary) {
  for (const errc e : {errc::message_too_large, errc::invalid_client_id, errc::not_permitted, errc::connection_closed,
                       errc::connection_expired, errc::invalid_room_state, errc::bad_request}) {
    EXPECT_FALSE(is_temporary(make_error_code(e))) << make_error_code(e).message();
  }
  EXPECT_FALSE(is_temporary(std::error_code{}));
  EXPECT_FALSE(is_temporary(std::make_error_code(std::errc::invalid_argument)));
  EXPECT_FALSE(is_temporary(std::error_code{91003, std::generic_category()}));
}

}  // namespace
}  // namespace presence::test::values_error_test
