// hub_room: what its drainer does, one task after the other.
#ifndef PRESENCE_IMPL_HUB_ROOM_DELIVERY_HPP
#define PRESENCE_IMPL_HUB_ROOM_DELIVERY_HPP

#include <presence/detail/hub/hub_room.hpp>

#include <exception>

namespace presence::inline PRESENCE_ABI::detail {

/// Does one thing. Returns false where there is nothing left to do.
template <class Data, class Mutex, class Tap>
bool hub_room<Data, Mutex, Tap>::step(lock_type& lock) noexcept {
  const bool told = tell_something(lock);
  const bool shown = show_occupancy(lock);
  return told || shown || release_holds(lock);
}

/// Tells one task, or what could not be one.
template <class Data, class Mutex, class Tap>
bool hub_room<Data, Mutex, Tap>::tell_something(lock_type& lock) noexcept {
  if (lost_ != 0 && retries_ > 0) {
    sync_everybody(lock);
    return true;
  }
  if (ends_syncs_ && retries_ > 0 && (outbox_.empty() || told_version_ >= ends_syncs_after_)) {
    end_open_syncs(lock);
    return true;
  }
  if (outbox_.empty()) return (unattended_ != nullptr || leaving_ != nullptr) && attend(lock);
  task next = outbox_.pop();
  if (auto* const c = next.template get_if<changes>()) {
    const bool somebody_waits = outbox_.somebody_stands_still() && crowded(share::half);
    waiting_messages_ -= c->messages->size() - 1;
    waiting_bytes_ -= c->bytes;
    if (somebody_waits && !crowded(share::half)) outbox_.wake();
    deliver_changes(lock, *c);
  } else if (auto* const d = next.template get_if<completed>()) {
    deliver_completion(lock, *d);
  } else if (auto* const p = next.template get_if<part>()) {
    deliver_part(lock, *p);
  } else {
    deliver_join(lock, next.template get_if<join>()->to);
  }
  next = join{};  // what it held is destroyed outside the lock
  lock.lock();
  return true;
}

template <class Data, class Mutex, class Tap>
bool hub_room<Data, Mutex, Tap>::release_holds(lock_type& lock) noexcept {
  std::size_t ended = std::exchange(releases_, 0);
  if (ended == 0) return false;
  lock.unlock();
  for (; ended > 0; --ended) registry_->release(*this);
  lock.lock();
  return true;
}

/// The outbox is empty: what could not be put there. Returns false where there is none, or memory is lacking still.
template <class Data, class Mutex, class Tap>
bool hub_room<Data, Mutex, Tap>::attend(lock_type& lock) noexcept {
  if (retries_ <= 0) return false;
  if (unattended_ != nullptr) {
    record_ptr which = std::move(unattended_);
    unattended_ = std::move(which->next_unattended);
    which->unattended = false;
    if (which->state != attachment_state::attached) {
      deliver_part(lock, part{which, nullptr, which->ended_with, which->state == attachment_state::gone});
    } else if (which->joining || which->told != told_state::attached) {
      deliver_join(lock, which);
    } else {
      lock.unlock();
    }
    which.reset();
    lock.lock();
    return true;
  }
  if (leaving_ == nullptr) return false;
  const session_part of = std::move(leaving_);
  leaving_ = std::move(of->next_leaving);
  remove_members(of, std::exchange(of->leaving, leave_reason::none), of->leaving_since);
  if (of->leaving != leave_reason::none) --retries_;
  return true;
}

/// Keeps the room alive as long as a thread has promised to come back, and lets go of the lock; then this thread keeps
/// the promises that it made.
template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::settle(lock_type& lock) noexcept {
  if constexpr (is_locking<Mutex>) {
    std::shared_ptr<hub_room> unneeded;  // the caller still keeps the room
    if (outbox_.promises() == 0) {
      unneeded.swap(self_);
    } else if (self_ == nullptr) {
      self_ = this->shared_from_this();
    }
    lock.unlock();
    thread_duties::mine().settle();
  } else {
    lock.unlock();
  }
}

/// The receiver is attached, again or for the first time: it gets the sync, unless it knows all of what was told so
/// far, and then what follows. Where memory is lacking for the sync, that is tried again.
template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::deliver_join(lock_type& lock, const record_ptr& which) noexcept {
  record& to = *which;
  to.joining = false;
  if (to.told == told_state::gone) return lock.unlock();
  if (to.closed.load(std::memory_order_acquire)) {
    to.lagging = true;  // whoever takes its place has missed this
    stand_in(to, false);
    return lock.unlock();
  }
  const mode_set modes = to.modes.load();
  const bool listens = modes.contains(mode::subscribe);
  const bool moves = listens != to.told_modes.contains(mode::subscribe);
  const bool knows_all = !moves && !to.lagging && to.open_sync == 0 && to.known_version >= told_version_ && lost_ == 0;
  attachment_info info{to.may_resume && knows_all, false, modes, name};
  sync_pages made;
  bool failed = false;
  attempt(
      [&] {
        auto& among = receivers(listens);
        const bool comes = moves || to.position == record::nowhere;
        if (comes && among.size() == among.capacity()) among.reserve(2 * among.size() + 1);
        if (!listens) to.of->own_only.reserve(to.of->own_only.size() + 1);
        if (!info.resumed) made = make_sync(to, listens);
      },
      [&](auto) { failed = true; });
  if (failed) {
    --retries_;
    to.lagging = true;
    to.joining = true;
    attend_later(which);
    return lock.unlock();
  }
  info.has_members = made.has_members();
  if (info.resumed) info.has_members = listens ? !set.empty() : !to.of->owned.empty();
  if (moves) remove_receiver(to);
  to.told_modes = modes;
  to.told = told_state::attached;
  lock.unlock();
  if (info.resumed) {
    if (!call(to, [&](sink_base<Data>& sink) { sink.on_attached(info); })) to.lagging = true;
  } else {
    sync(to, info, made);
  }
  add_receiver(which);
}

template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::deliver_part(lock_type& lock, const part& p) noexcept {
  record& from = *p.from;
  if (from.told == told_state::gone || (!p.for_good && from.told != told_state::attached)) return lock.unlock();
  const bool own_only = !from.told_modes.contains(mode::subscribe);
  if (own_only && !from.lagging && from.told == told_state::attached && lost_ == 0) {
    from.known_version = std::max(from.known_version, told_version_);  // nothing that it was not to be told
  }
  from.told = p.for_good ? told_state::gone : told_state::paused;
  if (p.heir != nullptr) stand_in(*p.heir, from.position != record::nowhere && !own_only);
  stand_in(from, false);
  lock.unlock();
  remove_receiver(from);
  if (p.heir != nullptr) {
    p.heir->lagging = from.lagging || from.open_sync != 0;
    p.heir->known_version = from.known_version;
    p.heir->told_modes = from.told_modes;
  }
  if (p.heir == nullptr || p.heir->sink != from.sink) {
    call(from, [&](sink_base<Data>& sink) { sink.on_detached(p.why); });
  }
  if (!p.for_good) return;
  lock.lock();
  release();
  lock.unlock();
}

template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::deliver_completion(lock_type& lock, const completed& c) noexcept {
  gate_.enter(c.sender.get());  // before the handler is taken, so that `close` cannot miss it
  publish_completion handler = c.sender->pending.take(c.ticket).value_or(publish_completion{});
  lock.unlock();
  if (handler) {
    before_callback<Mutex>();
    attempt([&] { handler(c.outcome); }, [](auto) {});
    handler = {};
  }
  gate_.leave();
}

template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::deliver_changes(lock_type& lock, const changes& c) noexcept {
  const bool synced_later = lost_ != 0 && c.version > lost_;
  if (synced_later) lost_ = c.version;  // else they would be told this without what was before it
  lock.unlock();
  if (synced_later) return;
  deliver(c);
  if (!std::exchange(some_ran_out_, false)) return;
  lock.lock();
  for (auto* const among : {&subscribers_, &own_only_}) {
    for (const receiver& each : *among) {
      if (std::exchange(each.to->ran_out, false)) enqueue_join(each.to->kept, false);
    }
  }
  lock.unlock();
}

/// Changes were made that no batch tells of, so each receiver is told the room anew; the batches that wait are older
/// and are skipped. All who receive everything share the pages. Those who could not keep up go on waiting for their own
/// resync.
template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::sync_everybody(lock_type& lock) noexcept {
  const std::uint64_t upto = set.version();
  bool failed = false;
  const auto tell_all = [&](std::vector<receiver>& all, bool shared) {
    sync_pages made;
    for (std::size_t i = 0; i < all.size(); ++i) {
      record& to = *all[i].to;
      if (to.lagging || to.known_version >= upto) continue;
      if (!shared || made.version == 0) {
        attempt([&] { made = make_sync(to, to.told_modes.contains(mode::subscribe)); }, [&](auto) { failed = true; });
        if (failed) return;
      }
      const attachment_info info{false, made.has_members(), to.told_modes, name};
      lock.unlock();
      sync(to, info, made);
      if (!shared) made = {};
      lock.lock();
    }
    lock.unlock();
    made = {};
    lock.lock();
  };
  tell_all(subscribers_, true);
  if (!failed) tell_all(own_only_, false);
  if (failed) {
    --retries_;
    return;
  }
  told_version_ = std::max(told_version_, upto);
  if (lost_ <= upto) lost_ = 0;
}

/// The hub's quiet start is over: whoever attached during it is told that those it has not heard of are not there.
template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::end_open_syncs(lock_type& lock) noexcept {
  batch nobody;
  attempt([&] { nobody = make_batch(std::vector<message<Data>>{}); }, [](auto) {});
  if (nobody == nullptr) {
    --retries_;
    return;
  }
  ends_syncs_ = false;
  lock.unlock();
  for (auto* const among : {&subscribers_, &own_only_}) {
    for (const receiver& each : *among) {
      const std::uint64_t open = std::exchange(each.to->open_sync, 0);
      if (open == 0 || each.to->lagging) continue;
      attempt(
          [&] {
            each.to->lagging = !send_page(*each.to, nobody, {std::to_string(open), true});
          },
          [&](auto) { each.to->lagging = true; });
    }
  }
  lock.lock();
}

/// Returns whether it was told.
template <class Data, class Mutex, class Tap>
bool hub_room<Data, Mutex, Tap>::send_page(record& to, const batch& page, const sync_cursor& cursor) noexcept {
  return call(to, [&](sink_base<Data>& sink) { sink.on_sync(page, cursor); });
}

/// Says attached, then the pages. A sink that is closed or throws meanwhile has not been told all.
template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::sync(record& to, const attachment_info& info, const sync_pages& with) noexcept {
  to.lagging = false;
  to.known_version = with.version;
  to.open_sync = with.stays_open ? with.sequence : 0;
  if (!call(to, [&](sink_base<Data>& sink) { sink.on_attached(info); })) to.lagging = true;
  attempt(
      [&] {
        const std::string sequence = std::to_string(with.sequence);
        for (std::size_t i = 0; i < with.pages.size() && !to.lagging; ++i) {
          const bool last = i + 1 == with.pages.size() && !with.stays_open;
          to.lagging = !send_page(to, with.pages[i], {sequence, last});
        }
      },
      [&](auto) { to.lagging = true; });
  if (observes_slow_sinks<observer> && to.lagging) show_slow(to);
}

/// One immutable batch for all receivers. Those some places ahead are asked for in advance: of 10,000 they are no
/// longer in the cache (docs/performance.md).
template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::deliver(const changes& c) noexcept {
  attempt([&] { tap_(name, c.messages); }, [](auto) {});
  constexpr std::size_t ahead = 8;
  told_version_ = std::max(told_version_, c.version);
  gate_.enter(nullptr);
  for (std::size_t i = 0; i < subscribers_.size(); ++i) {
    if (i + ahead < subscribers_.size()) {
      prefetch(&subscribers_[i + ahead].to->closed);
      prefetch(subscribers_[i + ahead].sink);
    }
    deliver(*subscribers_[i].to, *subscribers_[i].sink, c.messages, c.version);
  }
  if (c.sender != nullptr) {
    for (std::size_t i = 0; i < c.sender->own_only.size(); ++i) {
      deliver(*c.sender->own_only[i], *c.sender->own_only[i]->sink, c.messages, c.version);
    }
  }
  gate_.leave();
}

/// Precondition: the gate was entered.
template <class Data, class Mutex, class Tap>
PRESENCE_DETAIL_ALWAYS_INLINE inline void hub_room<Data, Mutex, Tap>::deliver(record& to, sink_base<Data>& sink,
                                                                              const batch& messages,
                                                                              std::uint64_t version) noexcept {
  if (to.lagging || version <= to.known_version) return;
  gate_.pass_to(&to);
  if (to.closed.load(std::memory_order_seq_cst)) {
    to.lagging = true;
    return;
  }
  before_callback<Mutex>();
  to.known_version = version;
  attempt([&] { to.lagging = !sink.on_presence(messages); },
          [&](const std::exception_ptr& why) {
            to.lagging = true;
            if (why_it_failed(why) == std::errc::not_enough_memory) to.ran_out = some_ran_out_ = true;
          });
  if (observes_slow_sinks<observer> && to.lagging) show_slow(to);
}

/// Calls the sink, and returns whether it is told: not if it is closed, or throws.
template <class Data, class Mutex, class Tap>
template <class F>
bool hub_room<Data, Mutex, Tap>::call(record& to, F&& f) noexcept {
  bool told = false;
  gate_.enter(&to);
  if (!to.closed.load(std::memory_order_seq_cst)) {
    before_callback<Mutex>();
    attempt(
        [&] {
          f(*to.sink);
          told = true;
        },
        [](auto) {});
  }
  gate_.leave();
  return told;
}

/// Precondition: there is a place for it in both lists.
template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::add_receiver(const record_ptr& which) noexcept {
  if (which->position != record::nowhere) return;
  auto& among = receivers(which->told_modes.contains(mode::subscribe));
  which->position = among.size();
  among.push_back({which.get(), which->sink.get()});
  if (&among == &own_only_) which->of->own_only.push_back(which.get());
  count_watchers();
  which->kept = which;
  stand_in(*which, false);
}

/// Whoever takes over from a receiver counts as a watcher in between, so that nobody is told of a room that nobody left.
template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::stand_in(record& which, bool does) noexcept {
  if (std::exchange(which.takes_over, does) != does) stand_ins_ += does ? 1 : -1;
  count_watchers();
}

template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::remove_receiver(record& which) noexcept {
  if (which.position == record::nowhere) return;
  auto& among = receivers(which.told_modes.contains(mode::subscribe));
  among[which.position] = among.back();
  among[which.position].to->position = which.position;
  among.pop_back();
  which.position = record::nowhere;
  count_watchers();
  if (among.empty()) std::vector<receiver>{}.swap(among);
  if (&among == &own_only_) {
    auto& own = which.of->own_only;
    own.erase(std::find(own.begin(), own.end(), &which));
    if (own.empty()) std::vector<record*>{}.swap(own);
  }
  which.kept.reset();  // the task still holds it
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
