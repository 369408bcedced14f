#ifndef PRESENCE_DETAIL_UTIL_FIFO_HPP
#define PRESENCE_DETAIL_UTIL_FIFO_HPP

#include <presence/version.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// A first-in first-out queue that, once it has grown, allocates nothing: it is emptied far more often than it is full.
/// While empty it keeps up to `Kept` places; more is given back.
template <class T, std::size_t Kept = 64>
class fifo {
 public:
  [[nodiscard]] bool empty() const noexcept { return head_ == items_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size() - head_; }

  void push(T&& item) { items_.push_back(std::move(item)); }
  void push(const T& item) { items_.push_back(item); }
  /// Makes it in place: a variant costs half of what it does if it is made first and then moved.
  template <class From>
  void emplace(From&& from) {
    items_.emplace_back(std::forward<From>(from));
  }

  /// The next `push` will not throw, nor so many of them.
  void make_room(std::size_t places = 1) {
    if (items_.capacity() - items_.size() < places) items_.reserve(2 * items_.size() + places);
  }

  /// Precondition: not empty.
  [[nodiscard]] T pop() noexcept {
    T item = std::move(items_[head_++]);
    forget_popped();
    return item;
  }

  /// Takes one out of turn: linear in those behind it, O(1) for the first.
  [[nodiscard]] T take(T* which) {
    if (which == begin()) return pop();
    T item = std::move(*which);
    items_.erase(items_.begin() + (which - items_.data()));
    return item;
  }

  void swap(fifo& other) noexcept {
    items_.swap(other.items_);
    std::swap(head_, other.head_);
  }

  // Those that are waiting, first in first.
  [[nodiscard]] T* begin() noexcept { return items_.data() + head_; }
  [[nodiscard]] T* end() noexcept { return items_.data() + items_.size(); }
  [[nodiscard]] const T* begin() const noexcept { return items_.data() + head_; }
  [[nodiscard]] const T* end() const noexcept { return items_.data() + items_.size(); }

 private:
  void forget_popped() {
    if (head_ == items_.size()) {
      items_.clear();
      head_ = 0;
      if (items_.capacity() > Kept) std::vector<T>{}.swap(items_);
    } else if (head_ >= Kept && head_ * 2 >= items_.size()) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  }

  std::vector<T> items_;
  std::size_t head_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
