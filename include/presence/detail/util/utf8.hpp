#ifndef PRESENCE_DETAIL_UTIL_UTF8_HPP
#define PRESENCE_DETAIL_UTIL_UTF8_HPP

#include <presence/version.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace presence::inline PRESENCE_ABI::detail {

/// How many of the first characters are certainly ASCII: looks at eight bytes at a time, a word of them.
[[nodiscard]] inline std::size_t leading_ascii(std::string_view text) noexcept {
  std::size_t at = 0;
  for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  return at;
}

/// Whether `text` is well-formed UTF-8 as Unicode defines it (table 3-7): no overlong forms, no surrogates, nothing
/// above U+10FFFF, nothing cut off. NUL is a character like any other; empty text is valid. Linear; any thread.
[[nodiscard]] constexpr bool is_valid_utf8(std::string_view text) noexcept {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  for (std::size_t at = std::is_constant_evaluated() ? 0 : leading_ascii(text); at < text.size();) {
    const unsigned lead = byte(at);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    if (lead < 0xC2 || lead > 0xF4) return false;  // a continuation byte, an overlong form, or beyond U+10FFFF
    const std::size_t length = lead < 0xE0 ? 2U : lead < 0xF0 ? 3U : 4U;
    if (text.size() - at < length) return false;
    // What remains of overlong forms, surrogates and too large numbers shows in the second byte.
    const unsigned lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(at + 1) < lowest || byte(at + 1) > highest) return false;
    for (std::size_t next = 2; next < length; ++next) {
      if (byte(at + next) < 0x80 || byte(at + next) > 0xBF) return false;
    }
    at += length;
  }
  return true;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
