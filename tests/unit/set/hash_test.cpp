// The hash of client ids and connection ids.
#include <presence/detail/util/hash.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace presence::detail::set_hash_test {
namespace {

constexpr std::uint64_t seed = 0x1234567890abcdefU;

TEST(hash_text, equal_texts_have_equal_hashes_wherever_they_stand) {
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string text(length, 'x');
    const std::string elsewhere = "!" + text + "!";
    EXPECT_EQ(hash_text(text, seed), hash_text(std::string_view{elsewhere}.substr(1, length), seed)) << length;
  }
}

TEST(hash_text, seed_changes_every_hash) {
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string text(length, 'x');
    EXPECT_NE(hash_text(text, seed), hash_text(text, seed + 1)) << length;
  }
}

TEST(hash_text, seed_is_the_same_throughout_a_run) { EXPECT_EQ(hash_seed(), hash_seed()); }

TEST(hash_text, seeded_hash_is_the_one_with_the_seed_of_the_run) {
  for (const char* text : {"", "room", "a-longer-name-of-a-room"}) {
    EXPECT_EQ(seeded_hash{}(text), static_cast<std::size_t>(hash_text(text, hash_seed())));
  }
}

TEST(hash_text, every_bit_counts) {
  for (std::size_t length = 1; length < 70; ++length) {
    std::string text(length, 'x');
    std::set<std::uint64_t> hashes{hash_text(text, seed)};
    for (char& c : text) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        const char before = c;
        c = static_cast<char>(static_cast<unsigned char>(c) ^ (1U << bit));
        hashes.insert(hash_text(text, seed));
        c = before;
      }
    }
    EXPECT_EQ(hashes.size(), 8 * length + 1) << length;
  }
}

TEST(hash_text, length_counts) {
  std::set<std::uint64_t> hashes;
  for (std::size_t length = 0; length < 100; ++length) hashes.insert(hash_text(std::string(length, '\0'), seed));
  EXPECT_EQ(hashes.size(), 100U);
}

TEST(hash_text, low_bits_of_similar_ids_spread) {
  std::vector<int> buckets(256);
  for (int n = 0; n < 25'600; ++n) {
    const std::uint64_t hash = hash_text("user-" + std::to_string(n), seed);
    ++buckets[static_cast<std::size_t>(hash % buckets.size())];
  }
  for (const int filled : buckets) {  // 100 expected, standard deviation 10
    EXPECT_GT(filled, 40);
    EXPECT_LT(filled, 160);
  }
}

/// The hash is made of products. A factor of zero makes one zero, whatever the other is: a text that holds the very number it is combined with
/// would hash to one known value under every seed, and so would any number of texts that agree in that place.
TEST(hash_text, texts_cannot_be_chosen_to_collide_without_knowing_the_seed) {
  for (const std::uint64_t number : {0xa0761d6478bd642fU, 0xe7037ed1a0b428dbU}) {
    std::string text(40, 'x');
    for (const std::size_t length : {12U, 16U, 24U, 28U, 40U}) {
      for (std::size_t at = 0; at + 8 <= length; at += 8) {
        std::set<std::uint64_t> hashes;
        for (char c = 'a'; c <= 'z'; ++c) {
          text.assign(length, c);
          std::memcpy(text.data() + at, &number, sizeof number);
          hashes.insert(hash_text(text, seed));
          hashes.insert(hash_text(text, seed + 1));
        }
        EXPECT_EQ(hashes.size(), 52U) << length << " bytes, number at " << at;
      }
    }
  }
}

TEST(hash_text, halves_cannot_be_swapped_into_a_collision_without_knowing_the_seed) {
  const std::string text = "0123456789abcdef";
  std::uint64_t halves[2];
  std::memcpy(halves, text.data(), sizeof halves);
  // what the two factors hold beside the text: a number, and the length
  const std::uint64_t beside = 0xa0761d6478bd642fU ^ (0x9e3779b97f4a7c15U * (text.size() + 1));
  const std::uint64_t swapped[2] = {halves[1] ^ beside, halves[0] ^ beside};
  std::string other(text.size(), ' ');
  std::memcpy(other.data(), swapped, sizeof swapped);
  EXPECT_NE(hash_text(text, seed), hash_text(other, seed));
}

}  // namespace
}  // namespace presence::detail::set_hash_test
