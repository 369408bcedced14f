// A room of a hub. See docs/design.md, "The hub".
#ifndef PRESENCE_DETAIL_HUB_HUB_ROOM_HPP
#define PRESENCE_DETAIL_HUB_HUB_ROOM_HPP

#include <presence/detail/hub/attachment_record.hpp>
#include <presence/detail/hub/room_registry.hpp>
#include <presence/detail/hub/room_session.hpp>
#include <presence/detail/util/always_inline.hpp>
#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/delivery_gate.hpp>
#include <presence/detail/util/drain.hpp>
#include <presence/detail/util/one_of.hpp>
#include <presence/detail/util/prefetch.hpp>
#include <presence/detail/util/thread_duties.hpp>
#include <presence/detail/util/unique_function.hpp>
#include <presence/member_set.hpp>
#include <presence/mutex.hpp>
#include <presence/observer.hpp>
#include <presence/options.hpp>
#include <presence/overview.hpp>
#include <presence/sink.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// The members and attachments of one room, and its outbox: whatever changes the room does so under the lock, leaves
/// there what is to be told, and whoever finds the outbox without a drainer drains it, outside the lock.
///
/// **What each receiver knows** is a version of the set. A batch carries the version that it leads to, and a sync shows
/// the set as of the moment at which it is told, which may be ahead of the outbox. A receiver is told a batch only if
/// that is newer than what it knows, and said to be `resumed` only if it knows all that was told while it was away.
///
/// **What cannot be queued**, as memory or room in the outbox is lacking, is not lost: the drainer syncs all receivers
/// (`lost_`), finds out what to tell an attachment from its state (`unattended_`), and tries again to remove the
/// members of sessions that are gone (`leaving_`). So nothing that ends anything can fail.
///
/// It has more than twenty data members, as three owners meet here: the lock, the drainer, and what never changes. Which is
/// whose is said beside them; in parts of their own they would have to be handed to each other with each step.
template <class Data, class Mutex, class Tap>
class hub_room final : public drainable, public std::enable_shared_from_this<hub_room<Data, Mutex, Tap>> {
 public:
  using record = attachment_record<Data>;
  using record_ptr = std::shared_ptr<record>;
  using session_part = std::shared_ptr<room_session<Data>>;
  using lock_type = std::unique_lock<Mutex>;
  using batch = message_batch<Data>;

  using registry = room_registry<hub_room, Mutex>;

  /// `quiet`: until `end_quiet_start` nobody is told who is missing.
  hub_room(std::string room_name, std::shared_ptr<registry> known_by, Tap on_change, const hub_options& options,
           bool quiet)
      : name(std::move(room_name)),
        quiet_(quiet),
        registry_(std::move(known_by)),
        tap_(std::move(on_change)),
        page_size_(options.sync_page),
        most_messages_(options.limits.outbox_messages),
        most_bytes_(options.limits.outbox_bytes) {}

  const std::string name;
  Mutex mutex;
  std::size_t holds = 0;  // under the registry's lock: attachments that have not parted yet

  // --- under the lock
  // ---------------------------------------------------------------------------------------------------
  basic_member_set<Data> set;

  /// The next `tell` and the next `complete` will not throw.
  void make_room() { outbox_.make_room(2); }
  /// What changed the set. The sender's own attachments are told even where they do not subscribe (RTP17a).
  void tell(batch&& messages, const session_part& sender, std::size_t bytes) {
    const std::size_t count = messages->size() - 1;  // beside the task itself
    outbox_.push(changes{std::move(messages), sender, set.version(), bytes});
    waiting_messages_ += count;
    waiting_bytes_ += bytes;
  }
  void complete(const record_ptr& sender, std::uint64_t ticket, std::error_code outcome) {
    outbox_.push(completed{sender, ticket, outcome});
  }
  /// What a sync says of a member.
  [[nodiscard]] static message<Data> present(const member_view<Data>& m);
  /// Receivers do not hear of a change by a batch: all of them are synced.
  void lose_track() noexcept { lost_ = set.version(); }

  /// Who has come back has: the syncs that are open end, once all that was there before this has been told.
  void end_quiet_start() noexcept {
    if (!std::exchange(quiet_, false)) return;
    ends_syncs_ = true;
    ends_syncs_after_ = set.version();
  }

  /// What holds the room besides an attachment lets go of it. Once all else has been told the room goes with the last that
  /// does: no two rooms of one name ever tell at the same time.
  void release() noexcept { ++releases_; }

  /// `to` is to be told that it is attached. At most one join waits for an attachment: the pages of its sync are made
  /// when its turn comes, and show whatever a second one would.
  void enqueue_join(const record_ptr& to, bool may_resume) noexcept {
    const bool waits = std::exchange(to->joining, true);
    to->may_resume = may_resume && (!waits || to->may_resume);
    if (!waits) push_or_attend(join{to}, to);
  }
  /// `from` is to be told that it is not attached any more: for good, or until its connection is resumed. `heir` takes
  /// its place, knows what it knows, and has missed what it missed.
  void enqueue_part(const record_ptr& from, std::error_code why, bool for_good, record_ptr heir = nullptr) noexcept {
    from->joining = false;
    from->ended_with = why;
    push_or_attend(part{from, std::move(heir), why, for_good}, from);
  }

  /// Removes what the session entered, and tells so. The ids are synthesized: these leaves win by their time stamp.
  void remove_members(const session_part& of, leave_reason why, time_point now) noexcept;
  /// Removes one member that the session entered, and tells its own client too (RTP17a). Returns whether it was there.
  bool evict(std::string_view client_id, const session_part& of, time_point now);

  /// Under the lock. The watchers are those that the drainer has told so far.
  [[nodiscard]] presence::occupancy occupied_by() const noexcept {
    return {set.size(), set.user_count(), watchers_.load(std::memory_order_relaxed)};
  }

  /// Members that the room has more than it counts against its limit: their users have come back on other connections.
  [[nodiscard]] std::size_t given_seats() const noexcept { return given_seats_; }
  /// A member of a lost connection gives its place to its user, who comes back on another one.
  void give_seat(room_session<Data>& of, std::string_view client_id) {
    of.given_seats.add(client_id, of.client_id);
    ++given_seats_;
  }
  /// The connection itself is back: its members count again.
  void take_back_seats(room_session<Data>& of) noexcept { given_seats_ -= std::exchange(of.given_seats, {}).size(); }

  /// Whether more waits than this share of what the options allow: a half, a whole, or twice as much.
  enum class share : std::uint8_t { half, whole, twice };
  [[nodiscard]] bool crowded(share of) const noexcept {
    const auto more = [of](std::size_t waits, std::size_t most) {
      if (of == share::half) return waits > most / 2;
      return (of == share::whole ? waits : waits / 2) > most;
    };
    return more(outbox_.size() + waiting_messages_, most_messages_) || more(waiting_bytes_, most_bytes_);
  }
  /// Whether a publish is to be refused: too much waits, and this thread is inside a callback, where it must not wait.
  [[nodiscard]] bool overloaded(const std::vector<message<Data>>& by) const noexcept {
    if (!crowded(share::whole)) return false;
    if (!(is_locking<Mutex> ? thread_duties::mine().inside() : outbox_.busy())) return false;
    return crowded(share::twice) ||
           std::any_of(by.begin(), by.end(), [](const message<Data>& m) { return m.action != action::leave; });
  }
  /// Slows the calling thread down where much waits: it stands still until somebody has made room, or until it is this
  /// thread's turn to. Inside a callback it does not, as what it would wait for may wait for the callback; the thread
  /// is then slowed once it is out of all callbacks (`come_back`). So whoever waits here holds no lock and runs no
  /// callback, and neither a drainer nor anybody who closes a receiver ever waits for it. One wait is enough to keep
  /// the outbox bounded: each thread adds one publish for each time that room was made.
  void wait_for_room(lock_type& lock) noexcept {
    if (crowded(share::half)) outbox_.wait_for_progress(lock);
  }

  // --- with the lock, which is let go of
  // ----------------------------------------------------------------------------------

  /// Tells what is in the outbox, unless somebody already does. The caller keeps the room alive.
  void drain(lock_type& lock) noexcept {
    outbox_.run(
        lock, *this, [this](lock_type&) { retries_ = retries_in_a_run; },
        [this](lock_type& held) { return step(held); });
    settle(lock);
  }

  /// Whether nothing waits and nobody is at work: then `tell_at_once` may be called.
  [[nodiscard]] bool idle() const noexcept { return !outbox_.busy() && outbox_.empty() && lost_ == 0 && !ends_syncs_; }
  /// As `tell` and `drain`, without the way through the outbox; what was put there since `idle` was asked comes after it.
  void tell_at_once(lock_type& lock, batch&& messages, const session_part& sender) noexcept {
    changes now{std::move(messages), sender, set.version(), 0};
    outbox_.run(
        lock, *this,
        [&](lock_type& held) {
          retries_ = retries_in_a_run;
          deliver_changes(held, now);
          now = {};
          held.lock();
          show_occupancy(held);
        },
        [this](lock_type& held) { return step(held); });
    settle(lock);
  }

  // --- without the lock
  // -----------------------------------------------------------------------------------------------------

  void come_back() noexcept override {
    const auto keep = this->shared_from_this();
    lock_type lock{mutex};
    wait_for_room(lock);
    retries_ = retries_in_a_run;
    outbox_.come_back(lock, [this](lock_type& held) { return step(held); });
    settle(lock);
  }

  /// Ends all calls of the attachment's sink and handlers: none is running when this returns, unless this is inside it.
  /// Handlers that were not called yet are now.
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

  /// The hub is gone: whoever still has an attachment keeps the room, but not its members. The set's version goes on:
  /// another thread may be telling what is in the outbox, and a sync among that is of after all of it.
  void forget_members() noexcept {
    lock_type lock{mutex};
    const basic_member_set<Data> members = set.take_all();
    lock.unlock();  // before they are destroyed
  }

 private:
  struct join {
    record_ptr to;
  };
  struct part {
    record_ptr from;
    record_ptr heir;
    std::error_code why;
    bool for_good;  // the attachment's hold on the room ends too
  };
  struct changes {
    batch messages;
    session_part sender;
    std::uint64_t version;  // of the set after them
    std::size_t bytes;
  };
  struct completed {
    record_ptr sender;
    std::uint64_t ticket;
    std::error_code outcome;
  };
  using task = one_of<join, part, changes, completed>;

  /// A sync as it is told: made under the lock, told outside of it.
  struct sync_pages {
    std::uint64_t version = 0;  // of the set that they show
    std::uint64_t sequence = 0;
    std::vector<batch> pages;
    bool stays_open = false;  // the last page comes later

    [[nodiscard]] bool has_members() const noexcept { return stays_open || !pages.empty(); }
  };

  static constexpr int retries_in_a_run = 2;  // then lack of memory is left to whoever drains next

  // under the lock (impl/hub/room_changes.hpp)
  template <class Task>
  void push_or_attend(Task&& what, const record_ptr& about) noexcept {
    attempt([&] { outbox_.push(std::forward<Task>(what)); }, [&](auto) { attend_later(about); });
  }
  void attend_later(const record_ptr& which) noexcept {
    if (std::exchange(which->unattended, true)) return;
    which->next_unattended = std::exchange(unattended_, which);
  }
  void add_leave(std::vector<message<Data>>& leaves, std::string_view client_id, room_session<Data>& of,
                 leave_reason why, time_point now);
  [[nodiscard]] batch leave_together(std::vector<message<Data>> leaves, const session_part& of);
  [[nodiscard]] sync_pages make_sync(const record& to, bool of_all);

  // of the drainer (impl/hub/room_delivery.hpp); with the lock, which is free while something is told
  bool step(lock_type& lock) noexcept;
  bool tell_something(lock_type& lock) noexcept;
  bool release_holds(lock_type& lock) noexcept;
  bool show_occupancy(lock_type& lock) noexcept;
  bool attend(lock_type& lock) noexcept;
  void sync_everybody(lock_type& lock) noexcept;
  void end_open_syncs(lock_type& lock) noexcept;

  // with the lock, which they let go of
  void settle(lock_type& lock) noexcept;
  void deliver_changes(lock_type& lock, const changes& c) noexcept;
  void deliver_join(lock_type& lock, const record_ptr& which) noexcept;
  void deliver_part(lock_type& lock, const part& p) noexcept;
  void deliver_completion(lock_type& lock, const completed& c) noexcept;

  // without the lock
  void deliver(const changes& c) noexcept;
  void deliver(record& to, sink_base<Data>& sink, const batch& messages, std::uint64_t version) noexcept;
  void sync(record& to, const attachment_info& info, const sync_pages& with) noexcept;
  [[nodiscard]] bool send_page(record& to, const batch& page, const sync_cursor& cursor) noexcept;
  void show_slow(const record& which) const noexcept;
  template <class F>
  bool call(record& to, F&& f) noexcept;
  void add_receiver(const record_ptr& which) noexcept;
  void remove_receiver(record& which) noexcept;
  void stand_in(record& which, bool does) noexcept;
  void count_watchers() noexcept {
    const auto all = static_cast<std::ptrdiff_t>(subscribers_.size()) + stand_ins_;
    watchers_.store(static_cast<std::size_t>(all), std::memory_order_relaxed);
  }

  struct receiver {
    record* to;
    sink_base<Data>* sink;
  };
  [[nodiscard]] std::vector<receiver>& receivers(bool of_all) noexcept { return of_all ? subscribers_ : own_only_; }

  // under the lock
  detail::drain<task, Mutex> outbox_;
  std::size_t waiting_messages_ = 0;  // in the outbox's batches, beyond the first of each
  std::size_t waiting_bytes_ = 0;
  std::uint64_t lost_ = 0;  // not 0: receivers must be synced, as changes up to this version are not in the outbox
  record_ptr unattended_;   // a list, by `next_unattended`
  session_part leaving_;    // a list, by `next_leaving`
  int retries_ = retries_in_a_run;
  bool quiet_;                          // the hub has just started
  bool ends_syncs_ = false;             // the syncs that are open are to end …
  std::uint64_t ends_syncs_after_ = 0;  // … when this version has been told
  std::uint64_t last_sync_ = 0;
  std::uint64_t last_made_ = 0;  // synthesized ids
  std::size_t given_seats_ = 0;
  std::size_t releases_ = 0;        // holds that have ended and are given back when all is told
  std::shared_ptr<hub_room> self_;  // while a thread has promised to come back

  using observer = typename Tap::observer;
  // of the drainer
  [[no_unique_address]] std::conditional_t<observes_occupancy<observer>, presence::occupancy, nobody> shown_;
  std::uint64_t told_version_ = 0;  // of the last changes that were told
  bool some_ran_out_ = false;       // of memory, of those who were told the last changes
  std::vector<receiver> subscribers_;
  std::vector<receiver> own_only_;        // attachments that are told about their own members only
  std::ptrdiff_t stand_ins_ = 0;          // attachments that take over from a subscriber and are yet to be told so
  std::atomic<std::size_t> watchers_{0};  // how many of both there are, for whoever asks
  delivery_gate<is_locking<Mutex>> gate_;

  const std::shared_ptr<registry> registry_;
  [[no_unique_address]] Tap tap_;
  const std::size_t page_size_;
  const std::size_t most_messages_;
  const std::size_t most_bytes_;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#include <presence/impl/hub/room_changes.hpp>
#include <presence/impl/hub/room_delivery.hpp>

#endif
