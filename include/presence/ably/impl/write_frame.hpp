// A protocol message as a row of fields, for a writer of either format.
#ifndef PRESENCE_ABLY_IMPL_WRITE_FRAME_HPP
#define PRESENCE_ABLY_IMPL_WRITE_FRAME_HPP

#include <presence/ably/format.hpp>
#include <presence/ably/protocol_message.hpp>
#include <presence/ably/wire_data.hpp>
#include <presence/detail/util/json_text.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::ably::detail {

struct auth_part {
  const std::string& access_token;
};
struct items_part {
  const std::vector<presence_item>* items;  // null: none, and the array is sent
};
struct item_part {
  const presence_item& item;
  const wire_data* data;  // as it is to be sent, or null
  bool with_extras;
};
struct params_part {
  const std::vector<std::pair<std::string, std::string>>& params;
};
struct data_part {
  const payload& content;
};

/// Calls `field(name, value)` for each field that is to be sent. Never for what is absent, as a null is something else to
/// clients; always for zeroes and empty texts that mean something to them.
template <class Field>
void each_field(const protocol_message& of, Field field) {
  using enum protocol_action;
  const bool answers = of.action == ack || of.action == nack;
  field("action", static_cast<std::int64_t>(of.action));
  if (of.flags != 0 || of.action == attached) field("flags", of.flags);
  if (!of.id.empty()) field("id", of.id);
  if (of.channel) field("channel", *of.channel);
  if (!of.channel_serial.empty()) field("channelSerial", of.channel_serial);
  if (!of.connection_id.empty()) field("connectionId", of.connection_id);
  if (!of.connection_key.empty()) field("connectionKey", of.connection_key);
  if (of.details) field("connectionDetails", *of.details);
  if (of.msg_serial || answers) field("msgSerial", of.msg_serial.value_or(0));
  if (of.count || answers) field("count", static_cast<std::uint64_t>(of.count.value_or(1)));
  if (of.timestamp) field("timestamp", *of.timestamp);
  if (of.error) field("error", *of.error);
  if (of.presence || of.action == sync || of.action == presence) {
    field("presence", items_part{of.presence ? &*of.presence : nullptr});
  }
  if (of.access_token) field("auth", auth_part{*of.access_token});
  if (!of.params.empty()) field("params", params_part{of.params});
}

template <class Field>
void each_field(const connection_details& of, Field field) {
  if (!of.client_id.empty()) field("clientId", of.client_id);
  if (!of.connection_key.empty()) field("connectionKey", of.connection_key);
  if (of.connection_state_ttl != 0) field("connectionStateTtl", of.connection_state_ttl);
  if (of.max_idle_interval) field("maxIdleInterval", *of.max_idle_interval);
  if (of.max_message_size != 0) field("maxMessageSize", of.max_message_size);
  if (of.max_frame_size != 0) field("maxFrameSize", of.max_frame_size);
  if (of.max_inbound_rate != 0) field("maxInboundRate", of.max_inbound_rate);
  if (!of.server_id.empty()) field("serverId", of.server_id);
  if (!of.site_code.empty()) field("siteCode", of.site_code);
}

template <class Field>
void each_field(const error_info& of, Field field) {
  field("code", static_cast<std::int64_t>(of.code));
  field("statusCode", static_cast<std::int64_t>(of.status_code));
  field("message", of.message);
  if (!of.href.empty()) field("href", of.href);
}

template <class Field>
void each_field(const auth_part& of, Field field) {
  field("accessToken", of.access_token);
}

template <class Field>
void each_field(const params_part& of, Field field) {
  for (const auto& [name, value] : of.params) field(name, value);
}

template <class Field>
void each_field(const item_part& of, Field field) {
  field("action", static_cast<std::int64_t>(of.item.action));
  if (of.item.client_id) field("clientId", *of.item.client_id);
  if (of.item.connection_id) field("connectionId", *of.item.connection_id);
  if (of.item.id) field("id", *of.item.id);
  if (of.item.timestamp) field("timestamp", *of.item.timestamp);
  if (of.data != nullptr) {
    field("data", data_part{of.data->content});
    if (!of.data->encoding.empty()) field("encoding", of.data->encoding);
  }
  if (of.with_extras) field("extras", of.item.extras);
}

/// `Writer` is that of JSON or that of MessagePack, which wants the number of fields first.
template <class Writer>
class frame_writer {
 public:
  frame_writer(Writer& out, format to) noexcept : out_(out), to_(to) {}

  template <class Object>
  void object(const Object& of) {
    std::size_t fields = 0;
    if (to_ == format::msgpack) each_field(of, [&fields](std::string_view, const auto&) { ++fields; });
    out_.begin_object(fields);
    each_field(of, [this](std::string_view name, const auto& value) {
      out_.key(name);
      put(value);
    });
    out_.end_object();
  }

 private:
  void put(const std::string& text) { out_.string(text); }
  template <std::integral Number>
  void put(Number number) {
    out_.number(number);
  }
  void put(const data_part& data) {
    if constexpr (requires { out_.bytes(std::string_view{}); }) {  // JSON has none, and encode_data leaves none
      if (data.content.kind() == payload_kind::bytes) return out_.bytes(data.content.content());
    }
    out_.string(data.content.content());
  }
  void put(const extras& of) { out_.json(of.json()); }
  void put(const items_part& of) {
    out_.begin_array(of.items != nullptr ? of.items->size() : 0);
    if (of.items != nullptr) {
      for (const presence_item& one : *of.items) item(one);
    }
    out_.end_array();
  }
  void item(const presence_item& one) {
    wire_data encoded;
    const wire_data* data = nullptr;
    if (one.data && one.data->content.kind() != payload_kind::none) {
      data = one.data.get();
      if (!is_encoded(*data, to_)) {
        encoded = encode_data(*data, to_);
        data = &encoded;
      }
    }
    object(item_part{one, data, presence::detail::is_json_object(one.extras.json())});
  }
  template <class Object>
  requires std::is_class_v<Object>
  void put(const Object& of) { object(of); }

  Writer& out_;
  const format to_;
};

}  // namespace presence::inline PRESENCE_ABI::ably::detail

#endif
