#ifndef PRESENCE_DETAIL_IN_FLIGHT_HPP
#define PRESENCE_DETAIL_IN_FLIGHT_HPP

#include <presence/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

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
    if (entries_.size() == entries_.capacity()) entries_.reserve(2 * entries_.size() + 1);
    return last_ + 1;
  }
  std::uint64_t add(T value) {
    (void)prepare();
    entries_.push_back({++last_, std::move(value)});
    return last_;
  }

  /// What has this number, or nothing if it has been taken or there never was such a number.
  [[nodiscard]] std::optional<T> take(std::uint64_t number) noexcept {
    const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
    const auto found = std::lower_bound(first, entries_.end(), number,
                                        [](const entry& e, std::uint64_t wanted) { return e.number < wanted; });
    if (found == entries_.end() || found->number != number) return std::nullopt;
    std::optional<T> taken{std::move(found->value)};
    if (found == first) {
      ++head_;
      forget_taken();
    } else {
      entries_.erase(found);
    }
    return taken;
  }

  /// Takes everything. The numbers go on.
  [[nodiscard]] in_flight take_all() noexcept {
    in_flight all;
    all.entries_.swap(entries_);
    std::swap(all.head_, head_);
    return all;
  }

  /// In the order of the numbers.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = head_; i < entries_.size(); ++i) visit(entries_[i].value);
  }
  template <class Visit>
  void for_each(Visit&& visit) {
    for (std::size_t i = head_; i < entries_.size(); ++i) visit(entries_[i].value);
  }

 private:
  struct entry {
    std::uint64_t number;
    T value;
  };
  static constexpr std::size_t kept = 16;  ///< empty places kept

  void forget_taken() noexcept {
    if (head_ == entries_.size()) {
      entries_.clear();
      head_ = 0;
      if (entries_.capacity() > kept) std::vector<entry>{}.swap(entries_);
    } else if (head_ >= kept && head_ * 2 >= entries_.size()) {
      entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  }

  std::vector<entry> entries_;
  std::size_t head_ = 0;  // those before it have been taken
  std::uint64_t last_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
