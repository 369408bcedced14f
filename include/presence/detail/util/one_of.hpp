#ifndef PRESENCE_DETAIL_UTIL_ONE_OF_HPP
#define PRESENCE_DETAIL_UTIL_ONE_OF_HPP

#include <presence/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// What a `std::variant` is needed for here: one of several different types that move without throwing. It exists for who
/// compiles: the variant of a participant's nine tasks alone was 569 functions of 13,449 in an unoptimized object file
/// (docs/performance.md, "What it costs to compile"). Made without a value it is the first of the types.
template <class... Ts>
class one_of {
  template <class T>
  static constexpr bool is_one = (std::is_same_v<T, Ts> || ...);
  template <class T>
  static constexpr std::uint8_t place_of() noexcept {
    std::uint8_t place = 0;
    (void)((std::is_same_v<T, Ts> || (++place, false)) || ...);
    return place;
  }

 public:
  one_of() noexcept { first<Ts...>(); }
  template <class T>
  requires is_one<std::remove_cvref_t<T>> one_of(T&& value) : which_(place_of<std::remove_cvref_t<T>>()) {
    ::new (static_cast<void*>(storage_)) std::remove_cvref_t<T>(std::forward<T>(value));
  }
  one_of(one_of&& other) noexcept : which_(other.which_) { take(other); }
  one_of& operator=(one_of&& other) noexcept {
    if (this != &other) {
      destroy();
      which_ = other.which_;
      take(other);
    }
    return *this;
  }
  template <class T>
  requires is_one<T> one_of& operator=(T&& value) noexcept {
    destroy();
    which_ = place_of<T>();
    ::new (static_cast<void*>(storage_)) T(std::forward<T>(value));
    return *this;
  }
  ~one_of() { destroy(); }

  template <class T>
  [[nodiscard]] bool holds() const noexcept {
    return which_ == place_of<T>();
  }
  /// The value, if it is of this type, else null.
  template <class T>
  [[nodiscard]] T* get_if() noexcept {
    return holds<T>() ? as<T>() : nullptr;
  }
  /// Calls `f(T&)` with what it is.
  template <class F>
  void visit(F&& f) {
    (void)((which_ == place_of<Ts>() && (static_cast<void>(f(*as<Ts>())), true)) || ...);
  }

 private:
  template <class T>
  [[nodiscard]] T* as() noexcept {
    return std::launder(reinterpret_cast<T*>(storage_));
  }
  template <class First, class...>
  void first() noexcept {
    ::new (static_cast<void*>(storage_)) First();
  }
  template <class T>
  void destroy_one() noexcept {
    if constexpr (!std::is_trivially_destructible_v<T>) as<T>()->~T();
  }
  void destroy() noexcept { (void)((which_ == place_of<Ts>() && (destroy_one<Ts>(), true)) || ...); }
  template <class T>
  void take_one(one_of& other) noexcept {
    ::new (static_cast<void*>(storage_)) T(std::move(*other.as<T>()));
  }
  void take(one_of& other) noexcept { (void)((which_ == place_of<Ts>() && (take_one<Ts>(other), true)) || ...); }

  alignas(Ts...) std::byte storage_[std::max({sizeof(Ts)...})];
  std::uint8_t which_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
