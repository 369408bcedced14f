#ifndef PRESENCE_DETAIL_UTIL_FIFO_HPP
#define PRESENCE_DETAIL_UTIL_FIFO_HPP

#include <presence/version.hpp>

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// A first-in first-out queue that, once it has grown, allocates nothing: it is emptied far more often than it is full.
/// While empty it keeps up to `Kept` places; more is given back.
///
/// It manages its places itself: on top of a `std::vector` each of the nine queues of a hub and a participant made the
/// compiler instantiate 60 functions more (docs/performance.md, "What it costs to compile").
template <class T, std::size_t Kept = 64>
class fifo {
 public:
  fifo() noexcept = default;
  fifo(fifo&& other) noexcept { swap(other); }
  fifo& operator=(fifo&& other) noexcept {
    fifo{std::move(other)}.swap(*this);
    return *this;
  }
  ~fifo() {
    clear();
    release();
  }

  [[nodiscard]] bool empty() const noexcept { return first_ == last_; }
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(last_ - first_); }

  void push(T&& item) { emplace(std::move(item)); }
  void push(const T& item) { emplace(item); }
  /// Makes it in place: of several types that it may be made of the right one costs half of what it does if it is made
  /// first and then moved.
  template <class From>
  void emplace(From&& from) {
    make_room();
    ::new (static_cast<void*>(last_)) T(std::forward<From>(from));
    ++last_;
  }

  /// The next `push` will not throw, nor so many of them.
  void make_room(std::size_t places = 1) {
    if (static_cast<std::size_t>(end_ - last_) < places) grow(places);
  }

  /// Precondition: not empty.
  [[nodiscard]] T pop() noexcept {
    T item = std::move(*first_);
    first_->~T();
    ++first_;
    if (first_ == last_) {
      first_ = last_ = places_;
      if (static_cast<std::size_t>(end_ - places_) > Kept) release();
    }
    return item;
  }

  /// Takes one out of turn: linear in those behind it, O(1) for the first.
  [[nodiscard]] T take(T* which) noexcept {
    if (which == first_) return pop();
    T item = std::move(*which);
    for (T* next = which + 1; next != last_; ++which, ++next) *which = std::move(*next);
    (--last_)->~T();
    return item;
  }

  void swap(fifo& other) noexcept {
    std::swap(places_, other.places_);
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    std::swap(end_, other.end_);
  }

  // Those that are waiting, first in first.
  [[nodiscard]] T* begin() noexcept { return first_; }
  [[nodiscard]] T* end() noexcept { return last_; }
  [[nodiscard]] const T* begin() const noexcept { return first_; }
  [[nodiscard]] const T* end() const noexcept { return last_; }

 private:
  /// They move to the front, where at least as many places are free there as have to move, else to new places that are
  /// twice as many. Either is O(1) for each that comes, and a queue that always has some waiting allocates nothing.
  void grow(std::size_t places) {
    static_assert(std::is_nothrow_move_constructible_v<T> && alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    const std::size_t waiting = size();
    T* to = places_;
    if (waiting + places > static_cast<std::size_t>(end_ - places_) ||
        waiting > static_cast<std::size_t>(first_ - places_)) {
      const std::size_t wanted = waiting + (places > waiting ? places : waiting);
      to = static_cast<T*>(::operator new(wanted * sizeof(T)));
      move_to(to);
      release();
      places_ = to;
      end_ = to + wanted;
    } else {
      move_to(to);
    }
    first_ = to;
    last_ = to + waiting;
  }
  void move_to(T* to) noexcept {
    for (T* from = first_; from != last_; ++from, ++to) {
      ::new (static_cast<void*>(to)) T(std::move(*from));
      from->~T();
    }
  }
  void clear() noexcept {
    for (; first_ != last_; ++first_) first_->~T();
  }
  /// Precondition: empty, or all have moved.
  void release() noexcept {
    ::operator delete(places_);
    places_ = first_ = last_ = end_ = nullptr;
  }

  T* places_ = nullptr;
  T* first_ = nullptr;
  T* last_ = nullptr;
  T* end_ = nullptr;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
