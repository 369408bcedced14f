// Random bits come from the operating system, and if it has none there are none.
// A program of its own: it replaces `getentropy`.
#include <presence/detail/util/entropy.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <set>
#include <system_error>

#if defined(__GLIBC__)
namespace {
bool refuse = false;
}

// Takes the place of the C library's.
extern "C" int getentropy(void* buffer, std::size_t length) {
  if (!refuse) return ::getrandom(buffer, length, 0) == static_cast<ssize_t>(length) ? 0 : -1;
  errno = ENOSYS;
  return -1;
}
#endif

namespace presence::test::util_entropy_test {
namespace {

TEST(entropy, system_random_does_not_repeat) {
  std::set<std::uint64_t> seen;
  for (int n = 0; n < 1000; ++n) EXPECT_TRUE(seen.insert(detail::system_random()).second);
}

TEST(entropy, every_bit_is_random) {
  std::uint64_t ones = 0;
  std::uint64_t zeros = 0;
  for (int n = 0; n < 200; ++n) {
    const std::uint64_t bits = detail::system_random();
    ones |= bits;
    zeros |= ~bits;
  }
  EXPECT_EQ(~ones, 0U);
  EXPECT_EQ(~zeros, 0U);
}

#if defined(__GLIBC__)
TEST(entropy, refusal_is_an_error_and_never_a_number) {
  refuse = true;
  try {
    (void)detail::system_random();
    ADD_FAILURE() << "a number from nowhere";
  } catch (const presence_error& error) {
    EXPECT_EQ(error.code(), std::errc::function_not_supported);
  }
  refuse = false;
  EXPECT_NO_THROW((void)detail::system_random());
}
#endif

}  // namespace
}  // namespace presence::test::util_entropy_test
