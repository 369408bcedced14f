#ifndef PRESENCE_DETAIL_UTIL_IN_FLIGHT_HPP
#define PRESENCE_DETAIL_UTIL_IN_FLIGHT_HPP

#include <presence/detail/util/fifo.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// What was sent and has not been answered, by the number that it was given: 1, 2, 3 and so on. Answers nearly always come
/// in that order and are then O(1); one out of order is linear in what is in flight. One thing takes one place. (A
/// `boost::unordered_flat_map` begins with fifteen, which took 2 to 6 KB for each attachment that ever published.)
/// Precondition: `T` moves without throwing.
template <class T>
class in_flight {
 public:
  /// The number that the next `add` will give. That one will not throw.
  [[nodiscard]] std::uint64_t prepare() {
    entries_.make_room();
    return last_ + 1;
  }
  std::uint64_t add(T value) {
    entries_.push({last_ + 1, std::move(value)});
    return ++last_;
  }

  /// What has this number, or nothing if it has been taken or there never was such a number.
  [[nodiscard]] std::optional<T> take(std::uint64_t number) noexcept {
    entry* const found = place_of(number);
    if (found == entries_.end() || found->number != number) return std::nullopt;
    return std::move(entries_.take(found).value);
  }

  /// What has this number, in place; null if there is none. Valid until something is added or taken.
  [[nodiscard]] T* find(std::uint64_t number) noexcept {
    entry* const found = place_of(number);
    return found != entries_.end() && found->number == number ? &found->value : nullptr;
  }
  /// The number of the first that `wanted`. Linear.
  template <class Wanted>
  [[nodiscard]] std::optional<std::uint64_t> find_if(Wanted&& wanted) const {
    for (const entry& e : entries_) {
      if (wanted(e.value)) return e.number;
    }
    return std::nullopt;
  }

  /// Takes everything. The numbers go on.
  [[nodiscard]] in_flight take_all() noexcept {
    in_flight all;
    all.entries_.swap(entries_);
    return all;
  }

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  /// In the order of the numbers.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const entry& e : entries_) visit(e.value);
  }
  template <class Visit>
  void for_each(Visit&& visit) {
    for (entry& e : entries_) visit(e.value);
  }

 private:
  struct entry {
    std::uint64_t number;
    T value;
  };

  [[nodiscard]] entry* place_of(std::uint64_t number) noexcept {
    return std::lower_bound(entries_.begin(), entries_.end(), number,
                            [](const entry& e, std::uint64_t wanted) { return e.number < wanted; });
  }

  fifo<entry, 16> entries_;
  std::uint64_t last_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
