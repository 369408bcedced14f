#ifndef PRESENCE_DETAIL_PARTICIPANT_ANSWERS_HPP
#define PRESENCE_DETAIL_PARTICIPANT_ANSWERS_HPP

#include <presence/error.hpp>

#include <system_error>

namespace presence::inline PRESENCE_ABI::detail {

/// Whether the outcome of a publish is the hub's own no. Anything else, a lost connection or an error of the network's,
/// is no answer: then nobody here knows whether the hub has done it.
[[nodiscard]] inline bool is_refusal(std::error_code outcome) noexcept {
  if (outcome.category() != presence_category()) return false;
  switch (static_cast<errc>(outcome.value())) {
    case errc::bad_request:
    case errc::message_too_large:
    case errc::invalid_client_id:
    case errc::invalid_data:
    case errc::not_permitted:
    case errc::room_full:
    case errc::rate_limited:
    case errc::evicted:
    case errc::banned: return true;
    default: return is_temporary(outcome) && outcome != errc::disconnected;
  }
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
