// How many bytes a value of the application's counts for.
#ifndef PRESENCE_DATA_TRAITS_HPP
#define PRESENCE_DATA_TRAITS_HPP

#include <presence/payload.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

namespace presence::inline PRESENCE_ABI {

template <class Data>
struct data_traits;

namespace detail {

template <class T>
struct range_element {
  using type = void;
};
template <class T>
requires requires(const T& range) {
  std::begin(range);
  std::end(range);
}
struct range_element<T> {
  using type = std::remove_cvref_t<decltype(*std::begin(std::declval<const T&>()))>;
};

/// A specialization of the user's needs no more than `size`.
template <class T>
[[nodiscard]] constexpr bool traits_have_size() noexcept {
  if constexpr (std::is_void_v<T>) {
    return false;
  } else if constexpr (requires { data_traits<T>::has_size; }) {
    return data_traits<T>::has_size;
  } else {
    return requires(const T& value) { static_cast<std::size_t>(data_traits<T>::size(value)); };
  }
}

/// A path, for instance, is a range of paths, so its elements say nothing about it.
template <class T>
[[nodiscard]] constexpr bool is_range_with_size() noexcept {
  using element = typename range_element<T>::type;
  if constexpr (std::same_as<element, T>) {
    return false;
  } else {
    return traits_have_size<element>();
  }
}

}  // namespace detail

/// How the library measures a `Data` type. Specialize it to give a size to a type of yours: only `size` is needed.
///
/// By itself it knows, in bytes: strings, vectors, arrays and whatever else is a range, as the sum of their elements;
/// types that can be copied as bytes (`std::is_trivially_copyable`: numbers, enums, plain structs of such), as
/// `sizeof`; payloads, as their content. Any other type has no size: `has_size` is false and there is no `size`.
template <class Data>
struct data_traits {
  /// Whether every value has the size of the type, so that a range of them need not be walked.
  static constexpr bool has_fixed_size = !detail::is_range_with_size<Data>() && std::is_trivially_copyable_v<Data>;
  /// Whether values have a size that the library knows.
  static constexpr bool has_size = has_fixed_size || detail::is_range_with_size<Data>();

  /// The bytes that count against `hub_limits::data_size`. Constant time for what has a fixed size and for ranges of
  /// such that know their number, else linear in the elements. A hub calls it without a lock; what a specialization
  /// throws is answered with `invalid_data`.
  [[nodiscard]] static std::size_t size(const Data& data) requires(has_size) {
    if constexpr (has_fixed_size) {
      return sizeof(Data);
    } else {
      using element = data_traits<typename detail::range_element<Data>::type>;
      if constexpr (requires {
                      requires element::has_fixed_size;
                      static_cast<std::size_t>(data.size());
                    }) {
        return static_cast<std::size_t>(data.size()) * sizeof(typename detail::range_element<Data>::type);
      } else {
        std::size_t total = 0;
        for (const auto& each : data) total += static_cast<std::size_t>(element::size(each));
        return total;
      }
    }
  }
};

/// The size of a payload is that of its content.
template <>
struct data_traits<payload> {
  static constexpr bool has_size = true;  ///< always
  /// The bytes of the content. Constant time.
  [[nodiscard]] static std::size_t size(const payload& data) noexcept { return data.size(); }
};

/// Whether a limit in bytes can be kept for this type.
template <class Data>
inline constexpr bool has_data_size = detail::traits_have_size<Data>();

}  // namespace presence::inline PRESENCE_ABI

#endif
