#include "voice_codec.hpp"

#include "errors.hpp"

#include <gtest/gtest.h>

#include <string>

namespace parley {
namespace {

TEST(voice_codec, what_is_written_is_read) {
  for (const bool muted : {false, true}) {
    for (const bool speaking : {false, true}) {
      const auto read = voice_codec{}.decode(*voice_codec{}.encode({muted, speaking, "headset"}));
      ASSERT_TRUE(read);
      EXPECT_EQ(read->muted, muted);
      EXPECT_EQ(read->speaking, speaking);
      EXPECT_EQ(read->device.view(), "headset");
    }
  }
}

TEST(voice_codec, what_it_does_not_understand_is_an_error) {
  const std::string newer{2, 0}, too_long{std::string{1, 0} + std::string(voice_codec::max_device + 1, 'x')};
  for (const auto& bytes : {std::string{}, std::string{1}, newer, std::string{1, 4}, too_long}) {
    EXPECT_FALSE(voice_codec{}.decode(presence::payload::bytes(bytes))) << bytes.size() << " bytes";
  }
  EXPECT_FALSE(voice_codec{}.decode(presence::payload::text(std::string{1, 0})));
  EXPECT_FALSE(voice_codec{}.encode({false, false, text{std::string(voice_codec::max_device + 1, 'x')}}));
}

TEST(errors, each_is_told_by_what_can_be_done_about_it) {
  using presence::errc;
  EXPECT_FALSE(told_as({}));
  EXPECT_FALSE(told_as(errc::superseded));
  EXPECT_EQ(told_as(errc::disconnected).what, problem::offline);
  EXPECT_EQ(told_as(errc::rate_limited).what, problem::try_later);
  EXPECT_EQ(told_as(std::make_error_code(std::errc::not_enough_memory)).what, problem::try_later);
  EXPECT_EQ(told_as(errc::banned).what, problem::refused);
  EXPECT_EQ(told_as(errc::message_too_large).what, problem::invalid);
  EXPECT_EQ(told_as(errc::operation_aborted).what, problem::ended);
  EXPECT_EQ(told_as(errc::handler_threw).what, problem::internal);
  EXPECT_EQ(told_as(std::make_error_code(std::errc::broken_pipe)).what, problem::internal);
}

}  // namespace
}  // namespace parley
