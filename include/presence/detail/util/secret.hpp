#ifndef PRESENCE_DETAIL_UTIL_SECRET_HPP
#define PRESENCE_DETAIL_UTIL_SECRET_HPP

#include <presence/version.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace presence::inline PRESENCE_ABI::detail {

/// `length` characters of six random bits each, safe in ids, URLs and keys.
template <class Random>
[[nodiscard]] std::string random_text(std::size_t length, Random&& random) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  text.reserve(length);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % 10 == 0) bits = random();
    text += alphabet[bits & 63U];
    bits >>= 6U;
  }
  return text;
}

/// Compares in a time that depends on the lengths only.
[[nodiscard]] inline bool equal_secret(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
