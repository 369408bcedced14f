#ifndef PRESENCE_MEMBER_HPP
#define PRESENCE_MEMBER_HPP

#include <presence/action.hpp>
#include <presence/clock.hpp>
#include <presence/extras.hpp>
#include <presence/message_id.hpp>
#include <presence/shared_data.hpp>

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
  std::string client_id;
  std::string connection_id;
  shared_data<Data> data;
  presence::extras extras;
  time_point updated_at{};
  message_id id;
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

  [[nodiscard]] explicit operator member<Data>() const {
    return {
        presence::action::present, std::string{client_id}, std::string{connection_id}, data, extras, updated_at, id};
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
};

/// A user as the set knows it.
struct user {
  std::string client_id;
  std::size_t connections = 0;  ///< how many members it has
};

template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, user_change c) {
  return out << to_string(c);
}

/// Which members `get` is asked for. An empty field matches every member.
struct query {
  std::string client_id;      ///< RTP11c2
  std::string connection_id;  ///< RTP11c3
};

}  // namespace presence::inline PRESENCE_ABI

#endif
