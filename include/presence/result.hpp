#ifndef PRESENCE_RESULT_HPP
#define PRESENCE_RESULT_HPP

#include <presence/error.hpp>

#include <concepts>
#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>

namespace presence::inline PRESENCE_ABI {

/// A value, or the reason why there is none. "Unknown" is not "empty": `get` and `users` of a participant whose set is
/// not known, or may not be, answer with an error and not with an empty container.
template <class T>
class [[nodiscard]] result {
 public:
  using value_type = T;  ///< what there is on success

  /// Success.
  result(T value) : has_value_(true), value_(std::move(value)) {}
  ///@{
  /// Failure. Precondition: the code is an error; a default-constructed one would be a failure without a reason.
  result(std::error_code error) noexcept : has_value_(false), error_(error) {}
  result(errc error) noexcept : result(make_error_code(error)) {}
  ///@}

  ///@{
  /// Copies and moves the value or the error. If moving `T` throws during an assignment, the target is left with no
  /// value.
  result(const result& other) requires std::copy_constructible<T> : has_value_(other.has_value_) {
    if (has_value_) {
      std::construct_at(std::addressof(value_), other.value_);
    } else {
      std::construct_at(&error_, other.error_);
    }
  }
  result(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : has_value_(other.has_value_) {
    take(other);
  }
  result& operator=(const result& other) requires std::copy_constructible<T> {
    *this = result{other};
    return *this;
  }
  result& operator=(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    if (this == &other) return *this;
    if (std::exchange(has_value_, false)) value_.~T();
    struct no_value {  // where the next throws
      result* left;
      ~no_value() {
        if (left != nullptr) std::construct_at(&left->error_);
      }
    } unless_taken{this};
    take(other);
    unless_taken.left = nullptr;
    has_value_ = other.has_value_;
    return *this;
  }
  ///@}
  ~result() {
    if (has_value_) value_.~T();
  }

  ///@{
  /// Whether there is a value.
  [[nodiscard]] bool has_value() const noexcept { return has_value_; }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }
  ///@}

  ///@{
  /// The value. Throws `presence_error` with `error()` when there is none.
  [[nodiscard]] const T& value() const& {
    require();
    return value_;
  }
  [[nodiscard]] T& value() & {
    require();
    return value_;
  }
  [[nodiscard]] T value() && {
    require();
    return std::move(value_);
  }
  ///@}

  ///@{
  /// The value. Precondition: `has_value()`.
  [[nodiscard]] const T& operator*() const& noexcept { return value_; }
  [[nodiscard]] T& operator*() & noexcept { return value_; }
  [[nodiscard]] T operator*() && noexcept { return std::move(value_); }
  [[nodiscard]] const T* operator->() const noexcept { return std::addressof(value_); }
  [[nodiscard]] T* operator->() noexcept { return std::addressof(value_); }
  ///@}

  /// Why there is no value; a default-constructed code when there is one.
  [[nodiscard]] std::error_code error() const noexcept { return has_value_ ? std::error_code{} : error_; }

 private:
  void require() const {
    if (!has_value()) detail::throw_error(error(), "presence::result has no value");
  }

  void take(result& other) {
    if (other.has_value_) {
      std::construct_at(std::addressof(value_), std::move(other.value_));
    } else {
      std::construct_at(&error_, other.error_);
    }
  }

  bool has_value_;
  union {  // not a std::variant, which costs the compiler a hundred functions for each type
    T value_;
    std::error_code error_;
  };
};

}  // namespace presence::inline PRESENCE_ABI

#endif
