#ifndef PRESENCE_IMPL_SET_MEMBER_SET_HPP
#define PRESENCE_IMPL_SET_MEMBER_SET_HPP

#include <presence/member_set.hpp>

#include <array>

namespace presence::inline PRESENCE_ABI {

template <class Data>
void basic_member_set<Data>::swap(basic_member_set& other) noexcept {
  std::swap(table_, other.table_);
  std::swap(absent_, other.absent_);
  std::swap(sync_sequence_, other.sync_sequence_);
  std::swap(released_, other.released_);
  std::swap(version_, other.version_);
  std::swap(entered_from_, other.entered_from_);
  std::swap(epoch_, other.epoch_);
  std::swap(confirmed_, other.confirmed_);
  std::swap(syncing_, other.syncing_);
  std::swap(keeps_released_, other.keeps_released_);
}

template <class Data>
PRESENCE_DETAIL_ALWAYS_INLINE inline bool basic_member_set<Data>::newer(const message_type& incoming,
                                                                        const record& stored) noexcept {
  const message_id id = stored.id();
  if (incoming.id.synthesized() || id.synthesized()) return incoming.timestamp >= stored.updated_at;  // RTP2b1
  if (incoming.id.msg_serial != id.msg_serial) return incoming.id.msg_serial > id.msg_serial;         // RTP2b2
  return incoming.id.index > id.index;
}

template <class Data>
auto basic_member_set<Data>::view(const record& r) const noexcept -> view_type {
  return {r.key.client_id(),        r.key.connection_id(), r.data, r.extras, r.updated_at, r.id(),
          r.entered(entered_from_), r.connected()};
}

/// While a message is applied, what later ones will touch is asked from the memory: the place in the index twelve messages
/// ahead, the record there eight ahead. An update that waits for both takes four times as long; asking in blocks of 8 or
/// 16 takes a tenth to a third longer, as the requests come all at once; asking for the data in the record too gains
/// nothing (docs/performance.md).
template <class Data>
template <class Emit, class Accept, class Ignored>
void basic_member_set<Data>::apply(const std::vector<message_type>& batch, Emit&& emit, Accept&& accept,
                                   Ignored&& ignored) {
  const std::size_t n = batch.size();
  if (n == 1) {
    if (accept(batch.front()) && !apply(batch.front(), emit)) ignored(batch.front());
    return;
  }
  constexpr std::size_t index_ahead = 12;
  constexpr std::size_t record_ahead = 8;
  std::array<typename table::hint, 16> hints;  // of the messages from the one to apply up to `index_ahead` from there
  static_assert(hints.size() > index_ahead);
  for (std::size_t step = 0; step < n + index_ahead; ++step) {
    if (step < n) hints[step % hints.size()] = {table_.begin_look_up(batch[step].client_id), detail::no_slot};
    if (const std::size_t i = step - (index_ahead - record_ahead); i < n) {  // huge before the first one
      typename table::hint& hint = hints[i % hints.size()];
      hint = table_.look_up(hint.hash);
      table_.prefetch(hint);
    }
    if (const std::size_t i = step - index_ahead; i < n) {
      const message_type& incoming = batch[i];
      if (accept(incoming) && !apply(incoming, hints[i % hints.size()], emit)) ignored(incoming);
    }
  }
}

template <class Data>
template <class Emit>
bool basic_member_set<Data>::apply(const message_type& incoming, typename table::hint at, Emit&& emit) {
  if (incoming.action == action::absent || !is_known(incoming.action)) return false;
  const std::uint32_t slot = table_.find_first_here(at, incoming.client_id, incoming.connection_id);
  const bool known = slot != detail::no_slot;
  if (known) {
    confirm(table_[slot]);                             // even a stale message says that the member is there (RTP19)
    if (!newer(incoming, table_[slot])) return false;  // RTP2a
  } else if (absent_.size() > 0) {
    const std::uint32_t gone = absent_.find(incoming.client_id, incoming.connection_id);
    if (gone != detail::no_slot && !newer(incoming, absent_[gone])) return false;
  }
  if (incoming.action == action::leave) return take(incoming, slot, emit);
  if (known) return put(incoming, table_[slot], user_change::none, emit);
  const std::size_t users = table_.user_count();
  record& added = add(incoming, at);
  return put(incoming, added, table_.user_count() != users ? user_change::online : user_change::none, emit);
}

template <class Data>
template <class Complete>
bool basic_member_set<Data>::apply_completed(const message_type& incoming, Complete&& complete) {
  typename table::hint at{table_.begin_look_up(incoming.client_id), detail::no_slot};
  at.slot = table_.find(at, incoming.client_id, incoming.connection_id);
  const bool known = at.slot != detail::no_slot;
  if (!complete(known ? std::optional<view_type>{view(table_[at.slot])} : std::nullopt)) return false;
  return apply(incoming, at, [](const message_type&, user_change) {});
}

template <class Data>
auto basic_member_set<Data>::add(const message_type& incoming, typename table::hint at) -> record& {
  if (table_.size() == 0) entered_from_ = incoming.timestamp;
  record& added = table_[table_.insert(at.hash, incoming.client_id, incoming.connection_id)];
  added.set_entered(incoming.timestamp, entered_from_);  // unless the message says otherwise
  added.epoch = epoch_ & epoch_mask;
  if (syncing_) ++confirmed_;
  return added;
}

/// enter, update, present: stored as present, emitted with their own action (RTP2d1, RTP2d2).
template <class Data>
template <class Emit>
PRESENCE_DETAIL_ALWAYS_INLINE inline bool basic_member_set<Data>::put(const message_type& incoming, record& stored,
                                                                      user_change change, Emit&& emit) {
  constexpr bool wants_replaced = std::is_invocable_v<Emit&, const message_type&, user_change, shared_data<Data>&>;
  [[maybe_unused]] shared_data<Data> replaced;
  if constexpr (wants_replaced) {
    if (!stored.data.empty()) make_room_for_released();  // first, as it may fail
    replaced = std::exchange(stored.data, incoming.data);
  } else {
    replace(stored.data, incoming.data);  // first, as it may fail
  }
  stored.extras = incoming.extras;
  stored.updated_at = incoming.timestamp;
  if (incoming.entered_at != time_point{}) stored.set_entered(incoming.entered_at, entered_from_);
  stored.set_id(incoming.id, incoming.connected);
  ++version_;
  if constexpr (wants_replaced) {
    emit(incoming, change, replaced);
    release(replaced);  // where `emit` did not want it
  } else {
    emit(incoming, change);
  }
  return true;
}

/// A leave removes and is emitted if the member was visible (RTP2h1); during a sync it also leaves a marker (RTP2h2).
template <class Data>
template <class Emit>
bool basic_member_set<Data>::take(const message_type& incoming, std::uint32_t slot, Emit&& emit) {
  if (slot != detail::no_slot) make_room_for_released();
  if (syncing_) mark_absent(incoming);
  if (slot == detail::no_slot) return false;
  if (syncing_) --confirmed_;  // `apply` has just confirmed it
  const std::size_t users = table_.user_count();
  shared_data<Data> removed = std::move(table_[slot].data);
  table_.erase(slot);
  ++version_;
  const user_change change = table_.user_count() != users ? user_change::offline : user_change::none;
  if constexpr (std::is_invocable_v<Emit&, const message_type&, user_change, shared_data<Data>&>) {
    emit(incoming, change, removed);
    release(removed);
  } else {
    release(removed);
    emit(incoming, change);
  }
  return true;
}

template <class Data>
void basic_member_set<Data>::confirm(record& r) noexcept {
  if (!syncing_ || r.epoch == epoch_) return;
  r.epoch = epoch_ & epoch_mask;
  ++confirmed_;
}

template <class Data>
void basic_member_set<Data>::mark_absent(const message_type& leave) {
  std::uint32_t slot = absent_.find(leave.client_id, leave.connection_id);
  if (slot == detail::no_slot) slot = absent_.insert(leave.client_id, leave.connection_id);
  absent_[slot].set_id(leave.id, leave.connected);
  absent_[slot].updated_at = leave.timestamp;
}

template <class Data>
void basic_member_set<Data>::start_sync() {
  syncing_ = true;
  sync_sequence_.reset();
  epoch_ = (epoch_ + 1) & epoch_mask;
  confirmed_ = 0;
  if (epoch_ != 0) return;
  // The numbers start over: none of an old round may be taken for one of the new.
  for (std::uint32_t slot = 0; slot < table_.size(); ++slot) table_[slot].epoch = 0;
  epoch_ = 1;
}

template <class Data>
template <class Emit, class EmitLeave>
bool basic_member_set<Data>::apply_sync(const std::vector<message_type>& page, const sync_cursor& cursor,
                                        time_point now, Emit&& emit, EmitLeave&& emit_leave) {
  const bool another = sync_sequence_.has_value() && (*sync_sequence_ != cursor.sequence || cursor.sequence.empty());
  if (!syncing_ || another) start_sync();
  if (!sync_sequence_) sync_sequence_ = cursor.sequence;
  apply(page, emit);  // RTP2c: the same comparison as live
  if (!cursor.last) return false;
  finish_sync(now, emit_leave);
  return true;
}

template <class Data>
template <class EmitLeave>
void basic_member_set<Data>::finish_sync(time_point now, EmitLeave&& emit_leave) {
  if (confirmed_ != table_.size()) {                         // the ordinary case looks at no record
    for (std::uint32_t slot = table_.size(); slot-- > 0;) {  // backwards: erasing moves only slots already looked at
      record& r = table_[slot];
      if (r.epoch == epoch_) continue;
      make_room_for_released();
      message_type leave = leave_of(r, now);
      const std::size_t users = table_.user_count();
      table_.erase(slot);
      ++version_;
      emit_leave(std::move(leave), table_.user_count() != users ? user_change::offline : user_change::none);
      release(leave.data);  // where `emit_leave` did not want it
    }
  }
  // Last: if memory ran out for a leave, the sync is still in progress, and its last page may come again.
  give_up_sync();
}

template <class Data>
void basic_member_set<Data>::give_up_sync() noexcept {
  syncing_ = false;
  sync_sequence_.reset();
  absent_.clear();
}

template <class Data>
template <class EmitLeave>
void basic_member_set<Data>::leave_all(time_point now, EmitLeave&& emit_leave) {
  start_sync();
  finish_sync(now, emit_leave);
}

template <class Data>
auto basic_member_set<Data>::leave_of(record& r, time_point now) const -> message_type {
  message_type leave;
  leave.action = action::leave;
  leave.reason = leave_reason::resync;
  leave.client_id = r.key.client_id();
  leave.connection_id = r.key.connection_id();
  leave.data = std::move(r.data);
  leave.extras = std::move(r.extras);
  leave.timestamp = now;
  leave.entered_at = r.entered(entered_from_);
  leave.connected = r.connected();
  return leave;
}

template <class Data>
PRESENCE_DETAIL_ALWAYS_INLINE inline void basic_member_set<Data>::replace(shared_data<Data>& stored,
                                                                          const shared_data<Data>& by) {
  if constexpr (!std::is_trivially_destructible_v<Data>) {
    if (keeps_released_ && !stored.empty()) {
      make_room_for_released();
      shared_data<Data> replaced = std::exchange(stored, by);
      release(replaced);
      return;
    }
  }
  stored = by;
}

/// The next `release` cannot fail. Called before anything is changed.
template <class Data>
void basic_member_set<Data>::make_room_for_released() {
  if constexpr (!std::is_trivially_destructible_v<Data>) {
    if (keeps_released_ && released_.size() == released_.capacity()) released_.reserve(2 * released_.size() + 8);
  }
}

/// Keeps the value if this was its last holder. Where the set does not keep them, `value` is destroyed by its owner.
template <class Data>
void basic_member_set<Data>::release([[maybe_unused]] shared_data<Data>& value) noexcept {
  if constexpr (!std::is_trivially_destructible_v<Data>) {
    if (keeps_released_ && !value.release_if_shared()) released_.push_back(std::move(value));
  }
}

template <class Data>
auto basic_member_set<Data>::take_all() noexcept -> basic_member_set {
  basic_member_set taken;
  if (table_.size() > 0) ++version_;
  std::swap(taken.table_, table_);
  std::swap(taken.absent_, absent_);
  taken.entered_from_ = entered_from_;
  sync_sequence_.reset();
  syncing_ = false;
  return taken;
}

template <class Data>
void basic_member_set<Data>::clear() noexcept {
  if (table_.size() > 0) ++version_;
  table_.clear();
  absent_.clear();
  sync_sequence_.reset();
  syncing_ = false;
}

template <class Data>
auto basic_member_set<Data>::find(std::string_view client_id, std::string_view connection_id) const
    -> std::optional<view_type> {
  const std::uint32_t slot = table_.find_first_here(table_.look_up(client_id), client_id, connection_id);
  if (slot == detail::no_slot) return std::nullopt;
  return view(table_[slot]);
}

template <class Data>
std::size_t basic_member_set<Data>::connections(std::string_view client_id) const {
  const std::uint32_t slot = table_.head(client_id);
  return slot != detail::no_slot ? table_[slot].connections() : 0;
}

template <class Data>
template <class Visit>
void basic_member_set<Data>::for_each(Visit&& visit) const {
  table_.for_each([&](const record& r) { visit(view(r)); });
}

template <class Data>
template <class Visit>
void basic_member_set<Data>::for_each_of(std::string_view client_id, Visit&& visit) const {
  for (std::uint32_t slot = table_.head(client_id); slot != detail::no_slot; slot = table_[slot].next) {
    visit(view(table_[slot]));
  }
}

template <class Data>
template <class Visit>
void basic_member_set<Data>::for_each_user(Visit&& visit) const {
  table_.for_each([&](const record& r) {
    if (r.is_first()) visit(r.key.client_id(), std::size_t{r.connections()});
  });
}

template <class Data>
std::size_t basic_member_set<Data>::bytes() const noexcept {
  return sizeof *this + table_.bytes() + absent_.bytes();
}

}  // namespace presence::inline PRESENCE_ABI

#endif
