#ifndef PRESENCE_DETAIL_UTIL_COMPLETION_HPP
#define PRESENCE_DETAIL_UTIL_COMPLETION_HPP

#include <presence/detail/util/unique_function.hpp>

#include <system_error>

namespace presence::inline PRESENCE_ABI::detail {

/// A handler for the outcome of an operation.
using completion = unique_function<void(std::error_code)>;

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
