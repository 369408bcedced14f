// The workloads that all rivals share: realistic ids, a random order, messages made beforehand.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_WORKLOAD_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_WORKLOAD_HPP

#include <presence/message.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// What a member carries where data matters: eight bytes, so that the set and not the data is measured.
using data = std::uint64_t;
using message = presence::message<data>;

inline std::string random_id(std::mt19937_64& random, std::size_t length) {
  static constexpr char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string id(length, ' ');
  for (char& c : id) c = alphabet[random() % 36];
  return id;
}

struct key {
  std::string client_id;
  std::string connection_id;
};

/// `n` members: client ids of 12–24 characters, connection ids of 10; each client once.
inline std::vector<key> spread(std::size_t n) {
  std::mt19937_64 random{42};
  std::vector<key> keys(n);
  for (key& k : keys) k = {random_id(random, 12 + random() % 13), random_id(random, 10)};
  return keys;
}

/// `n` connections of one client id.
inline std::vector<key> crowd(std::size_t n) {
  std::vector<key> keys = spread(n);
  for (key& k : keys) k.client_id = "the-same-for-everybody";
  return keys;
}

inline std::vector<std::size_t> random_order(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64{7});
  return order;
}

inline message make(const key& k, presence::action what, std::uint64_t serial) {
  message m;
  m.action = what;
  m.client_id = k.client_id;
  m.connection_id = k.connection_id;
  m.timestamp = presence::time_point{std::chrono::milliseconds{1'700'000'000'000 + static_cast<std::int64_t>(serial)}};
  m.id = {serial, 0, presence::id_origin::connection};
  return m;
}

/// One message for each member, in random order.
inline std::vector<message> messages(const std::vector<key>& keys, presence::action what, std::uint64_t serial) {
  std::vector<message> made;
  made.reserve(keys.size());
  for (const std::size_t i : random_order(keys.size())) made.push_back(make(keys[i], what, serial));
  return made;
}

/// So that a prepared message can be applied again and again and always is news.
inline void renew(message& m) { ++m.id.msg_serial; }

}  // namespace bench

#endif
