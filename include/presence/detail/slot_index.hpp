#ifndef PRESENCE_DETAIL_SLOT_INDEX_HPP
#define PRESENCE_DETAIL_SLOT_INDEX_HPP

#include <presence/detail/attempt.hpp>
#include <presence/detail/member_record.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// A hash index of slots: eight bytes an entry, the slot and 32 bits of hash. Growing it reads no record, and a probe
/// reads one only where all 32 bits agree.
class slot_index {
 public:
  /// The slot with this hash for which `matches(slot)`, or `no_slot`.
  template <class Matches>
  [[nodiscard]] std::uint32_t find(std::uint32_t hash, const Matches& matches) const {
    const auto at = entries_.find(probe<Matches>{hash, matches});
    return at != entries_.end() ? at->slot : no_slot;
  }

  /// Precondition: the slot is not in the index.
  void insert(std::uint32_t hash, std::uint32_t slot) { entries_.insert(entry{slot, hash}); }

  /// Precondition: the slot is in the index under this hash.
  void erase(std::uint32_t hash, std::uint32_t slot) noexcept {
    entries_.erase(entries_.find(entry{slot, hash}));
    shrink();
  }

  /// The record at `from` now stands at `to`. Precondition: `from` is in the index under this hash.
  void move(std::uint32_t hash, std::uint32_t from, std::uint32_t to) noexcept {
    entries_.find(entry{from, hash})->slot = to;
  }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  void clear() noexcept { table{}.swap(entries_); }
  /// Boost's layout: an entry's bytes plus a byte of metadata for each place.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return entries_.bucket_count() * (sizeof(entry) + 1) + entries_.bucket_count() / 15;
  }

 private:
  struct entry {
    mutable std::uint32_t slot;  // no part of the place in the table, which only the hash decides
    std::uint32_t hash;
  };
  template <class Matches>
  struct probe {
    std::uint32_t hash;
    const Matches& matches;
  };
  struct hasher {
    using is_transparent = void;
    template <class T>
    [[nodiscard]] std::size_t operator()(const T& of) const noexcept {
      return of.hash;
    }
  };
  struct equal {
    using is_transparent = void;
    [[nodiscard]] bool operator()(const entry& a, const entry& b) const noexcept { return a.slot == b.slot; }
    template <class Matches>
    [[nodiscard]] bool operator()(const entry& a, const probe<Matches>& b) const {
      return a.hash == b.hash && b.matches(a.slot);
    }
    template <class Matches>
    [[nodiscard]] bool operator()(const probe<Matches>& a, const entry& b) const {
      return (*this)(b, a);
    }
  };
  using table = boost::unordered_flat_set<entry, hasher, equal>;

  /// Boost's table never gives memory back by itself. An eighth full is far from the next growth in either direction. If
  /// there is no memory for the smaller table the larger one stays.
  void shrink() noexcept {
    if (entries_.empty()) {
      clear();
    } else if (entries_.bucket_count() > 128 && entries_.size() < entries_.bucket_count() / 8) {
      attempt([&] { entries_.rehash(entries_.size() * 2); }, [](auto) {});
    }
  }

  table entries_;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
