// What a basic_presence is made of. See docs/design.md, "The participant".
#ifndef PRESENCE_DETAIL_PARTICIPANT_PRESENCE_CORE_HPP
#define PRESENCE_DETAIL_PARTICIPANT_PRESENCE_CORE_HPP

#include <presence/clock.hpp>
#include <presence/codec.hpp>
#include <presence/detail/participant/listeners.hpp>
#include <presence/detail/participant/participant_state.hpp>
#include <presence/detail/participant/tasks.hpp>
#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/drain.hpp>
#include <presence/detail/util/thread_duties.hpp>
#include <presence/transport.hpp>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// The shell around `participant_state`: it owns the lock, the queue of what happens, the transport and the listeners.
/// Everything that happens, calls and incoming messages alike, is a task. Whoever brings one while nobody is at work
/// works through all that there are, one after the other: under the lock it changes the state, outside it calls
/// listeners, handlers and the transport. Whoever brings one meanwhile leaves it there (`drain`). Hence order, no
/// callback under a lock, and legal calls from inside any callback.
///
/// It has a few more than twenty data members: beside its parts a flag for each thing that is to be done later, where a
/// task for it would need memory that may be lacking.
template <class Data, class Clock, class Transport>
class presence_core final : public transport_receiver<typename Transport::codec_type::payload_type>, public drainable {
  using codec_type = typename Transport::codec_type;
  using wire = typename codec_type::payload_type;
  using mutex_type = typename Transport::mutex_type;
  using lock_type = std::unique_lock<mutex_type>;
  using state_type = participant_state<Data, wire>;
  using operation_type = operation<wire>;
  using get_call = typename state_type::waiting_get;
  using task = participant_task<Data, wire, get_call>;
  static constexpr bool decodes = !std::same_as<wire, Data>;

 public:
  using completion = detail::completion;
  using member_list = typename state_type::member_list;
  using get_handler = typename state_type::get_handler;
  template <class Event>
  using listener_to = owned<unique_function<void(const Event&)>>;

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
  /// Brings any of these calls: `operate_call`, for an enter, update or leave.
  template <class Task>
  void post(Task t);
  void publish(std::vector<batch_entry<Data>> all, completion handler) {
    operate_call<Data> call{{}, {}, std::move(handler), false};
    if (!all.empty() && names_each_once(all, client_id())) {
      call.first = std::move(all.front());
      all.erase(all.begin());
      call.others = std::move(all);
    }
    post(std::move(call));
  }
  void get(query which, get_handler handler) { post(get_call{std::move(which), std::move(handler)}); }

  [[nodiscard]] subscription subscribe(action_set actions, listener_to<event<Data>> listener);
  [[nodiscard]] subscription subscribe_users(listener_to<user_event> listener);
  [[nodiscard]] subscription subscribe_changes(listener_to<changes<Data>> listener);
  [[nodiscard]] subscription subscribe_state(listener_to<room_event> listener);
  [[nodiscard]] subscription subscribe_errors(listener_to<failure> listener);
  void unsubscribe_all() noexcept;

  [[nodiscard]] result<member_list> get(const query& which) const;
  [[nodiscard]] result<member_list> get_of(std::string_view client_id) const;
  [[nodiscard]] result<std::vector<user>> users() const;
  [[nodiscard]] const std::string& client_id() const noexcept { return state_.own.client_id(); }
  template <class Visit>
  void for_each(Visit&& visit) const;
  /// What `look(const state_type&)` says, under the lock.
  template <class Look>
  auto reading(Look&& look) const {
    refuse_visitor();
    const std::lock_guard lock{mutex_};
    return look(state_);
  }

  // from the transport
  void on_state(const state_change& change) override;
  void on_presence(const message_batch<wire>& messages) override;
  void on_sync(const message_batch<wire>& messages, const sync_cursor& cursor) override;
  void on_published(publish_token token, std::error_code outcome) override;

  void come_back() noexcept override;

 private:
  // --- the tasks (impl/participant/bringing.hpp, tasks.hpp) ----------------------------------------------------------
  template <class Task>
  [[nodiscard]] bool make_way(Task& t, lock_type& lock);
  void work(lock_type& lock) noexcept;
  template <class First>
  void work(lock_type& lock, First&& first) noexcept;
  void let_go(lock_type& lock) noexcept;
  /// False: `step` would find nothing to do. Asked after each message.
  [[nodiscard]] bool anything_left() const noexcept {
    return !drain_.empty() || resync_asked_ || state_.resync_due || unsent_ || answers_in_place_ || postponed_;
  }
  [[nodiscard]] bool step(lock_type& lock) noexcept;
  [[nodiscard]] bool wants_resync() const noexcept {
    return (resync_asked_ || state_.resync_due) && state_.room == room_state::attached;
  }
  void ask_resync(lock_type& lock) noexcept;
  void run(task& t, lock_type& lock) noexcept;
  void run(attach_call& call, lock_type& lock);
  void run(detach_call& call, lock_type& lock);
  void run(operate_call<Data>& call, lock_type& lock);
  [[nodiscard]] std::error_code make_operation(const batch_entry<Data>& asked, operation_type& op);
  void run(get_call& call, lock_type& lock);
  void run(live_batch<wire>& t, lock_type& lock);
  void run(sync_page<wire>& t, lock_type& lock);
  void run(publish_outcome& t, lock_type& lock);
  void run(state_change& change, lock_type& lock);
  void run(failure& what, lock_type& lock);
  void run_out_of_memory(task& t, lock_type& lock) noexcept;
  void postpone(const state_change& change) noexcept;
  void take_pages(std::vector<message_batch<wire>>& outdated) noexcept;

  // --- the end (impl/participant/ending.hpp) -------------------------------------------------------------------------
  void abort_everything() noexcept;

  // --- what follows from them (impl/participant/effects.hpp) ---------------------------------------------------------
  void perform(lock_type& lock) noexcept;
  template <class Call>
  void ask(lock_type& lock, Call&& call);
  void perform(no_effect, lock_type&) noexcept {}
  void perform(notify_state& e, lock_type& lock);
  void perform(deliver_events, lock_type& lock);
  void perform(complete_calls& e, lock_type& lock);
  void perform(refuse_operations<wire>& e, lock_type& lock);
  void perform(answer_gets& e, lock_type& lock);
  void perform(report_unheard, lock_type& lock);
  void perform(ask_attach, lock_type& lock);
  void perform(ask_detach, lock_type& lock);
  void perform(send_reentries, lock_type& lock);
  void perform(send_waiting, lock_type& lock);
  void perform(complete_held, lock_type& lock);
  void publish(typename state_type::outgoing& out, lock_type& lock);
  void deliver(lock_type& lock);
  void complete(completion& handler, std::error_code outcome, std::string_view what, std::string_view client_id,
                lock_type& lock) noexcept;
  void complete(operation_type& op, std::error_code outcome, lock_type& lock) noexcept {
    const bool one = op.alone();
    complete(op.handler, outcome, one ? to_string(op.what) : std::string_view{"publish"},
             one ? std::string_view{op.client_id} : std::string_view{}, lock);
  }
  void answer(get_call& call, std::error_code why, lock_type& lock) noexcept;
  void report(std::error_code code, const char* operation, std::string_view client_id,
              std::exception_ptr thrown = nullptr, bool locked = false) noexcept;
  [[nodiscard]] std::shared_ptr<std::vector<message<Data>>> decode(const std::vector<message<wire>>& messages) const;

  /// A change begins: only for those who listen now anything is collected.
  void begin_events() noexcept {
    if (!listeners_.any()) return state_.events.begin_for_nobody();
    state_.events.begin(listeners_.any_for_events(), listeners_.any_for_users(), listeners_.any_for_changes(),
                        state_.set.size());
  }
  void apply(const message_batch<wire>& messages, lock_type& lock);
  template <class Change>
  void change_set(const std::vector<message<wire>>& messages, Change&& change, lock_type& lock);
  void lag() noexcept {
    lagging_ = resync_asked_ = true;
    state_.fell_behind();
  }
  void throw_away(lock_type& lock) noexcept {
    if (!state_.has_garbage()) return;
    state_.swap_garbage(garbage_);
    outside(lock, [&] { garbage_.clear(); });
  }
  template <class Add>
  [[nodiscard]] subscription subscribe_with(const char* where, Add&& add);

  template <class F>
  void outside(lock_type& lock, F&& f) {
    lock.unlock();
    f();
    lock.lock();
  }
  void refuse_visitor() const noexcept {
    assert(visitor_.load(std::memory_order_relaxed) != std::this_thread::get_id() &&
           "a for_each visitor must not call its presence");
  }

  // fixed
  Transport transport_;
  [[no_unique_address]] const Clock clock_;
  [[no_unique_address]] codec_type codec_;

  // under the lock
  mutable mutex_type mutex_;
  state_type state_;
  typename state_type::garbage garbage_;  // of whoever is at work
  drain<task, mutex_type> drain_;
  participant_listeners<Data, mutex_type> listeners_;
  std::size_t backlog_ = 0;          // live messages that wait
  std::size_t changes_waiting_ = 0;  // of the room's state
  bool lagging_ = false;           // messages were dropped: ignore what arrives until an attach that is not resumed has
  bool resync_asked_ = false;      // … and it is to be asked for, when the tasks are done
  bool short_of_memory_ = false;   // … but not again now
  bool unsent_ = false;            // memory ran out for something that is to be sent
  bool answers_in_place_ = false;  // … for outcomes, which wait in their operations
  std::optional<state_change> postponed_;           // … for a change of the room
  bool refusal_waits_ = false;                      // an operation without a handler, refused for lack of room
  bool closed_ = false;                             // the owner is gone
  bool orphaned_ = false;                           // … and the last to use this deletes it
  mutable std::atomic<std::thread::id> visitor_{};  // who is inside for_each
  typename participant_listeners<Data, mutex_type>::thrown on_throw_;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#include <presence/impl/participant/bringing.hpp>
#include <presence/impl/participant/effects.hpp>
#include <presence/impl/participant/ending.hpp>
#include <presence/impl/participant/queries.hpp>
#include <presence/impl/participant/tasks.hpp>

#endif
