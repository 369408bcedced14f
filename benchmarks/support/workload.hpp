// The workloads that all rivals share: realistic ids, a random order, messages made beforehand.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_WORKLOAD_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_WORKLOAD_HPP

#include <presence/message.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
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

/// `n` members: client ids of 12–24 characters, connection ids of 10; each client once. Made once for each `n`.
inline const std::vector<key>& spread(std::size_t n) {
  static std::map<std::size_t, std::vector<key>> made;
  std::vector<key>& keys = made[n];
  if (keys.empty()) {
    std::mt19937_64 random{42};
    keys.resize(n);
    for (key& k : keys) k = {random_id(random, 12 + random() % 13), random_id(random, 10)};
  }
  return keys;
}

/// `n` connections of one client id.
inline std::vector<key> crowd(std::size_t n) {
  std::vector<key> keys = spread(n);
  for (key& k : keys) k.client_id = "the-same-for-everybody";
  return keys;
}

inline std::vector<std::size_t> random_order(std::size_t n, std::uint64_t seed = 7) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64{seed});
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

/// One message for each member, in a random order.
inline std::vector<message> messages(const std::vector<key>& keys, presence::action what, std::uint64_t serial,
                                     std::uint64_t order = 7) {
  std::vector<message> made;
  made.reserve(keys.size());
  for (const std::size_t i : random_order(keys.size(), order)) made.push_back(make(keys[i], what, serial));
  return made;
}

/// So that prepared messages can be applied again and again and always are news.
inline void renew(message& m) { ++m.id.msg_serial; }

/// Updates in batches, each with data of its own.
class update_stream {
 public:
  update_stream(const std::vector<key>& keys, std::size_t batch_size) {
    for (message& m : messages(keys, presence::action::update, 2)) {
      if (batches_.empty() || batches_.back()->size() == batch_size) {
        batches_.push_back(std::make_shared<std::vector<message>>());
        batches_.back()->reserve(batch_size);
      }
      batches_.back()->push_back(std::move(m));
    }
    for (const auto& batch : batches_) {
      for (message& m : *batch) m.data = presence::shared_data<data>::make(m.id.msg_serial);
      spare_.emplace_back();
      for (std::size_t i = 0; i < batch->size(); ++i) spare_.back().push_back(presence::shared_data<data>::make(i));
    }
    sent_.assign(batches_.begin(), batches_.end());
  }

  [[nodiscard]] const presence::message_batch<data>& next() const { return sent_[at_]; }

  /// Makes the batch that was applied news again, with data that is not what the set now holds.
  void applied() {
    std::vector<message>& batch = *batches_[at_];
    for (std::size_t i = 0; i < batch.size(); ++i) {
      renew(batch[i]);
      batch[i].data.swap(spare_[at_][i]);
    }
    if (++at_ == batches_.size()) at_ = 0;
  }

 private:
  std::vector<std::shared_ptr<std::vector<message>>> batches_;
  std::vector<std::vector<presence::shared_data<data>>> spare_;
  std::vector<presence::message_batch<data>> sent_;
  std::size_t at_ = 0;
};

/// The updates of `spread(members)` in batches. Made once: its messages get ever newer, for whoever applies them.
inline update_stream& updates_of(std::size_t members, std::size_t batch_size) {
  static std::map<std::pair<std::size_t, std::size_t>, update_stream> made;
  return made.try_emplace({members, batch_size}, spread(members), batch_size).first->second;
}

/// All of `spread(members)` entering, in one batch and in an order that is not that of the updates.
inline const presence::message_batch<data>& enters_of(std::size_t members) {
  static std::map<std::size_t, presence::message_batch<data>> made;
  presence::message_batch<data>& batch = made[members];
  if (batch == nullptr) batch = presence::make_batch(messages(spread(members), presence::action::enter, 1, 9));
  return batch;
}

}  // namespace bench

#endif
