#include <presence/data_traits.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace presence::test::values_data_traits_test {
namespace {

struct plain {
  double x = 0;
  std::int32_t n = 0;
};
struct holder {
  std::vector<char> bytes;
};
struct sized_otherwise {
  std::string text;
};
struct refused_by_name {
  int n = 0;
};

}  // namespace
}  // namespace presence::test::values_data_traits_test

template <>
struct presence::data_traits<presence::test::values_data_traits_test::sized_otherwise> {
  static std::size_t size(const test::values_data_traits_test::sized_otherwise& data) noexcept {
    return 40 + data.text.size();
  }
};
template <>
struct presence::data_traits<presence::test::values_data_traits_test::refused_by_name> {
  static constexpr bool has_size = false;
};

namespace presence::test::values_data_traits_test {
namespace {

template <class Data>
std::size_t size_of(const Data& data) {
  static_assert(has_data_size<Data>);
  return data_traits<Data>::size(data);
}

TEST(data_traits, size_of_a_range_is_that_of_its_elements_in_bytes) {
  EXPECT_EQ(size_of(std::string("hello")), 5U);
  EXPECT_EQ(size_of(std::u16string(u"hello")), 10U);
  EXPECT_EQ(size_of(std::string_view("hello")), 5U);
  EXPECT_EQ(size_of(std::vector<double>(65'536)), 524'288U);
  EXPECT_EQ(size_of(std::vector<plain>(3)), 3 * sizeof(plain));
  EXPECT_EQ(size_of(std::array<std::int32_t, 4>{}), 16U);
  EXPECT_EQ(size_of(std::deque<std::int64_t>(3)), 24U);
  EXPECT_EQ(size_of(std::list<char>(3)), 3U);
  EXPECT_EQ(size_of(std::vector<int>{}), 0U);
}

TEST(data_traits, size_of_a_range_of_ranges_counts_to_the_bottom) {
  EXPECT_EQ(size_of(std::vector<std::string>{"four", "six six"}), 11U);
  EXPECT_EQ(size_of(std::vector<std::string>(65'536, std::string(1'000, 'x'))), 65'536'000U);
  EXPECT_EQ(size_of(std::vector<std::vector<std::vector<std::int16_t>>>{{{1, 2}, {3}}, {}}), 6U);
  EXPECT_EQ(size_of(std::array<std::string, 2>{"ab", "c"}), 3U);
}

TEST(data_traits, size_of_what_is_copied_as_bytes_is_that_of_the_type) {
  EXPECT_EQ(size_of(7), sizeof(int));
  EXPECT_EQ(size_of(plain{}), sizeof(plain));
  EXPECT_EQ(size_of(std::byte{}), 1U);
}

TEST(data_traits, size_of_a_payload_is_its_content) { EXPECT_EQ(size_of(payload::text("hello")), 5U); }

TEST(data_traits, specialization_needs_no_more_than_size_and_counts_in_ranges) {
  EXPECT_EQ(size_of(sized_otherwise{"ab"}), 42U);
  EXPECT_EQ(size_of(std::vector<sized_otherwise>{{"ab"}, {"c"}}), 83U);
  EXPECT_EQ(size_of(std::vector<payload>{payload::text("ab"), payload::json("1")}), 3U);
}

TEST(data_traits, anything_else_has_no_size) {
  static_assert(!has_data_size<holder> && !data_traits<holder>::has_size);
  static_assert(!has_data_size<std::vector<holder>>);
  static_assert(!has_data_size<std::unique_ptr<int>>);
  static_assert(!has_data_size<std::map<std::string, int>>);  // a pair is no range, and this one is not copied as bytes
  static_assert(!has_data_size<std::filesystem::path>);       // a range of itself
  static_assert(!has_data_size<refused_by_name> && !has_data_size<std::vector<refused_by_name>>);
}

}  // namespace
}  // namespace presence::test::values_data_traits_test
