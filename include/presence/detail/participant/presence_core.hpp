// What a basic_presence is made of. See docs/design.md, "The participant".
#ifndef PRESENCE_DETAIL_PARTICIPANT_PRESENCE_CORE_HPP
#define PRESENCE_DETAIL_PARTICIPANT_PRESENCE_CORE_HPP

#include <presence/detail/util/always_inline.hpp>
#include <presence/detail/util/equal_text.hpp>
#include <presence/detail/util/fifo.hpp>
#include <presence/detail/util/in_flight.hpp>
#include <presence/detail/util/unique_function.hpp>
#include <presence/failure.hpp>
#include <presence/member_set.hpp>
#include <presence/options.hpp>
#include <presence/result.hpp>
#include <presence/room_state.hpp>
#include <presence/subscription.hpp>
#include <presence/transport.hpp>

#include <boost/unordered/unordered_map.hpp>

#include <array>
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// Everything that happens to a participant, calls and incoming messages alike, is a task. Whoever brings a task while
/// nobody is busy works through all that there are, one after the other: under the lock it changes the state, outside it
/// calls listeners, handlers and the transport. Whoever brings one meanwhile leaves it in the queue and returns. Hence
/// order, no callback under a lock, and legal calls from inside any callback.
template <class Data, class Clock, class Transport>
class presence_core final : public transport_receiver<typename Transport::codec_type::payload_type> {
  using codec_type = typename Transport::codec_type;
  using wire = typename codec_type::payload_type;
  using mutex_type = typename Transport::mutex_type;
  using lock_type = std::unique_lock<mutex_type>;
  static constexpr bool locking = is_locking<mutex_type>;
  static constexpr bool decodes = !std::same_as<wire, Data>;

 public:
  using completion = unique_function<void(std::error_code)>;
  using member_list = std::vector<member<Data>>;
  using get_handler = unique_function<void(result<member_list>)>;

  [[nodiscard]] static presence_core* make(Transport transport, const presence_options& options, Clock clock) {
    auto made = std::make_unique<presence_core>(std::move(transport), options, std::move(clock));
    made->transport_.bind(made.get());
    return made.release();
  }
  presence_core(Transport transport, const presence_options& options, Clock clock);
  presence_core(const presence_core&) = delete;
  presence_core& operator=(const presence_core&) = delete;

  /// The end, by the owner: afterwards no callback runs but the one that this was called from, and every pending
  /// operation has been told `operation_aborted`.
  void retire() noexcept;

  // from the application
  void attach(completion handler) { post(attach_call{std::move(handler)}); }
  void detach(completion handler) { post(detach_call{std::move(handler)}); }
  void operate(action what, bool for_client, std::string client_id, shared_data<Data> data, extras extra,
               completion handler) {
    post(operate_call{what, for_client, std::move(client_id), std::move(data), std::move(extra), std::move(handler)});
  }
  void get(query which, get_handler handler) { post(get_call{std::move(which), std::move(handler)}); }

  [[nodiscard]] subscription subscribe(action_set actions, unique_function<void(const event<Data>&)> listener);
  [[nodiscard]] subscription subscribe_users(unique_function<void(const user_event&)> listener);
  [[nodiscard]] subscription subscribe_state(unique_function<void(const room_event&)> listener);
  [[nodiscard]] subscription subscribe_errors(unique_function<void(const failure&)> listener);
  void unsubscribe_all() noexcept;

  [[nodiscard]] result<member_list> get(const query& which) const;
  [[nodiscard]] result<std::vector<user>> users() const;
  [[nodiscard]] room_state state() const {
    return reading([&] { return state_; });
  }
  [[nodiscard]] bool sync_complete() const {
    return reading([&] { return synced_; });
  }
  [[nodiscard]] self_status self() const {
    return reading([&] { return self_; });
  }
  [[nodiscard]] std::string client_id() const { return client_id_; }
  [[nodiscard]] std::string connection_id() const {
    return reading([&] { return connection_id_; });
  }
  [[nodiscard]] bool is_user_present(std::string_view client_id) const {
    return reading([&] { return set_.contains_user(client_id); });
  }
  [[nodiscard]] std::size_t size() const {
    return reading([&] { return set_.size(); });
  }
  [[nodiscard]] std::size_t user_count() const {
    return reading([&] { return set_.user_count(); });
  }
  [[nodiscard]] std::uint64_t version() const {
    return reading([&] { return set_.version(); });
  }
  [[nodiscard]] std::size_t bytes() const {
    return reading([&] { return set_.bytes(); });
  }
  template <class Visit>
  void for_each(Visit&& visit) const;

  // from the transport
  void on_state(const state_change& change) override;
  void on_presence(const message_batch<wire>& messages) override;
  void on_sync(const message_batch<wire>& messages, const sync_cursor& cursor) override;
  void on_published(publish_token token, std::error_code outcome) override { post(published{token, outcome}); }

 private:
  // --- tasks ----------------------------------------------------------------------------------------------------------
  struct attach_call {
    completion handler;
  };
  struct detach_call {
    completion handler;
  };
  struct operate_call {
    action what;
    bool for_client;
    std::string client_id;
    shared_data<Data> data;
    extras extra;
    completion handler;
  };
  struct get_call {
    query which;
    get_handler handler;
  };
  struct live {
    message_batch<wire> messages;
  };
  struct page {
    message_batch<wire> messages;
    sync_cursor cursor;
  };
  struct published {
    publish_token token;
    std::error_code outcome;
  };
  using task =
      std::variant<attach_call, detach_call, operate_call, get_call, live, page, published, state_change, failure>;

  /// An operation on its way: waiting for the attach, or sent and not answered.
  struct operation {
    action what = action::absent;
    bool own = true;       // for the connection's own client id
    bool reentry = false;  // made by this class after an attach (RTP17i)
    message<wire> outgoing;
    completion handler;
  };
  /// What was entered over this connection, as the hub echoed it (RTP17).
  struct own_member {
    shared_data<wire> data;
    extras extra;
    message_id id;
    std::string connection_id;
  };

  void post(task t);
  template <class First>
  void work(lock_type& lock, First&& first);
  void run(attach_call& call, lock_type& lock);
  void run(detach_call& call, lock_type& lock);
  void run(operate_call& call, lock_type& lock);
  void run(get_call& call, lock_type& lock);
  void run(live& t, lock_type& lock);
  void apply(const message_batch<wire>& messages, lock_type& lock);
  void run(page& t, lock_type& lock);
  void run(published& t, lock_type& lock);
  void run(state_change& change, lock_type& lock);
  void run(failure& what, lock_type& lock);

  // --- room and own presence (impl/participant/room.hpp) -------------------------------------------------------------------
  void begin_attach(lock_type& lock);
  void attached(const state_change& change, lock_type& lock);
  void gone(const state_change& change, lock_type& lock);
  void suspended(const state_change& change, lock_type& lock);
  void reenter(lock_type& lock);
  void flush(lock_type& lock);
  void send(operation op, lock_type& lock);
  void refuse_queued(std::error_code why, lock_type& lock);
  void track_own(const message<wire>& echo);
  void track_unseen_leave(const message<wire>& echo);
  void confirm_own(const operation& op);
  void doubt_self(bool same_connection);
  void lose_self(std::error_code why);
  [[nodiscard]] static std::error_code reason(const state_change& change) {
    return change.error ? change.error : make_error_code(errc::channel_failed);
  }

  // --- the set (impl/participant/set.hpp) ------------------------------------------------------------------------------------
  [[nodiscard]] message_batch<Data> decode(const std::vector<message<wire>>& messages) const;
  template <class D>
  [[nodiscard]] static bool is_well_formed(const message<D>& m) noexcept {
    constexpr std::size_t longest = basic_member_set<Data>::max_id_length;
    return !m.client_id.empty() && m.client_id.size() <= longest && m.connection_id.size() <= longest;
  }
  void report_malformed(const std::string& client_id);
  void lag() noexcept { lagging_ = resync_due_ = true; }
  PRESENCE_DETAIL_ALWAYS_INLINE inline void changed(const message<wire>& raw, const event<Data>& e, user_change change);
  void collect(const event<Data>& e, user_change change);
  void collect_leave(event<Data>&& e, user_change change);
  void notice_listeners() noexcept;
  template <class Change>
  void change_set(const std::vector<message<wire>>& messages, Change&& change, lock_type& lock);
  template <class Change>
  void change_set(Change&& change);
  PRESENCE_DETAIL_ALWAYS_INLINE inline void deliver_events(lock_type& lock);
  void deliver_collected(lock_type& lock);
  void deliver_runs(std::uint64_t version);
  void deliver_runs(std::span<const std::span<const event<Data>>> runs, std::uint64_t version, action_set actions);
  [[nodiscard]] bool may_read() const noexcept {
    return options_.enable_events && (!known_ || modes_.contains(mode::subscribe));
  }
  [[nodiscard]] std::error_code unreadable() const;
  [[nodiscard]] member_list matching(const query& which) const;
  void answer_waiting(std::error_code why, lock_type& lock);

  // --- telling ----------------------------------------------------------------------------------------------------------
  template <class F>
  void outside(lock_type& lock, F&& f);
  void tell_state(room_event e, lock_type& lock);
  void change_state(room_state to, const state_change& why, lock_type& lock);
  void complete(completion& handler, std::error_code outcome, std::string_view what, std::string_view client_id,
                lock_type& lock);
  void complete_all(fifo<completion>& handlers, std::error_code outcome, std::string_view what, lock_type& lock);
  void answer(get_handler& handler, result<member_list> with, lock_type& lock);
  void report_exception(std::exception_ptr error, std::string_view where);
  template <class Event>
  void emit(listener_list<Event, mutex_type>& to, std::span<const std::span<const Event>> runs, std::uint64_t version) {
    to.emit({runs, version, &on_throw_});
  }
  void abort_everything() noexcept;
  [[nodiscard]] std::shared_ptr<listener_base> remember(std::shared_ptr<listener_base> made);
  [[nodiscard]] bool inside() const noexcept;
  void refuse_visitor() const noexcept {
    assert(visitor_.load(std::memory_order_relaxed) != std::this_thread::get_id() &&
           "a for_each visitor must not call its presence");
  }

  template <class F>
  auto reading(F&& f) const {
    refuse_visitor();
    const std::lock_guard lock{mutex_};
    return f();
  }

  // fixed
  Transport transport_;
  const presence_options options_;
  [[no_unique_address]] const Clock clock_;
  [[no_unique_address]] codec_type codec_;
  const std::string client_id_;

  // under the lock
  mutable mutex_type mutex_;
  basic_member_set<Data> set_;
  boost::unordered_map<std::string, own_member>
      own_;                    // most have one, for which a flat map would keep 15 places (6 KB)
  in_flight<operation> sent_;  // by their tokens
  fifo<task> tasks_;
  fifo<operation> queued_;
  fifo<completion> attaching_;
  fifo<completion> detaching_;
  fifo<get_call> waiting_;
  std::vector<std::weak_ptr<listener_base>> listeners_;
  std::string connection_id_;
  self_status self_;
  std::uint64_t state_version_ = 0;
  std::uint64_t failure_version_ = 0;
  std::size_t backlog_ = 0;  // live messages in the queue
  mode_set modes_ = mode_set::all();
  room_state state_ = room_state::initialized;
  bool known_ = false;            // the set means something
  bool synced_ = false;           // and was complete once
  bool lagging_ = false;          // messages were dropped: ignore what arrives until an attach that is not resumed has
  bool resync_due_ = false;       // … and it has to be asked for, when the tasks are done
  bool short_of_memory_ = false;  // … but not again now
  bool attach_again_ = false;     // attach was called while detaching
  bool busy_ = false;             // somebody is working through the tasks
  bool closed_ = false;           // the owner is gone
  bool orphaned_ = false;         // … and was destroyed from inside a callback: whoever is busy deletes this
  std::thread::id runner_;        // who is busy
  std::condition_variable_any idle_;
  mutable std::atomic<std::thread::id> visitor_{};  // who is inside for_each

  // of whoever is busy
  std::vector<std::span<const event<Data>>> runs_;
  const event<Data>* after_run_ = nullptr;  // the event that would make the last run longer
  std::vector<event<Data>> leaves_;
  std::vector<user_event> user_events_;
  action_set seen_;
  bool collect_events_ = false;
  bool collect_users_ = false;
  bool collect_anything_ = false;
  unique_function<void(std::exception_ptr)> on_throw_;

  // listeners
  std::shared_ptr<listener_context<locking>> context_ = std::make_shared<listener_context<locking>>();
  using event_list = listener_list<event<Data>, mutex_type>;
  event_list any_{context_, 0};  // asked for more than one action
  std::array<event_list, 4> by_action_{event_list{context_, 1}, event_list{context_, 2}, event_list{context_, 3},
                                       event_list{context_, 4}};  // present, enter, leave, update
  listener_list<user_event, mutex_type> users_{context_, 5};
  listener_list<room_event, mutex_type> states_{context_, 6};
  listener_list<failure, mutex_type> failures_{context_, 7};
};

}  // namespace presence::inline PRESENCE_ABI::detail

#include <presence/impl/participant/room.hpp>
#include <presence/impl/participant/set.hpp>
#include <presence/impl/participant/tasks.hpp>

#endif
