#ifndef PRESENCE_DETAIL_SET_MEMBER_TABLE_HPP
#define PRESENCE_DETAIL_SET_MEMBER_TABLE_HPP

#include <presence/detail/set/member_record.hpp>
#include <presence/detail/set/record_store.hpp>
#include <presence/detail/set/slot_index.hpp>
#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/hash.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// Member records, found by client id and by member key.
///
/// The index is over *users*: it points to the first record of each client id, whose members are linked in a list. A
/// user with one connection, the ordinary case, is found and told apart by that one probe, and entering or leaving
/// touches one index. Only where a user has more than a few connections do its members also stand in a second index by
/// their whole key, so that ten thousand connections of one client id are as fast as ten thousand clients.
template <class Data>
class member_table {
 public:
  using record = member_record<Data>;

  /// What the index says about a client id without a look at any record: the hash, and where the user's first member
  /// should stand. It stays good to use, though perhaps no more of use, when the table changes.
  struct hint {
    std::uint32_t hash = 0;
    std::uint32_t slot = no_slot;
  };
  [[nodiscard]] hint look_up(std::string_view client_id) const { return look_up(hash_client(client_id)); }

  // The same in steps, for whoever has time between them: what one asks the memory for, the next one looks at.
  [[nodiscard]] std::uint32_t begin_look_up(std::string_view client_id) const noexcept {
    const std::uint32_t hash = hash_client(client_id);
    users_.prefetch(hash);
    return hash;
  }
  [[nodiscard]] hint look_up(std::uint32_t hash) const noexcept { return {hash, users_.guess(hash)}; }
  /// Asks for the record's memory, to be there when it is looked at.
  PRESENCE_DETAIL_ALWAYS_INLINE void prefetch(hint of) const noexcept {
    if (of.slot < records_.size()) records_.prefetch(of.slot);
  }

  /// The slot of the user's first record, or `no_slot`.
  [[nodiscard]] std::uint32_t head(std::string_view client_id) const { return head(hash_client(client_id), client_id); }

  [[nodiscard]] std::uint32_t find(std::string_view client_id, std::string_view connection_id) const {
    return find(hint{hash_client(client_id), no_slot}, client_id, connection_id);
  }
  /// The same with a hint, which is believed where it is right.
  [[nodiscard]] std::uint32_t find(hint at, std::string_view client_id, std::string_view connection_id) const {
    const std::uint32_t first = is_head(at.slot, client_id) ? at.slot : head(at.hash, client_id);
    if (first == no_slot) return no_slot;
    const record& r = records_[first];
    if (equal_text(r.key.connection_id(), connection_id)) return first;
    if (r.connections() == 1) return no_slot;
    if (r.crowded != 0U) {
      return crowd_.find(hash_key(r.hash, connection_id),
                         [&](std::uint32_t slot) { return records_[slot].key.is(client_id, connection_id); });
    }
    std::uint32_t slot = r.next;
    while (slot != no_slot && !equal_text(records_[slot].key.connection_id(), connection_id))
      slot = records_[slot].next;
    return slot;
  }

  /// The same where the hint is nearly always right: a user's only member is found without a call.
  PRESENCE_DETAIL_ALWAYS_INLINE [[nodiscard]] std::uint32_t find_first_here(hint at, std::string_view client_id,
                                                                            std::string_view connection_id) const {
    if (at.slot < records_.size() && records_[at.slot].key.is(client_id, connection_id)) return at.slot;
    return find(at, client_id, connection_id);
  }

  /// Adds a record. Precondition: `find` of its key gives `no_slot`. If it throws, nothing has changed.
  std::uint32_t insert(std::string_view client_id, std::string_view connection_id) {
    return insert(hash_client(client_id), client_id, connection_id);
  }
  std::uint32_t insert(std::uint32_t hash, std::string_view client_id, std::string_view connection_id) {
    const std::uint32_t first = head(hash, client_id);
    const std::uint32_t slot = records_.emplace_back(member_key{client_id, connection_id});
    undo_insert undo{this};
    record& added = records_[slot];
    added.hash = hash;
    if (first == no_slot) {
      users_.insert(hash, slot, user_hash());
    } else {
      record& front = records_[first];
      if (front.crowded != 0U) {
        crowd_.insert(hash_key(hash, connection_id), slot, crowd_hash());
        added.crowded = 1;
      }
      added.set_previous(first);
      added.next = front.next;
      if (front.next != no_slot) records_[front.next].set_previous(slot);
      front.next = slot;
      ++front.count_or_previous;
    }
    undo.table = nullptr;
    if (first != no_slot && records_[first].crowded == 0U && records_[first].connections() >= crowd_begins) {
      make_crowd(first);
    }
    return slot;
  }

  /// Removes the record; the last record takes its slot.
  void erase(std::uint32_t slot) noexcept {
    unlink(slot);
    const std::uint32_t last = records_.size() - 1;
    if (slot != last) relocate(last, slot);
    records_.pop_back();
  }

  void clear() noexcept {
    records_.clear();
    users_.clear();
    crowd_.clear();
  }

  [[nodiscard]] record& operator[](std::uint32_t slot) noexcept { return records_[slot]; }
  [[nodiscard]] const record& operator[](std::uint32_t slot) const noexcept { return records_[slot]; }
  [[nodiscard]] std::uint32_t size() const noexcept { return records_.size(); }
  [[nodiscard]] std::size_t user_count() const noexcept { return users_.size(); }

  template <class Visit>
  void for_each(Visit&& visit) const {
    records_.for_each(visit);
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    std::size_t total = records_.bytes() + users_.bytes() + crowd_.bytes();
    records_.for_each([&](const record& r) { total += r.key.heap_bytes(); });
    return total;
  }

 private:
  // A walk of eight links costs about what the second index does; the gap keeps a user who swings around the bound from
  // being indexed and forgotten each time.
  static constexpr std::uint32_t crowd_begins = 9;
  static constexpr std::uint32_t crowd_ends = 4;

  struct undo_insert {
    member_table* table;
    ~undo_insert() {
      if (table != nullptr) table->records_.pop_back();
    }
  };

  [[nodiscard]] static std::uint32_t hash_client(std::string_view client_id) noexcept {
    return static_cast<std::uint32_t>(hash_text(client_id, hash_seed()));
  }
  [[nodiscard]] static std::uint32_t hash_key(std::uint32_t client_hash, std::string_view connection_id) noexcept {
    return static_cast<std::uint32_t>(hash_text(connection_id, hash_seed() ^ client_hash));
  }
  [[nodiscard]] bool is_head(std::uint32_t slot, std::string_view client_id) const noexcept {
    if (slot >= records_.size()) return false;
    const record& r = records_[slot];
    return r.is_first() && equal_text(r.key.client_id(), client_id);
  }
  [[nodiscard]] auto user_hash() const noexcept {
    return [this](std::uint32_t slot) { return records_[slot].hash; };
  }
  [[nodiscard]] auto crowd_hash() const noexcept {
    return [this](std::uint32_t slot) { return hash_key(records_[slot].hash, records_[slot].key.connection_id()); };
  }
  [[nodiscard]] std::uint32_t head(std::uint32_t hash, std::string_view client_id) const {
    return users_.find(hash, [&](std::uint32_t slot) { return equal_text(records_[slot].key.client_id(), client_id); });
  }

  /// The second index is only an accelerator: without memory for it the list still finds everything, and the user's next
  /// member tries again.
  void make_crowd(std::uint32_t first) noexcept {
    const auto index_all = [&] {
      for (std::uint32_t slot = first; slot != no_slot; slot = records_[slot].next) {
        record& r = records_[slot];
        crowd_.insert(hash_key(r.hash, r.key.connection_id()), slot, crowd_hash());
        r.crowded = 1;
      }
    };
    attempt(index_all, [&](auto) { disband(first); });
  }
  void disband(std::uint32_t first) noexcept {
    for (std::uint32_t slot = first; slot != no_slot; slot = records_[slot].next) leave_crowd(slot);
  }
  void leave_crowd(std::uint32_t slot) noexcept {
    record& r = records_[slot];
    if (r.crowded != 0U) crowd_.erase(hash_key(r.hash, r.key.connection_id()), slot, crowd_hash());
    r.crowded = 0;
  }
  /// Takes the record out of its user's list and out of the indexes; it stays in its slot.
  void unlink(std::uint32_t slot) noexcept {
    leave_crowd(slot);
    record& r = records_[slot];
    std::uint32_t first = slot;
    if (!r.is_first()) {
      records_[r.previous()].next = r.next;
      if (r.next != no_slot) records_[r.next].set_previous(r.previous());
      // The head is one step away unless the user has several connections; a crowd's head is found by the index.
      first = users_.find(r.hash,
                          [&](std::uint32_t s) { return equal_text(records_[s].key.client_id(), r.key.client_id()); });
      --records_[first].count_or_previous;
    } else if (r.next != no_slot) {
      first = r.next;
      records_[first].set_first(r.connections() - 1);
      users_.move(r.hash, slot, first);
    } else {
      users_.erase(r.hash, slot, user_hash());
      return;
    }
    if (records_[first].crowded != 0U && records_[first].connections() <= crowd_ends) disband(first);
  }

  /// Moves a record, with all that refers to it, into a slot that is free but not yet destroyed.
  void relocate(std::uint32_t from, std::uint32_t to) noexcept {
    record& r = records_[from];
    if (!r.is_first()) {
      records_[r.previous()].next = to;
    } else {
      users_.move(r.hash, from, to);
    }
    if (r.next != no_slot) records_[r.next].set_previous(to);
    if (r.crowded != 0U) crowd_.move(hash_key(r.hash, r.key.connection_id()), from, to);
    records_[to] = std::move(r);
  }

  record_store<record> records_;
  slot_index users_;
  slot_index crowd_;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
