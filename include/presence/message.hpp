#ifndef PRESENCE_MESSAGE_HPP
#define PRESENCE_MESSAGE_HPP

#include <presence/action.hpp>
#include <presence/clock.hpp>
#include <presence/extras.hpp>
#include <presence/message_id.hpp>
#include <presence/shared_data.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI {

/// One presence message: what travels, and what a listener gets to see. It owns its strings and shares its data, so
/// keeping a copy is safe and never copies `Data`.
template <class Data>
struct message {
  presence::action action = presence::action::absent;  ///< what happened; to a hub: what is asked for
  leave_reason reason = leave_reason::none;            ///< set on a leave
  bool connected = true;      ///< the member's connection is there; false: lost, its place is kept
  std::string client_id;      ///< whose
  std::string connection_id;  ///< over which connection; given by the hub
  shared_data<Data> data;     ///< none where the operation carried none
  presence::extras extras;    ///< likewise
  time_point timestamp{};     ///< the hub's time of day
  message_id id;              ///< by which newness is judged (S2–S4); given by the hub
  time_point entered_at{};    ///< when the member came; the epoch of the clock: not said
  /// What the message replaced: of an update, the data the member had; of a leave with data of its own likewise. The
  /// very value that was shared before, not a copy. A transport need not carry it.
  shared_data<Data> previous{};

  /// By value; data is compared where it is not the same shared value.
  [[nodiscard]] friend bool operator==(const message& a, const message& b) requires std::equality_comparable<Data> {
    return a.action == b.action && a.reason == b.reason && a.connected == b.connected && a.client_id == b.client_id &&
           a.connection_id == b.connection_id && a.timestamp == b.timestamp && a.id == b.id &&
           a.entered_at == b.entered_at && a.extras == b.extras && a.data == b.data && a.previous == b.previous;
  }
};

/// What a listener of `basic_presence::subscribe` receives.
template <class Data>
using event = message<Data>;

/// Messages that travel together: one publish, one sync page. Immutable and shared by all receivers.
template <class Data>
using message_batch = std::shared_ptr<const std::vector<message<Data>>>;

/// A batch of these messages. One allocation; nothing is copied.
template <class Data>
[[nodiscard]] message_batch<Data> make_batch(std::vector<message<Data>> messages) {
  return std::make_shared<const std::vector<message<Data>>>(std::move(messages));
}

}  // namespace presence::inline PRESENCE_ABI

#endif
