#include <presence/detail/util/utf8.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace util_utf8_test {
namespace {

using namespace std::literals;
using presence::detail::is_valid_utf8;

static_assert(is_valid_utf8("héllo"));
static_assert(!is_valid_utf8("\xff"));
static_assert(noexcept(is_valid_utf8(std::string_view{})));

std::string bytes(std::initializer_list<unsigned> values) {
  std::string text;
  for (const unsigned value : values) text += static_cast<char>(value);
  return text;
}

// The bit pattern of UTF-8 stretched over any number, allowed or not, in `length` bytes.
std::string encoded(std::uint32_t code, unsigned length) {
  if (length == 1) return bytes({code});
  std::string text;
  for (unsigned left = length; --left > 0; code >>= 6U) text.insert(0, bytes({0x80U | (code & 0x3FU)}));
  const unsigned marker = length == 2 ? 0xC0U : length == 3 ? 0xE0U : 0xF0U;
  return bytes({marker | code}) + text;
}

unsigned shortest(std::uint32_t code) { return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; }

TEST(utf8, empty_text_is_valid) { EXPECT_TRUE(is_valid_utf8("")); }

TEST(utf8, nul_and_other_controls_are_valid) { EXPECT_TRUE(is_valid_utf8("\0a\0\x01\x1f\x7f"sv)); }

TEST(utf8, text_of_many_scripts_is_valid) {
  EXPECT_TRUE(is_valid_utf8(
      "Grüße, Γειά, Привет, שלום, مرحبا, नमस्ते, 你好, 👩‍👩‍👧"));
  EXPECT_TRUE(is_valid_utf8("\xEF\xBB\xBF"));  // a byte order mark is a character
}

TEST(utf8, every_number_is_valid_in_its_shortest_form_and_in_no_other) {
  for (std::uint32_t code = 0; code < 0x200000; ++code) {
    const bool is_character = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    for (unsigned length = shortest(code); length <= 4; ++length) {
      ASSERT_EQ(is_valid_utf8(encoded(code, length)), is_character && length == shortest(code))
          << std::hex << code << " in " << length << " bytes";
    }
  }
}

TEST(utf8, every_byte_alone_is_valid_only_below_128) {
  for (unsigned value = 0; value < 256; ++value) EXPECT_EQ(is_valid_utf8(bytes({value})), value < 0x80) << value;
}

TEST(utf8, every_pair_of_bytes_is_two_ascii_or_one_character) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const bool ascii = first < 0x80 && second < 0x80;
      const bool character = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
      ASSERT_EQ(is_valid_utf8(bytes({first, second})), ascii || character) << first << ' ' << second;
    }
  }
}

TEST(utf8, each_byte_of_a_sequence_must_continue_it) {
  for (const auto text : {"é"sv, "€"sv, "\U00010348"sv}) {
    for (std::size_t at = 1; at < text.size(); ++at) {
      for (unsigned value = 0; value < 256; ++value) {
        std::string changed{text};
        changed[at] = static_cast<char>(value);
        if (value < 0x80 || value > 0xBF) {
          ASSERT_FALSE(is_valid_utf8(changed)) << text << ' ' << at << ' ' << value;
        }
      }
    }
  }
}

TEST(utf8, a_sequence_that_is_cut_off_is_refused) {
  for (const auto text : {"é"sv, "€"sv, "\U00010348"sv}) {
    for (std::size_t length = 1; length < text.size(); ++length) {
      EXPECT_FALSE(is_valid_utf8(text.substr(0, length)));
      EXPECT_FALSE(is_valid_utf8("abc" + std::string{text.substr(0, length)}));
      EXPECT_FALSE(is_valid_utf8(std::string{text.substr(0, length)} + "abc"));
    }
  }
}

TEST(utf8, a_bad_byte_is_found_wherever_it_is) {
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text(40, 'x');
    EXPECT_TRUE(is_valid_utf8(text));
    text[at] = '\x80';
    EXPECT_FALSE(is_valid_utf8(text)) << at;
  }
}

TEST(utf8, encodings_that_resemble_utf8_are_refused) {
  EXPECT_FALSE(is_valid_utf8("\xC0\x80"));                  // "modified UTF-8" for NUL
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\xBD\xED\xB8\x80"));  // CESU-8: an emoji as two surrogates
  EXPECT_FALSE(is_valid_utf8("\xF8\x88\x80\x80\x80"));      // five bytes
  EXPECT_FALSE(is_valid_utf8("\xFE\xFF"));                  // the byte order mark of UTF-16
  EXPECT_FALSE(is_valid_utf8("caf\xE9"));                   // Latin-1
}

}  // namespace
}  // namespace util_utf8_test
