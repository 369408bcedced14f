#include "frames.hpp"

namespace parley {
namespace {

[[nodiscard]] std::uint64_t milliseconds_of(presence::time_point time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
[[nodiscard]] presence::time_point time_of(std::uint64_t milliseconds) {
  return presence::time_point{std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)}};
}
[[nodiscard]] std::optional<presence::payload> to_payload(std::uint64_t kind, std::string_view content) {
  switch (kind) {
    case static_cast<std::uint64_t>(presence::payload_kind::text): return presence::payload::text(std::string{content});
    case static_cast<std::uint64_t>(presence::payload_kind::bytes):
      return presence::payload::bytes(std::string{content});
    case static_cast<std::uint64_t>(presence::payload_kind::json): return presence::payload::json(std::string{content});
    default: return std::nullopt;
  }
}

}  // namespace

std::string to_frame(const message& m) {
  writer out{kind::one};
  out.number(static_cast<std::uint64_t>(m.action))
      .number(static_cast<std::uint64_t>(m.reason))
      .number(m.connected ? 1 : 0);
  out.text(m.client_id).text(m.connection_id);
  out.number(m.id.msg_serial).number(m.id.index).number(static_cast<std::uint64_t>(m.id.origin));
  out.number(milliseconds_of(m.timestamp)).number(milliseconds_of(m.entered_at));
  out.number(m.data ? static_cast<std::uint64_t>(m.data->kind()) : 0).text(m.data ? m.data->content() : "");
  return out.text(m.extras.json()).bytes();
}

std::optional<message> to_message(reader fields) {
  const auto small = [&fields] { return static_cast<std::int64_t>(fields.number() & 0xFFFFU); };
  message m;
  m.action = presence::action_from(small()).value_or(presence::action{255});
  m.reason = presence::leave_reason_from(small()).value_or(presence::leave_reason::none);
  m.connected = fields.number() != 0;
  m.client_id = fields.text();
  m.connection_id = fields.text();
  m.id.msg_serial = fields.number();
  m.id.index = static_cast<std::uint32_t>(fields.number());
  const auto origin = fields.number();
  m.timestamp = time_of(fields.number());
  m.entered_at = time_of(fields.number());
  const auto data_kind = fields.number();
  const auto content = fields.text();
  const auto extras = fields.text();
  if (!fields.ok() || origin > static_cast<std::uint64_t>(presence::id_origin::synthesized)) return std::nullopt;
  m.id.origin = static_cast<presence::id_origin>(origin);
  if (data_kind != 0) {
    auto data = to_payload(data_kind, content);
    if (!data) return std::nullopt;
    m.data = presence::shared_data<presence::payload>::make(std::move(*data));
  }
  if (!extras.empty()) m.extras = presence::extras::from_json(std::string{extras});
  return m;
}

}  // namespace parley
