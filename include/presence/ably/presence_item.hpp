#ifndef PRESENCE_ABLY_PRESENCE_ITEM_HPP
#define PRESENCE_ABLY_PRESENCE_ITEM_HPP

#include <presence/ably/protocol_message.hpp>
#include <presence/message.hpp>
#include <presence/result.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace presence::inline PRESENCE_ABI::ably {

/// The item of a frame as a message of the library. What the item leaves out comes from the protocol message around it:
/// id (`<id>:<index>`), connection id and time stamp; a client id that neither has is empty. The data keeps its encodings.
/// Errors: `bad_request` for an action that is none, and for an id that begins with the connection id and is not
/// `connection_id:number:number`. Complexity: a few strings; data and extras are shared. Any thread.
[[nodiscard]] inline result<message<wire_data>> to_message(const presence_item& item, const protocol_message& around,
                                                           std::size_t index) {
  if (!is_known(item.action)) return errc::bad_request;
  message<wire_data> made;
  made.action = item.action;
  made.client_id = item.client_id.value_or("");
  made.connection_id = item.connection_id.value_or(around.connection_id);
  std::string id;
  if (item.id) {
    id = *item.id;
  } else if (!around.id.empty()) {
    id = around.id + ':' + std::to_string(index);
  }
  const auto parsed = parse_message_id(id, made.connection_id);
  if (!parsed) return parsed.error();
  made.id = *parsed;
  made.timestamp = time_point{std::chrono::milliseconds{item.timestamp.value_or(around.timestamp.value_or(0))}};
  made.data = item.data;
  made.extras = item.extras;
  return made;
}

/// The message as an item that says everything itself: a page of a sync and a live event have the same fields. A message
/// without an id or time stamp leaves it out.
/// Complexity: a few strings; data and extras are shared. Any thread.
[[nodiscard]] inline presence_item to_item(const message<wire_data>& from) {
  presence_item made;
  made.action = from.action;
  made.client_id = from.client_id;
  made.connection_id = from.connection_id;
  if (from.id.origin != id_origin::none) made.id = to_string(from.id, from.connection_id);
  if (from.timestamp != time_point{}) made.timestamp = from.timestamp.time_since_epoch().count();
  made.data = from.data;
  made.extras = from.extras;
  return made;
}

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
