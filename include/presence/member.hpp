#ifndef PRESENCE_MEMBER_HPP
#define PRESENCE_MEMBER_HPP

#include <presence/action.hpp>
#include <presence/clock.hpp>
#include <presence/extras.hpp>
#include <presence/message_id.hpp>
#include <presence/shared_data.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace presence::inline PRESENCE_ABI {

/// One client on one connection, as the set holds it.
template <class Data>
struct member {
  presence::action action = presence::action::present;
  bool connected = true;  ///< false: its connection is lost, and its place is kept (`hub_options::show_lost`)
  std::string client_id;
  std::string connection_id;
  shared_data<Data> data;
  presence::extras extras;
  time_point updated_at{};
  message_id id;
  time_point entered_at{};  ///< when it came; updates leave it as it is, and who leaves and enters again has a new one

  /// By value; data is compared where it is not the same shared value.
  [[nodiscard]] friend bool operator==(const member& a, const member& b) requires std::equality_comparable<Data> {
    return a.action == b.action && a.connected == b.connected && a.client_id == b.client_id &&
           a.connection_id == b.connection_id && a.updated_at == b.updated_at && a.id == b.id &&
           a.entered_at == b.entered_at && a.extras == b.extras && a.data == b.data;
  }
};

/// A member inside a set, looked at in place: valid until the set changes. Convert it to `member` to keep it.
template <class Data>
struct member_view {
  std::string_view client_id;
  std::string_view connection_id;
  const shared_data<Data>& data;
  const presence::extras& extras;
  time_point updated_at;
  message_id id;
  time_point entered_at{};
  bool connected = true;

  [[nodiscard]] explicit operator member<Data>() const {
    return {presence::action::present,
            connected,
            std::string{client_id},
            std::string{connection_id},
            data,
            extras,
            updated_at,
            id,
            entered_at};
  }
};

/// How a change of a member changed its user (a client id with at least one member).
enum class user_change : std::uint8_t {
  none,     ///< the user stays as it was: online or offline
  online,   ///< its first member came
  offline,  ///< its last member went
};

[[nodiscard]] constexpr std::string_view to_string(user_change c) noexcept {
  switch (c) {
    case user_change::none: return "none";
    case user_change::online: return "online";
    case user_change::offline: return "offline";
  }
  return "unknown";
}

/// What a listener of `basic_presence::subscribe_users` receives: first in, last out.
struct user_event {
  user_change change = user_change::none;  ///< online or offline
  std::string client_id;
  time_point timestamp{};

  friend bool operator==(const user_event&, const user_event&) = default;
};

/// A user as the set knows it.
struct user {
  std::string client_id;
  std::size_t connections = 0;  ///< how many members it has

  friend bool operator==(const user&, const user&) = default;
};

template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, user_change c) {
  return out << to_string(c);
}

/// Which members `get` is asked for. An empty field matches every member.
struct query {
  std::string client_id;      ///< RTP11c2
  std::string connection_id;  ///< RTP11c3

  friend bool operator==(const query&, const query&) = default;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
