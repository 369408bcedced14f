#ifndef PRESENCE_DETAIL_SET_SLOT_INDEX_HPP
#define PRESENCE_DETAIL_SET_SLOT_INDEX_HPP

#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/prefetch.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#if !defined(PRESENCE_DETAIL_SSE2)  // a test says no
#if defined(__SSE2__) || defined(_M_X64)
#define PRESENCE_DETAIL_SSE2 1
#else
#define PRESENCE_DETAIL_SSE2 0
#endif
#endif
#if PRESENCE_DETAIL_SSE2
#include <emmintrin.h>
#endif

namespace presence::inline PRESENCE_ABI::detail {

inline constexpr std::uint32_t no_slot = std::numeric_limits<std::uint32_t>::max();

/// A hash index of the slots of records that are kept elsewhere: six to thirteen bytes a slot while it grows.
///
/// A bucket is one cache line with twelve slots and a byte of each one's hash, so that looking for a key misses the cache
/// once before it gets to the record, at an address that the hash alone gives: it can be asked for in advance. With a
/// `boost::unordered_flat_set` of slots and hashes, which this replaced, those are two to three misses, one after the
/// other, that nothing can ask for (docs/performance.md, "What the choices rest on").
/// The whole hashes are not kept: whoever changes the number of slots gives `hash_of(slot)`, for the index to move them.
class slot_index {
 public:
  slot_index() noexcept = default;
  slot_index(slot_index&& other) noexcept
      : buckets_(std::exchange(other.buckets_, {})),
        size_(std::exchange(other.size_, std::size_t{0})) {}
  slot_index& operator=(slot_index&& other) noexcept {
    buckets_ = std::exchange(other.buckets_, {});
    size_ = std::exchange(other.size_, std::size_t{0});
    return *this;
  }

  /// The slot with this hash for which `matches(slot)`, or `no_slot`. `matches` may be asked about slots of other hashes.
  template <class Matches>
  [[nodiscard]] std::uint32_t find(std::uint32_t hash, const Matches& matches) const {
    std::size_t at = home(hash);
    for (std::size_t probed = 0; probed < buckets_.size(); ++probed, at = after(at)) {
      const bucket& b = buckets_[at];
      for (std::uint32_t found = b.tagged(tag(hash)); found != 0; found &= found - 1) {
        const std::uint32_t slot = b.slots[first(found)];
        if (matches(slot)) return slot;
      }
      if (b.passed == 0) break;
    }
    return no_slot;
  }

  /// A slot that may have this hash, or `no_slot`. Reads no record.
  [[nodiscard]] std::uint32_t guess(std::uint32_t hash) const noexcept {
    if (buckets_.empty()) return no_slot;
    const bucket& b = buckets_[home(hash)];
    const std::uint32_t found = b.tagged(tag(hash));
    return found != 0 ? b.slots[first(found)] : no_slot;
  }

  /// Asks for the memory that `find` and `guess` of this hash begin with.
  PRESENCE_DETAIL_ALWAYS_INLINE void prefetch(std::uint32_t hash) const noexcept {
    if (!buckets_.empty()) detail::prefetch(&buckets_[home(hash)]);
  }

  /// Precondition: the slot is not in the index. If it throws, nothing has changed.
  template <class HashOf>
  void insert(std::uint32_t hash, std::uint32_t slot, const HashOf& hash_of) {
    if (size_ + 1 > buckets_.size() * most) resize(buckets_.empty() ? 1 : buckets_.size() * 2, hash_of);
    put(hash, slot);
    ++size_;
  }

  /// Precondition: the slot is in the index under this hash.
  template <class HashOf>
  void erase(std::uint32_t hash, std::uint32_t slot, const HashOf& hash_of) noexcept {
    std::size_t at = home(hash);
    std::size_t place = 0;
    while ((place = buckets_[at].place_of(slot)) == bucket_size) {
      if (buckets_[at].passed != always_passed) --buckets_[at].passed;
      at = after(at);
    }
    bucket& b = buckets_[at];
    --b.used;
    b.slots[place] = b.slots[b.used];
    b.tags[place] = b.tags[b.used];
    --size_;
    shrink(hash_of);
  }

  /// The record at `from` now stands at `to`. Precondition: `from` is in the index under this hash.
  void move(std::uint32_t hash, std::uint32_t from, std::uint32_t to) noexcept {
    std::size_t at = home(hash);
    std::size_t place = 0;
    while ((place = buckets_[at].place_of(from)) == bucket_size) at = after(at);
    buckets_[at].slots[place] = to;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  void clear() noexcept {
    std::vector<bucket>{}.swap(buckets_);
    size_ = 0;
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return buckets_.size() * sizeof(bucket); }

 private:
  static constexpr std::size_t bucket_size = 12;
  /// Slots for each bucket, on average. With so many, one in twenty stands in a bucket after its own.
  static constexpr std::size_t most = 10;
  static constexpr std::uint16_t always_passed = std::numeric_limits<std::uint16_t>::max();

  struct alignas(cache_line) bucket {
    std::array<std::uint32_t, bucket_size> slots;
    alignas(16) std::array<std::uint8_t, bucket_size> tags;
    std::uint8_t used;
    std::uint16_t passed;  ///< how many slots that belong here or before stand in a later bucket

    /// A bit for each place in use whose tag this is.
    [[nodiscard]] std::uint32_t tagged(std::uint8_t tag) const noexcept {
      std::uint32_t places = 0;
#if PRESENCE_DETAIL_SSE2
      const auto* from = reinterpret_cast<const char*>(this) + offsetof(bucket, tags);  // and what follows the tags
      const __m128i here = _mm_load_si128(reinterpret_cast<const __m128i*>(from));
      places =
          static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(here, _mm_set1_epi8(static_cast<char>(tag)))));
#else
      for (std::size_t i = 0; i < bucket_size; ++i) places |= std::uint32_t{tags[i] == tag} << i;
#endif
      return places & ((1U << used) - 1);
    }
    [[nodiscard]] std::size_t place_of(std::uint32_t slot) const noexcept {
      for (std::size_t i = 0; i < used; ++i) {
        if (slots[i] == slot) return i;
      }
      return bucket_size;
    }
  };
  static_assert(sizeof(bucket) == cache_line);

  [[nodiscard]] static std::size_t first(std::uint32_t places) noexcept {
    return static_cast<std::size_t>(std::countr_zero(places));
  }
  [[nodiscard]] static std::uint8_t tag(std::uint32_t hash) noexcept { return static_cast<std::uint8_t>(hash >> 24U); }
  [[nodiscard]] std::size_t home(std::uint32_t hash) const noexcept { return hash & (buckets_.size() - 1); }
  [[nodiscard]] std::size_t after(std::size_t at) const noexcept { return (at + 1) & (buckets_.size() - 1); }

  /// Precondition: there is room.
  void put(std::uint32_t hash, std::uint32_t slot) noexcept {
    std::size_t at = home(hash);
    while (buckets_[at].used == bucket_size) {
      if (buckets_[at].passed != always_passed) ++buckets_[at].passed;
      at = after(at);
    }
    bucket& b = buckets_[at];
    b.slots[b.used] = slot;
    b.tags[b.used] = tag(hash);
    ++b.used;
  }

  /// Precondition: `count` is a power of two.
  template <class HashOf>
  void resize(std::size_t count, const HashOf& hash_of) {
    std::vector<bucket> others(count);
    others.swap(buckets_);
    for (const bucket& b : others) {
      std::array<std::uint32_t, bucket_size> hashes;  // first all of them, so that the misses of their records overlap
      for (std::size_t i = 0; i < b.used; ++i) hashes[i] = hash_of(b.slots[i]);
      for (std::size_t i = 0; i < b.used; ++i) put(hashes[i], b.slots[i]);
    }
  }

  /// An eighth full is far from the next growth in either direction. If there is no memory for the smaller index the larger
  /// one stays.
  template <class HashOf>
  void shrink(const HashOf& hash_of) noexcept {
    if (size_ == 0) {
      clear();
    } else if (buckets_.size() > 8 && size_ < buckets_.size() * most / 8) {
      attempt([&] { resize(buckets_.size() / 4, hash_of); }, [](auto) {});
    }
  }

  std::vector<bucket> buckets_;  // none, or a power of two
  std::size_t size_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
