#include <presence/mode.hpp>

#include <gtest/gtest.h>

namespace presence::test::values_mode_test {
namespace {

TEST(mode_set, holds_nothing_by_default) {
  EXPECT_TRUE(mode_set{}.empty());
  EXPECT_FALSE(mode_set{}.contains(mode::presence));
  EXPECT_FALSE(mode_set{}.contains(mode::subscribe));
}

TEST(mode_set, of_one_mode_holds_that_one) {
  EXPECT_TRUE(mode_set{mode::presence}.contains(mode::presence));
  EXPECT_FALSE(mode_set{mode::presence}.contains(mode::subscribe));
  EXPECT_TRUE(mode_set{mode::subscribe}.contains(mode::subscribe));
  EXPECT_FALSE(mode_set{mode::subscribe}.contains(mode::presence));
}

TEST(mode_set, unites) {
  EXPECT_EQ(mode::presence | mode::subscribe, mode_set::all());
  EXPECT_EQ(mode_set{mode::presence} | mode_set{}, mode_set{mode::presence});
}

TEST(mode_set, intersects) {
  EXPECT_EQ(mode_set::all() & mode_set{mode::subscribe}, mode_set{mode::subscribe});
  EXPECT_TRUE((mode_set{mode::presence} & mode_set{mode::subscribe}).empty());
}

TEST(mode_set, is_a_constant_expression) {
  constexpr mode_set all = mode::presence | mode::subscribe;
  static_assert(all.contains(mode::presence) && all.contains(mode::subscribe));
  EXPECT_EQ(all, mode_set::all());
}

}  // namespace
}  // namespace presence::test::values_mode_test
