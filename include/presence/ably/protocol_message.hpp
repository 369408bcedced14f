#ifndef PRESENCE_ABLY_PROTOCOL_MESSAGE_HPP
#define PRESENCE_ABLY_PROTOCOL_MESSAGE_HPP

#include <presence/ably/protocol_action.hpp>
#include <presence/ably/wire_data.hpp>
#include <presence/action.hpp>
#include <presence/extras.hpp>
#include <presence/shared_data.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::ably {

/// One presence message as a frame has it. `presence_item.hpp` makes a `message` of it, and back.
///
/// What is absent is kept apart from what is empty: an item without `client_id` is by the connection's own client, one with
/// an empty one is refused by a hub. The `id` is text, as a client may send one that is none of this connection's.
struct presence_item {
  presence::action action = presence::action::absent;  ///< a number beyond 255 is kept as 255, which is no action
  std::optional<std::string> client_id{};              ///< whose presence it is
  std::optional<std::string> connection_id{};          ///< the member's
  std::optional<std::string> id{};                     ///< `connection_id:msg_serial:index`, or anything
  std::optional<std::int64_t> timestamp{};             ///< ms since the Unix epoch
  shared_data<wire_data> data{};                       ///< text or bytes, in the encodings that the sender gave them
  presence::extras extras{};                           ///< the text of a JSON object

  /// By value.
  friend bool operator==(const presence_item&, const presence_item&) = default;
};

/// What a CONNECTED tells of the connection. Zero and empty are left out; the object itself is not.
struct connection_details {
  std::string client_id{};                          ///< the identity, or `*` for any
  std::string connection_key{};                     ///< secret: who has it can resume the connection
  std::int64_t connection_state_ttl = 0;            ///< ms
  std::optional<std::int64_t> max_idle_interval{};  ///< ms; 0 promises nothing, which is not the same as not saying it
  std::int64_t max_message_size = 0;                ///< bytes
  std::int64_t max_frame_size = 0;                  ///< bytes
  std::int64_t max_inbound_rate = 0;                ///< messages per second
  std::string server_id{};                          ///< which server it is
  std::string site_code{};                          ///< where it stands

  /// By value.
  friend bool operator==(const connection_details&, const connection_details&) = default;
};

/// The error of a NACK, ERROR, CONNECTED, DISCONNECTED or DETACHED. Code, status and message are always sent.
struct error_info {
  std::int32_t code = 0;         ///< a number of Ably's: those of `errc` and more
  std::int32_t status_code = 0;  ///< as of HTTP
  std::string message{};         ///< for people
  std::string href{};            ///< where more is said of it

  /// By value.
  friend bool operator==(const error_info&, const error_info&) = default;
};

/// One frame. Nothing here is checked against anything else: which fields an action needs is for the session to say.
/// Fields that this library does not use are not kept: `messages`, `res`, `state`, and those it has never heard of.
struct protocol_message {
  protocol_action action = protocol_action::heartbeat;  ///< what the frame is about
  std::uint64_t flags = 0;                              ///< none and 0 are the same
  std::string id{};  ///< of a PRESENCE, the beginning of its items' ids; of a HEARTBEAT, which one it answers
  std::optional<std::string> channel{};         ///< empty is a name, though no good one; absent is the connection
  std::string channel_serial{};                 ///< how far the channel is; of a SYNC, its cursor
  std::string connection_id{};                  ///< public
  std::string connection_key{};                 ///< secret
  std::optional<connection_details> details{};  ///< of a CONNECTED
  std::optional<std::uint64_t> msg_serial{};    ///< the sender's number; in an ACK or NACK, the first that it answers
  std::optional<std::uint32_t> count{};         ///< how many an ACK or NACK answers
  std::optional<std::int64_t> timestamp{};      ///< ms since the Unix epoch
  std::optional<error_info> error{};            ///< what went wrong
  std::optional<std::vector<presence_item>> presence{};       ///< the items of a PRESENCE or SYNC
  std::optional<std::string> access_token{};                  ///< of `auth`; secret
  std::vector<std::pair<std::string, std::string>> params{};  ///< of a channel

  /// By value.
  friend bool operator==(const protocol_message&, const protocol_message&) = default;
};

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
