#include <presence/mode.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

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

constexpr mode_set every_set[] = {mode_set{}, mode::presence, mode::subscribe, mode_set::all()};

TEST(mode, has_the_name_that_it_has_on_ablys_wire) {
  EXPECT_EQ(to_string(mode::presence), "presence");
  EXPECT_EQ(to_string(mode::subscribe), "presence_subscribe");
  EXPECT_EQ(to_string(static_cast<mode>(4)), "unknown");
  EXPECT_EQ(to_string(static_cast<mode>(0)), "unknown");
}

TEST(mode, is_read_as_it_was_written) {
  for (const mode m : {mode::presence, mode::subscribe}) EXPECT_EQ(mode_from(to_string(m)), m);
  for (const std::string_view name : {"", "unknown", "subscribe", "Presence", "presence ", "presence,"}) {
    EXPECT_EQ(mode_from(name), std::nullopt) << name;
  }
  static_assert(mode_from("presence") == mode::presence);
}

TEST(mode_set, has_the_names_of_its_modes) {
  EXPECT_EQ(to_string(mode_set{}), "");
  EXPECT_EQ(to_string(mode_set{mode::presence}), "presence");
  EXPECT_EQ(to_string(mode_set{mode::subscribe}), "presence_subscribe");
  EXPECT_EQ(to_string(mode_set::all()), "presence,presence_subscribe");
  std::ostringstream out;
  out << mode::subscribe << ' ' << mode_set::all();
  EXPECT_EQ(out.str(), "presence_subscribe presence,presence_subscribe");
}

TEST(mode_set, is_read_as_it_was_written) {
  for (const mode_set modes : every_set) {
    EXPECT_EQ(modes_from(to_string(modes)), modes);
    EXPECT_EQ(modes_from(std::int64_t{modes.bits()}), modes);
  }
  static_assert(modes_from("presence,presence_subscribe") == mode_set::all());
  static_assert(modes_from(3) == mode_set::all());
}

TEST(mode_set, is_read_in_any_order_and_repeated) {
  EXPECT_EQ(modes_from("presence_subscribe,presence"), mode_set::all());
  EXPECT_EQ(modes_from("presence,presence,presence"), mode_set{mode::presence});
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "presence_subscribe,";
  EXPECT_EQ(modes_from(many + "presence"), mode_set::all());
  EXPECT_EQ(modes_from(many), std::nullopt) << "a name is missing behind the last comma";
}

TEST(mode_set, with_a_name_that_is_not_known_is_none) {
  for (const std::string_view names :
       {",", ",presence", "presence,", "presence,,presence_subscribe", "presence, presence", "publish",
        "presence,publish", "presence;presence_subscribe", "3"}) {
    EXPECT_EQ(modes_from(names), std::nullopt) << names;
  }
  EXPECT_EQ(modes_from(std::string_view{"presence\0", 9}), std::nullopt);
}

TEST(mode_set, with_a_bit_that_is_no_mode_is_none) {
  for (const std::int64_t bits :
       {std::int64_t{-1}, std::int64_t{-2}, std::int64_t{4}, std::int64_t{7}, std::int64_t{255}, std::int64_t{256},
        std::int64_t{257}, std::int64_t{0x90000}, (std::int64_t{1} << 32) + 1, std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(modes_from(bits), std::nullopt) << bits;
  }
}

}  // namespace
}  // namespace presence::test::values_mode_test
