// presence's errors in the SDK's words: by what a program can do about them.
#ifndef PARLEY_ERRORS_HPP
#define PARLEY_ERRORS_HPP

#include <presence/error.hpp>

#include <parley/parley.hpp>
#include <system_error>

namespace parley {

[[nodiscard]] inline problem to_problem(std::error_code error) {
  using presence::errc;
  // `superseded`: a later wish for the same place counts instead, which is what the caller wanted
  if (!error || error == errc::superseded) return problem::none;
  if (error == errc::disconnected || error == errc::connection_expired) return problem::offline;
  if (presence::is_temporary(error) || error == errc::queue_full) return problem::try_later;
  if (error.category() != presence::presence_category()) return problem::internal;
  switch (static_cast<errc>(error.value())) {
    case errc::not_permitted:
    case errc::subscribe_not_permitted:
    case errc::banned:
    case errc::kicked:
    case errc::evicted: return problem::refused;
    case errc::bad_request:
    case errc::message_too_large:
    case errc::invalid_client_id:
    case errc::invalid_data:
    case errc::invalid_room_name: return problem::invalid;
    case errc::operation_aborted:
    case errc::connection_closed:
    case errc::channel_failed:
    case errc::invalid_room_state: return problem::ended;
    default: return problem::internal;
  }
}
[[nodiscard]] inline error told_as(std::error_code error) {
  const problem what = to_problem(error);
  return what != problem::none ? parley::error{what, text{error.message()}} : parley::error{};
}

}  // namespace parley

#endif
