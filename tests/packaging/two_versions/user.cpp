// Compiled twice, with other headers and another name for USER.
#include "user.hpp"

#include <presence/error.hpp>
#include <presence/member_set.hpp>

#include <typeinfo>

seen USER() {
  using set = presence::basic_member_set<std::string>;
  set room;
  room.apply({.action = presence::action::enter, .client_id = "alice", .connection_id = "c1"}, [](const auto&...) {});
  const std::error_code error = presence::errc::banned;
  return {PRESENCE_VERSION_MINOR, room.size(), typeid(set).name(), &error.category()};
}
