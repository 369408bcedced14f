// A room of a hub. See docs/design.md, "The hub".
#ifndef PRESENCE_DETAIL_HUB_HUB_ROOM_HPP
#define PRESENCE_DETAIL_HUB_HUB_ROOM_HPP

#include <presence/detail/hub/attachment_record.hpp>
#include <presence/detail/hub/room_registry.hpp>
#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/delivery_gate.hpp>
#include <presence/detail/util/fifo.hpp>
#include <presence/detail/util/prefetch.hpp>
#include <presence/detail/util/unique_function.hpp>
#include <presence/member_set.hpp>
#include <presence/mutex.hpp>
#include <presence/sink.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// The members and attachments of one room, and its outbox: whatever changes the room does so under the lock, leaves
/// there what is to be told, and whoever finds the outbox without a drainer drains it, outside the lock.
template <class Data, class Mutex, class Tap>
class hub_room : public std::enable_shared_from_this<hub_room<Data, Mutex, Tap>> {
 public:
  using record = attachment_record<Data>;
  using record_ptr = std::shared_ptr<record>;
  using lock_type = std::unique_lock<Mutex>;
  using batch = message_batch<Data>;

  /// Attached, again or for the first time: the sink gets the sync, then what follows.
  struct join {
    record_ptr to;
    attachment_info info;
    std::vector<batch> pages;
    std::string sequence;
  };
  struct part {
    record_ptr from;
    std::error_code why;
    record_ptr heir;  // the attachment that takes its attachment
    bool release;     // the attachment's hold on the room ends too
  };
  struct changes {
    batch messages;
    record_ptr sender;  // gets its echo even if it does not subscribe (RTP17a)
  };
  struct completed {
    record_ptr sender;
    std::uint64_t ticket;
    std::error_code outcome;
  };
  using task = std::variant<join, part, changes, completed>;

  using registry = room_registry<hub_room, Mutex>;

  hub_room(std::string room_name, std::shared_ptr<registry> known_by, Tap on_change, std::size_t page_size)
      : name(std::move(room_name)),
        registry_(std::move(known_by)),
        tap_(std::move(on_change)),
        page_size_(page_size) {}

  const std::string name;
  Mutex mutex;
  std::size_t holds = 0;  // under the registry's lock: attachments that have not parted yet

  // under the lock
  basic_member_set<Data> set;

  void enqueue(task t) { outbox_.push(std::move(t)); }

  /// Prepares a sync for `to` as of now. Linear in the members.
  void enqueue_join(const record_ptr& to, bool missed_nothing) {
    join made{to, {missed_nothing, !set.empty() && to->modes.contains(mode::subscribe), to->modes}, {}, {}};
    if (!missed_nothing && made.info.has_members) {
      made.sequence = std::to_string(++last_sync_);
      std::vector<message<Data>> page;
      page.reserve(page_size_ < set.size() ? page_size_ : set.size());
      set.for_each([&](const member_view<Data>& m) {
        page.push_back({action::present, leave_reason::none, std::string{m.client_id}, std::string{m.connection_id},
                        m.data, m.extras, m.updated_at, m.id});
        if (page.size() == page_size_) {
          made.pages.push_back(make_batch(std::exchange(page, {})));
          page.reserve(page_size_);
        }
      });
      if (!page.empty()) made.pages.push_back(make_batch(std::move(page)));
    }
    enqueue(std::move(made));
  }

  /// Removes what the attachment entered, and tells so. The ids are synthesized: these leaves win by their time stamp.
  void remove_members(record& of, leave_reason why, time_point now) {
    std::vector<message<Data>> leaves;
    of.owned.for_each(of.client_id, [&](const std::string& client_id) { add_leave(leaves, client_id, of, why, now); });
    of.owned = {};
    if (!leaves.empty()) enqueue(changes{make_batch(std::move(leaves)), nullptr});
  }

  /// Removes one member that the attachment entered, and tells its own client too (RTP17a). Returns whether it was there.
  bool evict(std::string_view client_id, const record_ptr& of, time_point now) {
    std::vector<message<Data>> leave;
    add_leave(leave, client_id, *of, leave_reason::evicted, now);
    if (leave.empty()) return false;
    of->owned.remove(std::string{client_id}, of->client_id);
    enqueue(changes{make_batch(std::move(leave)), of->state == attachment_state::attached ? of : nullptr});
    return true;
  }

  /// Members that the room has more than it counts against its limit: their users have come back on other connections.
  [[nodiscard]] std::size_t given_seats() const noexcept { return given_seats_; }
  /// A member of a lost connection gives its place to its user, who comes back on another one.
  void give_seat(record& of, std::string_view client_id) {
    of.given_seats.add(client_id, of.client_id);
    ++given_seats_;
  }
  /// The connection itself is back: its members count again.
  void take_back_seats(record& of) noexcept { given_seats_ -= std::exchange(of.given_seats, {}).size(); }

  /// Tells what is in the outbox, unless somebody already does.
  void drain(lock_type& lock) {
    if (busy_) return;
    busy_ = true;
    const auto keep = this->shared_from_this();
    while (!outbox_.empty()) {
      task next = outbox_.pop();
      if (auto* c = std::get_if<completed>(&next)) {
        gate_.enter(c->sender.get());  // before the handler is taken, so that `close` cannot miss it
        publish_completion handler = c->sender->pending.take(c->ticket).value_or(publish_completion{});
        lock.unlock();
        complete(*c, handler);
      } else {
        lock.unlock();
        if (auto* p = std::get_if<part>(&next)) {
          leave_subscribers(*p->from);
          if (p->heir != nullptr) p->heir->lagging = p->from->lagging;  // what that one missed, this one misses
          call(*p->from, [&](sink_base<Data>& sink) { sink.on_detached(p->why); });
          if (p->release) registry_->release(*this);
        } else if (auto* j = std::get_if<join>(&next)) {
          deliver(*j);
        } else {
          deliver(std::get<changes>(next));
        }
      }
      next = completed{};  // what it held is destroyed outside the lock
      lock.lock();
    }
    busy_ = false;
  }

  /// Ends all calls of the attachment's sink and handlers: none is running when this returns, unless this is inside it.
  /// Handlers that were not called yet are now. Called without the lock.
  void close(record& which) noexcept {
    which.closed.store(true, std::memory_order_seq_cst);
    lock_type lock{mutex};
    auto pending = which.pending.take_all();
    lock.unlock();
    gate_.wait_for(&which);  // only now: until the lock was held a handler could still be taken
    pending.for_each([](publish_completion& handler) {
      before_callback<Mutex>();
      attempt([&] { handler(make_error_code(errc::operation_aborted)); }, [](auto) {});
    });
  }

 private:
  void add_leave(std::vector<message<Data>>& leaves, std::string_view client_id, record& of, leave_reason why,
                 time_point now) {
    if (of.given_seats.remove(client_id, of.client_id)) --given_seats_;
    const auto stored = set.find(client_id, of.connection_id);
    if (!stored) return;  // evicted before
    const time_point stamp = of.stamps.of_leave(client_id, now, stored->updated_at);
    message<Data> leave{action::leave,
                        why,
                        std::string{client_id},
                        of.connection_id,
                        stored->data,
                        stored->extras,
                        stamp,
                        {++last_made_, 0, id_origin::synthesized}};
    set.apply(leave, [](const message<Data>&, user_change) {});
    leaves.push_back(std::move(leave));
  }

  void complete(completed& c, publish_completion& handler) {
    if (handler) {
      before_callback<Mutex>();
      attempt([&] { handler(c.outcome); }, [](auto) {});
      handler = {};
    }
    gate_.leave();
  }

  /// Calls the sink unless it is closed. A sink that throws has not kept up.
  template <class F>
  void call(record& to, F&& f) {
    gate_.enter(&to);
    if (!to.closed.load(std::memory_order_seq_cst)) {
      before_callback<Mutex>();
      attempt([&] { f(*to.sink); }, [&](auto) { to.lagging = true; });
    }
    gate_.leave();
  }

  void deliver(join& j) {
    record& to = *j.to;
    if (to.closed.load(std::memory_order_acquire)) return;
    if (j.info.resumed && to.lagging) {  // it did miss something: what it could not take
      lock_type lock{mutex};
      enqueue_join(j.to, false);
      return;
    }
    to.lagging = false;
    call(to, [&](sink_base<Data>& sink) { sink.on_attached(j.info); });
    for (std::size_t i = 0; i < j.pages.size() && !to.lagging; ++i) {
      const sync_cursor cursor{j.sequence, i + 1 == j.pages.size()};
      call(to, [&](sink_base<Data>& sink) { sink.on_sync(j.pages[i], cursor); });
      j.pages[i] = nullptr;
    }
    if (to.modes.contains(mode::subscribe) && to.position == record::nowhere) {
      subscribers_.push_back({&to, to.sink.get()});
      to.position = subscribers_.size() - 1;
      to.kept = j.to;
    }
  }

  /// One immutable batch for all receivers. Those some attachments ahead are asked from the memory meanwhile: of 10,000 they
  /// are no longer in the cache (docs/performance.md).
  void deliver(const changes& c) {
    attempt([&] { tap_(name, c.messages); }, [](auto) {});
    constexpr std::size_t ahead = 8;
    gate_.enter(nullptr);
    for (std::size_t i = 0; i < subscribers_.size(); ++i) {
      if (i + ahead < subscribers_.size()) {
        prefetch(&subscribers_[i + ahead].to->closed);
        prefetch(subscribers_[i + ahead].sink);
      }
      deliver(*subscribers_[i].to, *subscribers_[i].sink, c.messages);
    }
    if (c.sender != nullptr && !c.sender->modes.contains(mode::subscribe)) {
      deliver(*c.sender, *c.sender->sink, c.messages);
    }
    gate_.leave();
  }
  /// Precondition: the gate was entered.
  void deliver(record& to, sink_base<Data>& sink, const batch& messages) {
    if (to.lagging) return;
    gate_.pass_to(&to);
    if (to.closed.load(std::memory_order_seq_cst)) return;
    before_callback<Mutex>();
    attempt([&] { to.lagging = !sink.on_presence(messages); }, [&](auto) { to.lagging = true; });
  }

  void leave_subscribers(record& which) noexcept {
    if (which.position == record::nowhere) return;
    subscribers_[which.position] = subscribers_.back();
    subscribers_[which.position].to->position = which.position;
    subscribers_.pop_back();
    which.position = record::nowhere;
    if (subscribers_.empty()) std::vector<subscriber>{}.swap(subscribers_);
    which.kept.reset();  // the task still holds it
  }

  // under the lock
  fifo<task> outbox_;
  std::uint64_t last_sync_ = 0;
  std::uint64_t last_made_ = 0;  // synthesized ids
  std::size_t given_seats_ = 0;
  bool busy_ = false;

  // of the drainer
  struct subscriber {
    record* to;
    sink_base<Data>* sink;
  };
  std::vector<subscriber> subscribers_;
  delivery_gate<is_locking<Mutex>> gate_;
  const std::shared_ptr<registry> registry_;
  [[no_unique_address]] Tap tap_;
  const std::size_t page_size_;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
