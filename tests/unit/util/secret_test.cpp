#include <presence/detail/util/entropy.hpp>
#include <presence/detail/util/secret.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace presence::test::util_secret_test {
namespace {

using detail::equal_secret;
using detail::random_text;

TEST(secret, text_has_the_length_asked_for) {
  for (std::size_t length = 0; length < 50; ++length) {
    EXPECT_EQ(random_text(length, detail::system_random).size(), length);
  }
}

TEST(secret, text_uses_six_bits_a_character_and_draws_no_more_than_it_needs) {
  int drawn = 0;
  const auto zero = [&] {
    ++drawn;
    return std::uint64_t{0};
  };
  EXPECT_EQ(random_text(10, zero), "AAAAAAAAAA");
  EXPECT_EQ(drawn, 1);
  EXPECT_EQ(random_text(11, zero), "AAAAAAAAAAA");
  EXPECT_EQ(drawn, 3);
  EXPECT_EQ(random_text(2, [] { return std::numeric_limits<std::uint64_t>::max(); }), "__");
}

TEST(secret, text_is_safe_in_ids_and_keys) {
  for (int n = 0; n < 1000; ++n) {
    const std::string text = random_text(22, detail::system_random);
    EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
  }
}

TEST(secret, only_equal_secrets_are_equal) {
  EXPECT_TRUE(equal_secret("", ""));
  EXPECT_TRUE(equal_secret("abc", "abc"));
  EXPECT_FALSE(equal_secret("abc", "abd"));
  EXPECT_FALSE(equal_secret("abc", "Abc"));
  EXPECT_FALSE(equal_secret("abc", "ab"));
  EXPECT_FALSE(equal_secret("", "a"));
  EXPECT_FALSE(equal_secret("\x80", std::string(1, '\0')));
}

}  // namespace
}  // namespace presence::test::util_secret_test
