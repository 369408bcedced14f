#ifndef PRESENCE_RESULT_HPP
#define PRESENCE_RESULT_HPP

#include <presence/error.hpp>

#include <system_error>
#include <utility>
#include <variant>

namespace presence::inline PRESENCE_ABI {

/// A value, or the reason why there is none. "Unknown" is not "empty": `get` and `users` of a participant whose set is
/// not known, or may not be, answer with an error and not with an empty container.
template <class T>
class [[nodiscard]] result {
 public:
  using value_type = T;

  result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  result(std::error_code error) noexcept : content_(std::in_place_index<1>, error) {}
  result(errc error) noexcept : content_(std::in_place_index<1>, make_error_code(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return content_.index() == 0; }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

  /// The value. Throws `presence_error` with `error()` when there is none.
  [[nodiscard]] const T& value() const& {
    require();
    return *std::get_if<0>(&content_);
  }
  [[nodiscard]] T& value() & {
    require();
    return *std::get_if<0>(&content_);
  }
  [[nodiscard]] T value() && {
    require();
    return std::move(*std::get_if<0>(&content_));
  }

  /// The value. Precondition: `has_value()`.
  [[nodiscard]] const T& operator*() const& noexcept { return *std::get_if<0>(&content_); }
  [[nodiscard]] T& operator*() & noexcept { return *std::get_if<0>(&content_); }
  [[nodiscard]] T operator*() && noexcept { return std::move(*std::get_if<0>(&content_)); }
  [[nodiscard]] const T* operator->() const noexcept { return std::get_if<0>(&content_); }
  [[nodiscard]] T* operator->() noexcept { return std::get_if<0>(&content_); }

  /// Why there is no value; a default-constructed code when there is one.
  [[nodiscard]] std::error_code error() const noexcept {
    const auto* code = std::get_if<1>(&content_);
    return code != nullptr ? *code : std::error_code{};
  }

 private:
  void require() const {
    if (!has_value()) detail::throw_error(error(), "presence::result has no value");
  }

  std::variant<T, std::error_code> content_;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
