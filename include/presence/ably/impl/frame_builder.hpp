#ifndef PRESENCE_ABLY_IMPL_FRAME_BUILDER_HPP
#define PRESENCE_ABLY_IMPL_FRAME_BUILDER_HPP

#include <presence/ably/format.hpp>
#include <presence/ably/frame_error.hpp>
#include <presence/ably/impl/fields.hpp>
#include <presence/ably/impl/json_writer.hpp>
#include <presence/ably/protocol_message.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI::ably::detail {

/// Takes what a parser of either format sees, one thing after the other, straight into a protocol message. Each function
/// returns whether to go on; why not, says `error()`. The parser vouches for UTF-8 and for what nests being closed.
class frame_builder {
 public:
  explicit frame_builder(const decode_limits& limits) noexcept : limits_(limits) {}

  bool begin_object() {
    if (!deeper()) return false;
    switch (where_) {
      case place::start: return enter(place::message);
      case place::message:
        switch (field_) {
          case field::connection_details: message_.details.emplace(); return enter(place::details);
          case field::error: message_.error.emplace(); return enter(place::error);
          case field::auth: return enter(place::auth);
          case field::params: return enter(place::params);
          default: return skip();
        }
      case place::presence:
        if (message_.presence->size() == limits_.max_items) return fail(frame_errc::too_many);
        message_.presence->emplace_back();
        return enter(place::item);
      case place::item:
        if (field_ != field::extras) return skip();
        outer_ = depth_;
        where_ = place::extras;
        extras_.begin_object();
        return true;
      case place::extras: extras_.begin_object(); return true;
      case place::skipped: return true;
      default: return skip();
    }
  }
  bool end_object() {
    --depth_;
    switch (where_) {
      case place::message: where_ = place::done; return action_ || fail(frame_errc::no_action);
      case place::details:
      case place::error:
      case place::auth:
      case place::params: where_ = place::message; return true;
      case place::item:
        finish_item();
        where_ = place::presence;
        return true;
      case place::extras: extras_.end_object(); return leave_extras();
      default: return leave_skipped();
    }
  }
  bool begin_array() {
    if (!deeper()) return false;
    switch (where_) {
      case place::start: return fail(frame_errc::not_an_object);
      case place::message:
        if (field_ != field::presence) return skip();
        message_.presence.emplace();
        where_ = place::presence;
        return true;
      case place::extras: extras_.begin_array(); return true;
      case place::skipped: return true;
      default: return skip();
    }
  }
  bool end_array() {
    --depth_;
    switch (where_) {
      case place::presence: where_ = place::message; return true;
      case place::extras: extras_.end_array(); return true;
      default: return leave_skipped();
    }
  }

  bool key(std::string_view name) {
    switch (where_) {
      case place::message: return known(find_field(message_fields, name), seen_);
      case place::item: return known(find_field(item_fields, name), seen_inside_);
      case place::details: return known(find_field(details_fields, name), seen_inside_);
      case place::error: return known(find_field(error_fields, name), seen_inside_);
      case place::auth: return known(find_field(auth_fields, name), seen_inside_);
      case place::params: return param(name);
      case place::extras: extras_.key(name); return true;
      default: return true;
    }
  }

  bool string(std::string_view text) {
    switch (where_) {
      case place::start: return fail(frame_errc::not_an_object);
      case place::message: return message_string(text);
      case place::item: return item_string(text);
      case place::details: return details_string(text);
      case place::error: return error_string(text);
      case place::auth:
        if (field_ == field::unknown) return true;
        return keep(message_.access_token.emplace(), text, limits_.max_size);
      case place::params: return keep(message_.params.emplace_back(param_, "").second, text, limits_.max_name);
      case place::extras: extras_.string(text); return true;
      default: return ignored();
    }
  }
  /// Bytes, which only data may be.
  bool bytes(std::string_view content) {
    if (where_ == place::extras) return fail(frame_errc::invalid_extras);
    if (where_ == place::item && field_ == field::data) {
      item_data_ = payload::bytes(std::string{content});
      return content.size() <= limits_.max_size || fail(frame_errc::too_long);
    }
    return other();
  }
  bool integer(std::int64_t number) {
    if (where_ == place::extras) return extras_.number(number), true;
    return any_integer(number);
  }
  bool integer(std::uint64_t number) {
    if (where_ == place::extras) return extras_.number(number), true;
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return unfit();
    }
    return any_integer(static_cast<std::int64_t>(number));
  }
  /// A number that is not written as an integer, which `2.0` nevertheless is. `text` is how JSON has it.
  bool real(double number, std::string_view text = {}) {
    if (where_ == place::extras) {
      if (!std::isfinite(number)) return fail(frame_errc::invalid_extras);
      if (text.empty()) {
        extras_.number(number);
      } else {
        extras_.json(text);
      }
      return true;
    }
    constexpr double exact = 9007199254740992.0;  // 2^53: up to here a double holds every integer
    if (!(number >= -exact && number <= exact) || std::trunc(number) != number) return unfit();
    return any_integer(static_cast<std::int64_t>(number));
  }
  bool boolean(bool value) {
    if (where_ == place::extras) return extras_.boolean(value), true;
    return other();
  }
  /// The same as if the field were not there.
  bool null() {
    switch (where_) {
      case place::start: return fail(frame_errc::not_an_object);
      case place::presence: return fail(frame_errc::wrong_type);
      case place::extras: extras_.null(); return true;
      default: return true;
    }
  }
  /// What only MessagePack has: a value of a type of somebody's own, a key that is no string.
  bool foreign() {
    if (where_ == place::extras) return fail(frame_errc::invalid_extras);
    return other();
  }
  bool foreign_key() {
    if (where_ == place::extras) return fail(frame_errc::invalid_extras);
    return where_ == place::skipped || fail(frame_errc::wrong_type);
  }

  bool fail(frame_errc why) noexcept {
    error_ = why;
    return false;
  }
  /// Why a function returned false, if one did.
  [[nodiscard]] std::optional<frame_errc> error() const noexcept { return error_; }
  [[nodiscard]] bool done() const noexcept { return where_ == place::done; }
  [[nodiscard]] protocol_message take() { return std::move(message_); }

 private:
  enum class place : std::uint8_t {
    start,
    message,
    details,
    error,
    auth,
    params,
    presence,
    item,
    extras,
    skipped,
    done
  };

  bool deeper() { return ++depth_ <= limits_.max_depth || fail(frame_errc::too_deep); }
  bool enter(place next) {
    where_ = next;
    if (next != place::message) seen_inside_ = 0;
    return true;
  }
  /// Into an object or array that nobody asked for.
  bool skip() {
    if (where_ == place::start) return fail(frame_errc::not_an_object);
    if (!is_unknown()) return fail(frame_errc::wrong_type);
    around_ = where_;
    outer_ = depth_;
    where_ = place::skipped;
    return true;
  }
  bool leave_skipped() {
    if (depth_ < outer_) where_ = around_;
    return true;
  }
  bool leave_extras() {
    if (depth_ >= outer_) return true;
    where_ = place::item;
    if (extras_.size() > limits_.max_size) return fail(frame_errc::too_long);
    message_.presence->back().extras = extras::from_json(extras_.take());
    return true;
  }

  bool known(field which, std::uint64_t& seen) {
    field_ = which;
    if (which == field::unknown) return true;
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(which);
    if ((seen & bit) != 0) return fail(frame_errc::duplicate_field);
    seen |= bit;
    return true;
  }
  bool param(std::string_view name) {
    for (const auto& [earlier, value] : message_.params) {
      if (earlier == name) return fail(frame_errc::duplicate_field);
    }
    if (message_.params.size() == limits_.max_params) return fail(frame_errc::too_many);
    return keep(param_, name, limits_.max_name);
  }

  /// Whether what comes now has a name that means nothing here.
  [[nodiscard]] bool is_unknown() const noexcept {
    switch (where_) {
      case place::message:
      case place::item:
      case place::details:
      case place::error:
      case place::auth: return field_ == field::unknown;
      case place::skipped: return true;
      default: return false;
    }
  }
  bool ignored() { return is_unknown() || fail(frame_errc::wrong_type); }
  bool other() {
    if (where_ == place::start) return fail(frame_errc::not_an_object);
    return ignored();
  }

  bool keep(std::string& out, std::string_view text, std::size_t limit) {
    if (text.size() > limit) return fail(frame_errc::too_long);
    out = text;
    return true;
  }
  bool message_string(std::string_view text) {
    switch (field_) {
      case field::id: return keep(message_.id, text, limits_.max_name);
      case field::channel: return keep(message_.channel.emplace(), text, limits_.max_name);
      case field::channel_serial: return keep(message_.channel_serial, text, limits_.max_name);
      case field::connection_id: return keep(message_.connection_id, text, limits_.max_name);
      case field::connection_key: return keep(message_.connection_key, text, limits_.max_name);
      default: return ignored();
    }
  }
  bool item_string(std::string_view text) {
    presence_item& item = message_.presence->back();
    switch (field_) {
      case field::client_id: return keep(item.client_id.emplace(), text, limits_.max_name);
      case field::connection_id: return keep(item.connection_id.emplace(), text, limits_.max_name);
      case field::id: return keep(item.id.emplace(), text, limits_.max_name);
      case field::encoding: return keep(item_encoding_, text, limits_.max_name);
      case field::data:
        item_data_ = payload::text(std::string{text});
        return text.size() <= limits_.max_size || fail(frame_errc::too_long);
      default: return ignored();
    }
  }
  bool details_string(std::string_view text) {
    connection_details& details = *message_.details;
    switch (field_) {
      case field::client_id: return keep(details.client_id, text, limits_.max_name);
      case field::connection_key: return keep(details.connection_key, text, limits_.max_name);
      case field::server_id: return keep(details.server_id, text, limits_.max_name);
      case field::site_code: return keep(details.site_code, text, limits_.max_name);
      default: return ignored();
    }
  }
  bool error_string(std::string_view text) {
    switch (field_) {
      case field::message: return keep(message_.error->message, text, limits_.max_size);
      case field::href: return keep(message_.error->href, text, limits_.max_name);
      default: return ignored();
    }
  }

  /// A number that no field can hold: 0 shows whether this one takes numbers at all.
  bool unfit() { return is_unknown() || (any_integer(0) && fail(frame_errc::out_of_range)); }
  /// Whether the number fits, which `out` then is.
  template <class Number>
  bool fit(std::int64_t number, Number& out) {
    if (!std::in_range<Number>(number)) return fail(frame_errc::out_of_range);
    out = static_cast<Number>(number);
    return true;
  }
  bool natural(std::int64_t number, std::int64_t& out) {
    out = number;
    return number >= 0 || fail(frame_errc::out_of_range);
  }
  bool any_integer(std::int64_t number) {
    switch (where_) {
      case place::message: return message_integer(number);
      case place::item: return item_integer(number);
      case place::details: return details_integer(number);
      case place::error:
        if (field_ == field::code) return fit(number, message_.error->code);
        if (field_ == field::status_code) return fit(number, message_.error->status_code);
        return ignored();
      default: return other();
    }
  }
  bool message_integer(std::int64_t number) {
    switch (field_) {
      case field::action: {
        std::int32_t action = 0;
        if (!fit(number, action)) return false;
        message_.action = static_cast<protocol_action>(action);
        action_ = true;
        return true;
      }
      case field::flags: return fit(number, message_.flags);
      case field::msg_serial: return fit(number, message_.msg_serial.emplace());
      case field::count: return fit(number, message_.count.emplace());
      case field::timestamp: message_.timestamp = number; return true;
      default: return ignored();
    }
  }
  bool item_integer(std::int64_t number) {
    presence_item& item = message_.presence->back();
    switch (field_) {
      case field::action:
        item.action = static_cast<presence::action>(number >= 0 && number < 255 ? number : 255);
        return true;
      case field::timestamp: item.timestamp = number; return true;
      default: return ignored();
    }
  }
  bool details_integer(std::int64_t number) {
    connection_details& details = *message_.details;
    switch (field_) {
      case field::connection_state_ttl: return natural(number, details.connection_state_ttl);
      case field::max_idle_interval: return natural(number, details.max_idle_interval.emplace());
      case field::max_message_size: return natural(number, details.max_message_size);
      case field::max_frame_size: return natural(number, details.max_frame_size);
      case field::max_inbound_rate: return natural(number, details.max_inbound_rate);
      default: return ignored();
    }
  }

  void finish_item() {
    if (item_data_.kind() != payload_kind::none) {
      message_.presence->back().data =
          shared_data<wire_data>::make(wire_data{std::move(item_data_), std::move(item_encoding_)});
    }
    item_data_ = {};
    item_encoding_.clear();
  }

  const decode_limits limits_;
  protocol_message message_;
  payload item_data_;
  std::string item_encoding_;
  std::string param_;
  json_writer extras_;
  std::optional<frame_errc> error_;
  std::uint64_t seen_ = 0;         // the fields of the message
  std::uint64_t seen_inside_ = 0;  // and of what stands in it now
  std::size_t depth_ = 0;
  std::size_t outer_ = 0;  // the depth of what is skipped, or of the extras
  field field_ = field::unknown;
  place where_ = place::start;
  place around_ = place::start;  // what is skipped
  bool action_ = false;
};

}  // namespace presence::inline PRESENCE_ABI::ably::detail

#endif
