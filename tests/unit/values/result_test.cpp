#include "support/counted.hpp"
#include <presence/result.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace presence::test::values_result_test {
namespace {

TEST(result, holds_a_value) {
  result<std::string> got = std::string{"hi"};
  EXPECT_TRUE(got);
  EXPECT_TRUE(got.has_value());
  EXPECT_EQ(*got, "hi");
  EXPECT_EQ(got->size(), 2U);
  EXPECT_EQ(got.value(), "hi");
  EXPECT_EQ(std::as_const(got).value(), "hi");
  EXPECT_EQ(*std::as_const(got), "hi");
  EXPECT_FALSE(got.error());
}

TEST(result, holds_an_error) {
  const result<std::string> got = errc::not_synced;
  EXPECT_FALSE(got);
  EXPECT_FALSE(got.has_value());
  EXPECT_EQ(got.error(), errc::not_synced);
  const result<std::string> of_another_kind = std::make_error_code(std::errc::timed_out);
  EXPECT_EQ(of_another_kind.error(), std::errc::timed_out);
}

TEST(result, value_throws_the_error_when_there_is_none) {
  result<int> got = errc::out_of_sync;
  const auto code_thrown_by = [](auto&& take) {
    try {
      (void)take();
    } catch (const presence_error& thrown) {
      return thrown.code();
    }
    return std::error_code{};
  };
  EXPECT_EQ(code_thrown_by([&] { return got.value(); }), errc::out_of_sync);
  EXPECT_EQ(code_thrown_by([&] { return std::as_const(got).value(); }), errc::out_of_sync);
  EXPECT_EQ(code_thrown_by([&] { return std::move(got).value(); }), errc::out_of_sync);
}

TEST(result, empty_value_is_not_an_error) {
  const result<std::string> got = std::string{};
  EXPECT_TRUE(got.has_value());
  EXPECT_FALSE(got.error());
}

TEST(result, value_can_be_changed_in_place) {
  result<std::string> got = std::string{"a"};
  *got += 'b';
  got.value() += 'c';
  got->push_back('d');
  EXPECT_EQ(*got, "abcd");
}

TEST(result, value_may_be_of_a_move_only_type) {
  result<std::unique_ptr<int>> got = std::make_unique<int>(7);
  const std::unique_ptr<int> out = std::move(got).value();
  ASSERT_TRUE(out);
  EXPECT_EQ(*out, 7);
}

TEST(result, value_taken_from_a_temporary_is_moved_not_copied) {
  counted::reset();
  EXPECT_EQ(result<counted>{counted{3}}.value().value, 3);
  EXPECT_EQ((*result<counted>{counted{4}}).value, 4);
  EXPECT_EQ(counted::copies(), 0);
}

TEST(result, number_that_looks_like_an_error_is_a_value) {
  const result<int> got = 91005;
  EXPECT_TRUE(got.has_value());
  EXPECT_EQ(*got, 91005);
  EXPECT_TRUE((std::is_same_v<result<int>::value_type, int>));
}

}  // namespace
}  // namespace presence::test::values_result_test
