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
  presence::action action = presence::action::present;  ///< always `present` (S7)
  bool connected = true;      ///< false: its connection is lost, and its place is kept (`hub_options::show_lost`)
  std::string client_id;      ///< who
  std::string connection_id;  ///< on which connection
  shared_data<Data> data;     ///< as of its last message that counted; may be none
  presence::extras extras;    ///< likewise
  time_point updated_at{};    ///< the time stamp of that message
  message_id id;              ///< its id
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
  std::string_view client_id;      ///< as in `member`
  std::string_view connection_id;  ///< as in `member`
  const shared_data<Data>& data;   ///< as in `member`
  const presence::extras& extras;  ///< as in `member`
  time_point updated_at;           ///< as in `member`
  message_id id;                   ///< as in `member`
  time_point entered_at{};         ///< as in `member`
  bool connected = true;           ///< as in `member`

  /// A member to keep. Copies the ids and shares the data.
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

/// The name of the enumerator; `unknown` for any other value. Constant time.
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
  std::string client_id;                   ///< whose
  time_point timestamp{};                  ///< of the message that caused it

  /// Member by member.
  friend bool operator==(const user_event&, const user_event&) = default;
};

/// A user as the set knows it.
struct user {
  std::string client_id;        ///< its id
  std::size_t connections = 0;  ///< how many members it has

  /// Member by member.
  friend bool operator==(const user&, const user&) = default;
};

/// Writes the name, as `to_string` gives it.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, user_change c) {
  return out << to_string(c);
}

/// Which members `get` is asked for. An empty field matches every member.
struct query {
  std::string client_id;      ///< only of this client id (RTP11c2)
  std::string connection_id;  ///< only on this connection (RTP11c3)

  /// Member by member.
  friend bool operator==(const query&, const query&) = default;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
