#ifndef PRESENCE_ABLY_IMPL_BASE64_HPP
#define PRESENCE_ABLY_IMPL_BASE64_HPP

#include <presence/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace presence::inline PRESENCE_ABI::ably::detail {

// Boost's own is not public (beast::detail), and what it has for archives neither writes padding nor refuses anything.

inline constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with the standard alphabet and padding (RFC 4648, section 4).
[[nodiscard]] inline std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = (bits << 8U) | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= group.size() ? base64_alphabet[(bits >> (18U - 6U * i)) & 63U] : '=';
    }
  }
  return text;
}

/// The value of each character, 64 for those that have none.
inline constexpr auto base64_values = [] {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = 64;
  for (std::size_t i = 0; i < base64_alphabet.size(); ++i) {
    values[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

/// Reads it back. False for anything that `to_base64` does not write: another character, padding that is missing or
/// stands elsewhere, bits behind the last byte that are not 0.
[[nodiscard]] inline bool from_base64(std::string_view text, std::string& bytes) {
  if (text.size() % 4 != 0) return false;
  const std::size_t padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
  bytes.clear();
  bytes.reserve(text.size() / 4 * 3);
  const std::size_t digits = text.size() - padding;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const std::uint32_t value = base64_values[static_cast<unsigned char>(text[i])];
    if (value == 64) return false;
    bits = (bits << 6U) | value;
    const std::size_t place = i % 4;
    if (place == 0) continue;
    bytes += static_cast<char>((bits >> (6U - 2U * place)) & 0xFFU);
  }
  return padding == 0 || (bits & (padding == 1 ? 3U : 15U)) == 0;
}

}  // namespace presence::inline PRESENCE_ABI::ably::detail

#endif
