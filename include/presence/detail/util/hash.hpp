#ifndef PRESENCE_DETAIL_UTIL_HASH_HPP
#define PRESENCE_DETAIL_UTIL_HASH_HPP

#include <presence/detail/util/entropy.hpp>
#include <presence/version.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace presence::inline PRESENCE_ABI::detail {

/// 64 × 64 → 128 bit product, folded: one multiplication that spreads every input bit.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
#if defined(__SIZEOF_INT128__)
  __extension__ using wide = unsigned __int128;
  const wide product = static_cast<wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
#else
  const std::uint64_t al = a & 0xffffffffU, ah = a >> 32U, bl = b & 0xffffffffU, bh = b >> 32U;
  const std::uint64_t mid = ah * bl + ((al * bl) >> 32U), mid2 = al * bh + (mid & 0xffffffffU);
  return (a * b) ^ (ah * bh + (mid >> 32U) + (mid2 >> 32U));
#endif
}

/// Client ids come from strangers: with a seed that they cannot know they cannot choose ids that collide. Nothing that
/// a user sees depends on it, as members are stored and iterated in an order of their own.
/// If the operating system refuses random bits the program ends: there is no set without them.
[[nodiscard]] inline std::uint64_t hash_seed() noexcept {
  static const std::uint64_t seed = system_random();
  return seed;
}

/// Hashes a short string in blocks of eight bytes. `boost::hash` of a string is 3–5 times slower in Boost 1.81
/// (docs/performance.md). The seed goes into both factors of each product, in two ways: a factor that whoever chooses
/// the text could make zero, or swap with the other, would give him any number of texts that collide under every seed.
[[nodiscard]] inline std::uint64_t hash_text(std::string_view text, std::uint64_t seed) noexcept {
  const auto load = [](const char* from, std::size_t n) {
    std::uint64_t block = 0;
    std::memcpy(&block, from, n);
    return block;
  };
  const char* at = text.data();
  std::size_t left = text.size();
  const std::uint64_t turned = std::rotl(seed, 23);
  std::uint64_t state = seed ^ (0x9e3779b97f4a7c15U * (left + 1));
  for (; left >= 16; at += 16, left -= 16) {
    state = mix(load(at, 8) ^ turned ^ 0xa0761d6478bd642fU, load(at + 8, 8) ^ state);
  }
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (left >= 8) {
    low = load(at, 8);
    high = load(at + left - 8, 8);
  } else if (left >= 4) {
    low = load(at, 4);
    high = load(at + left - 4, 4);
  } else if (left > 0) {
    low = static_cast<unsigned char>(at[0]) |
          (static_cast<std::uint64_t>(static_cast<unsigned char>(at[left / 2])) << 8U) |
          (static_cast<std::uint64_t>(static_cast<unsigned char>(at[left - 1])) << 16U);
  }
  return mix(low ^ turned ^ 0xe7037ed1a0b428dbU, high ^ state);
}

/// The hash of every map of ours whose keys come from outside. `boost::hash` has no seed, so that whoever chooses the keys
/// can choose a million that all collide.
struct seeded_hash {
  using is_transparent = void;
  using is_avalanching = void;  // Boost.Unordered need not mix it again
  [[nodiscard]] std::size_t operator()(std::string_view text) const noexcept {
    return static_cast<std::size_t>(hash_text(text, hash_seed()));
  }
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
