#ifndef PRESENCE_DETAIL_PARTICIPANT_TASKS_HPP
#define PRESENCE_DETAIL_PARTICIPANT_TASKS_HPP

#include <presence/batch.hpp>
#include <presence/detail/participant/operation.hpp>
#include <presence/detail/util/one_of.hpp>
#include <presence/failure.hpp>
#include <presence/message.hpp>
#include <presence/room_state.hpp>
#include <presence/sync_cursor.hpp>
#include <presence/transport.hpp>

#include <string_view>
#include <system_error>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

// What happens to a participant: calls of the application, and what its transport brings.

struct attach_call {
  completion handler;
};
struct detach_call {
  completion handler;
};
/// One operation, or with the others of its batch.
template <class Data>
struct operate_call {
  batch_entry<Data> first;
  std::vector<batch_entry<Data>> others;
  completion handler;
  bool refused = false;  ///< for lack of room: the handler is told so in its turn

  /// For `subscribe_errors`.
  [[nodiscard]] std::string_view name() const noexcept {
    return others.empty() && first.what != action::absent ? to_string(first.what) : std::string_view{"publish"};
  }
  [[nodiscard]] std::string_view client_id() const noexcept {
    return others.empty() ? std::string_view{first.client_id} : std::string_view{};
  }
};
template <class Wire>
struct live_batch {
  message_batch<Wire> messages;
};
template <class Wire>
struct sync_page {
  message_batch<Wire> messages;  ///< null: of a sync that another one has made meaningless
  sync_cursor cursor;
};
struct publish_outcome {
  publish_token token;
  std::error_code outcome;
};

template <class Data, class Wire, class GetCall>
using participant_task = one_of<attach_call, detach_call, operate_call<Data>, GetCall, live_batch<Wire>,
                                sync_page<Wire>, publish_outcome, state_change, failure>;

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
