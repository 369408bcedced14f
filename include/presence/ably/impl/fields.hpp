// The names of what stands in a frame, in one place for reading and writing.
#ifndef PRESENCE_ABLY_IMPL_FIELDS_HPP
#define PRESENCE_ABLY_IMPL_FIELDS_HPP

#include <presence/version.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace presence::inline PRESENCE_ABI::ably::detail {

enum class field : std::uint8_t {
  unknown,
  access_token,
  action,
  auth,
  channel,
  channel_serial,
  client_id,
  code,
  connection_details,
  connection_id,
  connection_key,
  connection_state_ttl,
  count,
  data,
  encoding,
  error,
  extras,
  flags,
  href,
  id,
  max_frame_size,
  max_idle_interval,
  max_inbound_rate,
  max_message_size,
  message,
  msg_serial,
  params,
  presence,
  server_id,
  site_code,
  status_code,
  timestamp,
};

struct named_field {
  std::string_view name;
  field which;
};

inline constexpr named_field message_fields[] = {
    {"action", field::action},
    {"channel", field::channel},
    {"msgSerial", field::msg_serial},
    {"presence", field::presence},
    {"id", field::id},
    {"connectionId", field::connection_id},
    {"timestamp", field::timestamp},
    {"channelSerial", field::channel_serial},
    {"flags", field::flags},
    {"count", field::count},
    {"params", field::params},
    {"error", field::error},
    {"auth", field::auth},
    {"connectionDetails", field::connection_details},
    {"connectionKey", field::connection_key},
};
inline constexpr named_field item_fields[] = {
    {"action", field::action},
    {"clientId", field::client_id},
    {"connectionId", field::connection_id},
    {"id", field::id},
    {"timestamp", field::timestamp},
    {"data", field::data},
    {"encoding", field::encoding},
    {"extras", field::extras},
};
inline constexpr named_field details_fields[] = {
    {"clientId", field::client_id},
    {"connectionKey", field::connection_key},
    {"connectionStateTtl", field::connection_state_ttl},
    {"maxIdleInterval", field::max_idle_interval},
    {"maxMessageSize", field::max_message_size},
    {"maxFrameSize", field::max_frame_size},
    {"maxInboundRate", field::max_inbound_rate},
    {"serverId", field::server_id},
    {"siteCode", field::site_code},
};
inline constexpr named_field error_fields[] = {
    {"code", field::code},
    {"statusCode", field::status_code},
    {"message", field::message},
    {"href", field::href},
};
inline constexpr named_field auth_fields[] = {{"accessToken", field::access_token}};

[[nodiscard]] constexpr field find_field(std::span<const named_field> among, std::string_view name) noexcept {
  for (const auto& one : among) {
    if (one.name == name) return one.which;
  }
  return field::unknown;
}

}  // namespace presence::inline PRESENCE_ABI::ably::detail

#endif
