#ifndef PRESENCE_DETAIL_MAILBOX_HPP
#define PRESENCE_DETAIL_MAILBOX_HPP

#include <presence/version.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// A first-in first-out queue that, once it has grown, allocates nothing: it is emptied far more often than it is full.
template <class T>
class mailbox {
 public:
  [[nodiscard]] bool empty() const noexcept { return head_ == items_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size() - head_; }

  void push(T item) { items_.push_back(std::move(item)); }

  /// Precondition: not empty.
  [[nodiscard]] T pop() {
    T item = std::move(items_[head_++]);
    if (head_ == items_.size()) {
      items_.clear();
      head_ = 0;
      if (items_.capacity() > kept) std::vector<T>{}.swap(items_);
    } else if (head_ >= kept && head_ * 2 >= items_.size()) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    return item;
  }

 private:
  static constexpr std::size_t kept = 64;  ///< places kept while empty; more is given back

  std::vector<T> items_;
  std::size_t head_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
