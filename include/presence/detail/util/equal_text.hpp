#ifndef PRESENCE_DETAIL_UTIL_EQUAL_TEXT_HPP
#define PRESENCE_DETAIL_UTIL_EQUAL_TEXT_HPP

#include <presence/detail/util/always_inline.hpp>
#include <presence/version.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace presence::inline PRESENCE_ABI::detail {

/// Whether two ids are equal, in blocks of eight bytes without a call of `memcmp`, whose set-up costs more than comparing
/// 10 to 24 characters (docs/performance.md). Not for secrets.
PRESENCE_DETAIL_ALWAYS_INLINE [[nodiscard]] inline bool equal_text(std::string_view a, std::string_view b) noexcept {
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  const auto differ = [&](auto block, std::size_t at) {
    auto other = block;
    std::memcpy(&block, a.data() + at, sizeof block);
    std::memcpy(&other, b.data() + at, sizeof other);
    return block ^ other;
  };
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 <= size; at += 8) {
      if (differ(std::uint64_t{}, at) != 0) return false;
    }
    return differ(std::uint64_t{}, size - 8) == 0;  // the rest, and some of what was compared
  }
  if (size >= 4) return (differ(std::uint32_t{}, 0) | differ(std::uint32_t{}, size - 4)) == 0;
  for (std::size_t at = 0; at < size; ++at) {
    if (a[at] != b[at]) return false;
  }
  return true;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
