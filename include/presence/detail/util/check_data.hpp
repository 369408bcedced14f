#ifndef PRESENCE_DETAIL_UTIL_CHECK_DATA_HPP
#define PRESENCE_DETAIL_UTIL_CHECK_DATA_HPP

#include <presence/version.hpp>

#include <concepts>
#include <type_traits>

namespace presence::inline PRESENCE_ABI::detail {

/// Nothing of the user's can be made of it unasked, unless it can be made of anything. (A struct that holds a std::any
/// can be made of it by name, in parentheses, and is all right.)
struct nobodys_type {};

/// What may be a member's data. Said in plain sentences, before anything else fails for want of it.
template <class Data>
struct check_data {
  static_assert(!std::is_void_v<Data>, "presence: Data is void; for members without data use an empty struct");
  static_assert(!std::is_reference_v<Data> && std::same_as<Data, std::remove_cv_t<Data>>,
                "presence: Data is a reference or const; it has to be a plain type");
  static_assert(!std::is_convertible_v<nobodys_type, Data>,
                "presence: Data can be made of anything, as std::any can, so that a handler would be taken for data; "
                "make it a member of a struct");
  static constexpr bool done = true;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
