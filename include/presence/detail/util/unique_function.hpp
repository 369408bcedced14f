#ifndef PRESENCE_DETAIL_UTIL_UNIQUE_FUNCTION_HPP
#define PRESENCE_DETAIL_UTIL_UNIQUE_FUNCTION_HPP

#include <presence/version.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

template <class Signature>
class unique_function;

/// A callable that may be move-only, called at most as often as its owner likes. `std::function` wants copies, and
/// `std::move_only_function` is C++23.
template <class... Args>
class unique_function<void(Args...)> {
 public:
  unique_function() noexcept = default;
  unique_function(std::nullptr_t) noexcept {}

  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, unique_function> && std::invocable<std::decay_t<F>&, Args...> &&
           std::constructible_from<std::decay_t<F>, F>) unique_function(F&& f) {
    using target = std::decay_t<F>;
    if constexpr (may_be_null<target> && !std::is_function_v<std::remove_reference_t<F>>) {
      if (f == nullptr) return;
    }
    if constexpr (fits<target>) {
      std::construct_at(reinterpret_cast<target*>(&storage_), std::forward<F>(f));
      operations_ = &inline_operations<target>;
    } else {
      std::construct_at(reinterpret_cast<target**>(&storage_), new target(std::forward<F>(f)));
      operations_ = &heap_operations<target>;
    }
  }

  unique_function(unique_function&& other) noexcept { take(other); }
  unique_function& operator=(unique_function&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~unique_function() { reset(); }

  [[nodiscard]] explicit operator bool() const noexcept { return operations_ != nullptr; }

  /// Precondition: not empty.
  void operator()(Args... args) { operations_->call(&storage_, std::forward<Args>(args)...); }

 private:
  static constexpr std::size_t inline_size = 6 * sizeof(void*);
  struct alignas(std::max_align_t) storage {
    std::byte bytes[inline_size];
  };
  struct operations {
    void (*call)(void*, Args&&...);
    void (*relocate)(void* from, void* to) noexcept;  // leaves nothing at `from`
    void (*destroy)(void*) noexcept;
  };

  /// Function pointers and other wrappers of functions: an empty one is no function.
  template <class T>
  static constexpr bool may_be_null = std::constructible_from<T, std::nullptr_t>&& requires(const T& f) {
    f == nullptr;
  };

  template <class T>
  static constexpr bool fits = sizeof(T) <= inline_size &&
                               alignof(T) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<T>;

  template <class T>
  [[nodiscard]] static T& as(void* at) noexcept {
    return *std::launder(static_cast<T*>(at));
  }

  template <class T>
  static constexpr operations inline_operations{
      [](void* at, Args&&... args) { as<T>(at)(std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept {
        std::construct_at(static_cast<T*>(to), std::move(as<T>(from)));
        std::destroy_at(&as<T>(from));
      },
      [](void* at) noexcept { std::destroy_at(&as<T>(at)); }};

  template <class T>
  static constexpr operations heap_operations{
      [](void* at, Args&&... args) { (*as<T*>(at))(std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept { std::construct_at(static_cast<T**>(to), as<T*>(from)); },
      [](void* at) noexcept { delete as<T*>(at); }};

  void take(unique_function& other) noexcept {
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ != nullptr) operations_->relocate(&other.storage_, &storage_);
  }
  void reset() noexcept {
    if (operations_ != nullptr) std::exchange(operations_, nullptr)->destroy(&storage_);
  }

  const operations* operations_ = nullptr;
  storage storage_;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
