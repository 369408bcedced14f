// Asks a set everything that can be asked, and says where the answers are not the expected ones.
#ifndef PRESENCE_TESTS_SUPPORT_SET_COMPARISON_HPP
#define PRESENCE_TESTS_SUPPORT_SET_COMPARISON_HPP

#include <presence/member.hpp>
#include <presence/member_set.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace presence::test {

template <class Data>
[[nodiscard]] bool equal(const member<Data>& a, const member_view<Data>& b) {
  return a.client_id == b.client_id && a.connection_id == b.connection_id && same(a.data, b.data) &&
         a.extras == b.extras && a.updated_at == b.updated_at && a.id == b.id && a.entered_at == b.entered_at &&
         a.connected == b.connected;
}
template <class Data>
[[nodiscard]] bool equal(const member<Data>& a, const member<Data>& b) {
  return equal(a, member_view<Data>{b.client_id, b.connection_id, b.data, b.extras, b.updated_at, b.id, b.entered_at,
                                    b.connected});
}

/// The first answer of `set` that does not fit `expected`, a map from (client id, connection id) to member; empty if all
/// fit. `keys` are asked for too, whether they are expected or not.
template <class Data, class Keys>
[[nodiscard]] std::string difference(const basic_member_set<Data>& set,
                                     const std::map<std::pair<std::string, std::string>, member<Data>>& expected,
                                     const Keys& keys) {
  if (set.size() != expected.size() || set.empty() != expected.empty()) return "size";
  std::map<std::string, std::size_t> users;
  for (const auto& [key, member] : expected) ++users[key.first];
  if (set.user_count() != users.size()) return "user_count";

  for (const auto& key : keys) {
    const auto& [client, connection] = key;
    const std::string who = client + '/' + connection;
    const auto wanted = expected.find(key);
    const auto found = set.find(client, connection);
    if (found.has_value() != (wanted != expected.end())) return "find " + who;
    if (found && !equal(wanted->second, *found)) return "attributes of " + who;
    if (found.has_value() != set.contains(client, connection)) return "contains " + who;
    const auto user = users.find(client);
    if (set.connections(client) != (user != users.end() ? user->second : 0)) return "connections of " + client;
    if (set.contains_user(client) != (user != users.end())) return "contains_user " + client;
  }

  std::string wrong;
  std::size_t visited = 0;
  const auto check = [&](std::string_view who, const member_view<Data>& m) {
    ++visited;
    const auto wanted = expected.find({std::string{m.client_id}, std::string{m.connection_id}});
    if (wanted == expected.end() || !equal(wanted->second, m)) wrong = who;
  };
  set.for_each([&](const member_view<Data>& m) { check("for_each", m); });
  if (visited != expected.size()) return "for_each: number of visits";
  set.for_each_user([&](std::string_view client, std::size_t connections) {
    const auto user = users.find(std::string{client});
    if (user == users.end() || user->second != connections) {
      wrong = "for_each_user";
      return;
    }
    users.erase(user);
    visited = 0;
    set.for_each_of(client, [&](const member_view<Data>& m) {
      check("for_each_of", m);
      if (m.client_id != client) wrong = "for_each_of: another user";
    });
    if (visited != connections) wrong = "for_each_of: number of visits";
  });
  if (!users.empty()) return "for_each_user: number of visits";
  return wrong;
}

}  // namespace presence::test

#endif
