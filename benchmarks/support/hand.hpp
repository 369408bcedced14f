// The floor: what remains when a table is written for this one workload. No users, no syncs, no long ids, no removal, one
// listener that is a function pointer. It is no presence set; it shows what the memory of the machine allows.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_HAND_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_HAND_HPP

#include "workload.hpp"
#include <presence/detail/util/equal_text.hpp>
#include <presence/detail/util/hash.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace bench::hand {

/// One cache line: both ids side by side, and what an update writes.
struct alignas(64) record {
  std::array<char, 38> ids;
  std::uint8_t client_size;
  std::uint8_t connection_size;
  std::uint64_t msg_serial;
  std::int64_t updated_at;
  data content;
};
static_assert(sizeof(record) == 64);

/// One cache line: twelve slots with a byte of their hash each.
struct alignas(64) bucket {
  std::array<std::uint32_t, 12> slots;
  std::array<std::uint8_t, 12> tags;
  std::uint8_t used;
};
static_assert(sizeof(bucket) == 64);

class table {
 public:
  using listener = void (*)(void* context, const message&);

  explicit table(std::size_t members) : buckets_(std::bit_ceil(members / 8 + 1)) { records_.reserve(members); }

  void listen(listener l, void* context) {
    listener_ = l;
    context_ = context;
  }

  void enter(const message& m) {
    record made{};
    if (m.client_id.size() + m.connection_id.size() > made.ids.size()) throw std::length_error{"hand: long ids"};
    std::memcpy(made.ids.data(), m.client_id.data(), m.client_id.size());
    std::memcpy(made.ids.data() + m.client_id.size(), m.connection_id.data(), m.connection_id.size());
    made.client_size = static_cast<std::uint8_t>(m.client_id.size());
    made.connection_size = static_cast<std::uint8_t>(m.connection_id.size());
    write(made, m);
    const std::uint64_t hash = hash_of(m);
    bucket* b = &at(hash);
    while (b->used == b->slots.size()) b = &after(*b);
    b->slots[b->used] = static_cast<std::uint32_t>(records_.size());
    b->tags[b->used++] = tag(hash);
    records_.push_back(made);
  }

  bool update(const message& m) { return update(m, find(m, hash_of(m))); }

  /// The misses of a batch overlap: each message's bucket is asked for sixteen messages ahead, its record eight.
  void update(const std::vector<message>& batch) {
    constexpr std::size_t far = 16;
    constexpr std::size_t near = 8;
    std::array<std::uint64_t, far> hashes;
    std::array<std::uint32_t, far> guesses;
    const std::size_t n = batch.size();
    for (std::size_t step = 0; step < n + far; ++step) {
      if (step >= far) {
        const std::size_t i = step - far;
        const message& m = batch[i];
        const std::uint32_t guess = guesses[i % far];
        update(m, guess != none && same(records_[guess], m) ? guess : find(m, hashes[i % far]));
      }
      if (step >= near && step - near < n) {
        const std::size_t i = step - near;
        guesses[i % far] = guess(hashes[i % far]);
        if (guesses[i % far] != none) __builtin_prefetch(&records_[guesses[i % far]], 1);
      }
      if (step < n) {
        hashes[step % far] = hash_of(batch[step]);
        __builtin_prefetch(&at(hashes[step % far]));
      }
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }

 private:
  static constexpr std::uint32_t none = 0xffffffff;

  [[nodiscard]] static std::uint64_t hash_of(const message& m) noexcept {
    return presence::detail::hash_text(m.client_id, presence::detail::hash_text(m.connection_id, 0x1234567887654321U));
  }
  [[nodiscard]] static std::uint8_t tag(std::uint64_t hash) noexcept { return static_cast<std::uint8_t>(hash >> 56U); }
  [[nodiscard]] bucket& at(std::uint64_t hash) noexcept { return buckets_[hash & (buckets_.size() - 1)]; }
  [[nodiscard]] bucket& after(bucket& b) noexcept {
    return buckets_[(static_cast<std::size_t>(&b - buckets_.data()) + 1) & (buckets_.size() - 1)];
  }
  [[nodiscard]] static bool same(const record& r, const message& m) noexcept {
    using presence::detail::equal_text;
    return equal_text({r.ids.data(), r.client_size}, m.client_id) &&
           equal_text({r.ids.data() + r.client_size, r.connection_size}, m.connection_id);
  }
  [[nodiscard]] std::uint32_t guess(std::uint64_t hash) noexcept {
    const bucket& b = at(hash);
    for (std::size_t i = 0; i < b.used; ++i) {
      if (b.tags[i] == tag(hash)) return b.slots[i];
    }
    return none;
  }
  [[nodiscard]] std::uint32_t find(const message& m, std::uint64_t hash) noexcept {
    for (bucket* b = &at(hash);; b = &after(*b)) {
      for (std::size_t i = 0; i < b->used; ++i) {
        if (b->tags[i] == tag(hash) && same(records_[b->slots[i]], m)) return b->slots[i];
      }
      if (b->used < b->slots.size()) return none;
    }
  }
  static void write(record& r, const message& m) noexcept {
    r.msg_serial = m.id.msg_serial;
    r.updated_at = m.timestamp.time_since_epoch().count();
    if (m.data) r.content = *m.data;
  }
  bool update(const message& m, std::uint32_t slot) {
    if (slot == none || m.id.msg_serial <= records_[slot].msg_serial) return false;
    write(records_[slot], m);
    if (listener_ != nullptr) listener_(context_, m);
    return true;
  }

  std::vector<bucket> buckets_;
  std::vector<record> records_;
  listener listener_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace bench::hand

#endif
