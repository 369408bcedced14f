#ifndef PRESENCE_TESTING_SCRIPT_HPP
#define PRESENCE_TESTING_SCRIPT_HPP

#include <presence/detail/util/delivery_gate.hpp>
#include <presence/detail/util/drain.hpp>
#include <presence/detail/util/fifo.hpp>
#include <presence/detail/util/thread_duties.hpp>
#include <presence/error.hpp>
#include <presence/message.hpp>
#include <presence/mode.hpp>
#include <presence/mutex.hpp>
#include <presence/room_state.hpp>
#include <presence/sync_cursor.hpp>
#include <presence/testing/checked_mutex.hpp>
#include <presence/testing/manual_clock.hpp>
#include <presence/testing/script_calls.hpp>
#include <presence/transport.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// The other end of a `scripted_transport`, played by the test: a handle, which outlives the transport and the presence
/// that the transport was moved into.
///
/// Every call is recorded and, unless `by_hand` was told about its kind, answered at once: an attach with an empty
/// room, a detach, a publish with its echo, a resync with an empty room. What is told reaches the participant serially
/// and outside any lock, as the contract of transports wants it, from within the call of the script that caused it;
/// what is told from inside one of the participant's callbacks follows once that has returned. Nothing reaches a
/// participant that is gone. Concurrency: as the mutex.
template <class Payload, class Mutex = checked_mutex>
class script {
  struct shared;
  using lock_type = std::unique_lock<Mutex>;

 public:
  using message_type = message<Payload>;  ///< what the transport carries

  /// One call, as the participant made it.
  struct call {
    transport_call what = transport_call::attach;  ///< which function
    mode_set modes;                                ///< attach: what it asked for
    std::vector<message_type> messages;            ///< publish
    publish_token token = 0;                       ///< publish
  };

  // --- what was asked ------------------------------------------------------------------------------------------------

  /// All calls so far, or since `forget_calls()`.
  [[nodiscard]] std::vector<call> calls() const {
    return look([](shared& s) { return s.calls; });
  }
  /// How many calls of one kind there were, of those that `calls()` gives.
  [[nodiscard]] std::size_t count(transport_call what) const {
    return look([&](shared& s) {
      std::size_t n = 0;
      for (const call& c : s.calls) n += c.what == what ? 1 : 0;
      return n;
    });
  }
  /// The messages of all publishes, in order.
  [[nodiscard]] std::vector<message_type> published() const {
    return look([](shared& s) {
      std::vector<message_type> all;
      for (const call& c : s.calls) all.insert(all.end(), c.messages.begin(), c.messages.end());
      return all;
    });
  }
  /// Forgets the calls so far; publishes that wait for an answer go on waiting.
  void forget_calls() {
    look([](shared& s) { s.calls.clear(); });
  }
  /// Publishes that wait for `answer_publish`.
  [[nodiscard]] std::size_t unanswered() const {
    return look([](shared& s) { return s.unanswered.size(); });
  }
  /// Whether a participant is bound to the transport.
  [[nodiscard]] bool bound() const {
    return look([](shared& s) { return s.receiver != nullptr; });
  }

  /// From now on the calls must be these, in this order; more may be added. `complaint()` tells the outcome.
  void expect(std::initializer_list<transport_call> expected) {
    look([&](shared& s) {
      s.expecting = true;
      for (const transport_call what : expected) s.expected.push(what);
    });
  }
  /// What did not go as expected: empty if every call that came was expected, and every expected one came.
  [[nodiscard]] std::string complaint() const {
    return look([](shared& s) {
      if (!s.complaint.empty() || s.expected.empty()) return s.complaint;
      return std::to_string(s.expected.size()) + " expected calls did not come";
    });
  }

  // --- how calls are answered ----------------------------------------------------------------------------------------

  /// Calls of this kind wait for an answer by the test.
  void by_hand(transport_call what) {
    look([&](shared& s) { s.waits[static_cast<std::size_t>(what)] = true; });
  }
  /// Calls of this kind are answered at once, as in the beginning. Those that wait keep waiting.
  void automatic(transport_call what) {
    look([&](shared& s) { s.waits[static_cast<std::size_t>(what)] = false; });
  }
  /// How every attach and resync is granted from now on, where it is granted at once.
  void attach_with(attach_answer answer) {
    look([&](shared& s) { s.answer = answer; });
  }
  /// The n-th call from now on, of whatever kind and counting from 1, is refused: a publish fails with `why`, any other
  /// ends in the state failed. A test that does this for every n sees that nothing hangs wherever a failure comes.
  void refuse_nth(std::size_t nth, std::error_code why) {
    look([&](shared& s) {
      s.refuse_in = nth;
      s.refusal = why;
    });
  }

  /// Whatever is told waits: a slow network.
  void hold() {
    look([](shared& s) { s.held = true; });
  }
  /// Delivers what waits, and from now on everything at once.
  void release() {
    change([](shared& s) { s.held = false; });
  }

  /// The id of the connection from the next attach on.
  void set_connection_id(const std::string& id) {
    look([&](shared& s) { s.connection_id = id; });
  }
  /// The time stamp of echoes from now on; at first `manual_clock::start`.
  void set_time(time_point at) {
    look([&](shared& s) { s.now = at; });
  }

  // --- answers -------------------------------------------------------------------------------------------------------

  /// Grants an attach or a resync, or reports one that nobody asked for.
  void answer_attach(attach_answer answer = {}) {
    change([&](shared& s) { s.grant(answer); });
  }
  /// Answers a detach that waits.
  void answer_detach() { detach({}); }
  /// Answers the oldest publish that waits. Precondition: there is one.
  void answer_publish(publish_answer answer = {}) {
    change([&](shared& s) {
      const call oldest = s.unanswered.pop();
      if (!answer.outcome && answer.echo) s.echo(oldest);
      s.outbox.push(done{oldest.token, answer.outcome});
    });
  }

  // --- on its own account --------------------------------------------------------------------------------------------

  ///@{
  /// Live messages. A batch made beforehand costs no allocation on its way.
  void push(message_batch<Payload> messages) {
    change([&](shared& s) { s.outbox.push(live{std::move(messages)}); });
  }
  void push(std::vector<message_type> messages) { push(make_batch(std::move(messages))); }
  void push(message_type m) {
    std::vector<message_type> one;
    one.push_back(std::move(m));
    push(std::move(one));
  }
  ///@}
  /// A page of a sync; `cursor` is the text `sequence:position`, with an empty position on the last page.
  void sync(std::string_view cursor, std::vector<message_type> page = {}) {
    sync_page next{make_batch(std::move(page)), parse_sync_cursor(cursor).value()};
    change([&](shared& s) { s.outbox.push(std::move(next)); });
  }
  /// The connection is lost, and expected back.
  void drop(std::error_code why = make_error_code(errc::disconnected)) { report({room_state::attaching, why}); }
  /// The connection has been away for long.
  void suspend(std::error_code why = make_error_code(errc::disconnected)) { report({room_state::suspended, why}); }
  /// The room cannot be used any more.
  void fail(std::error_code why) { report({room_state::failed, why}); }
  /// The room was left without having been asked to.
  void detach(std::error_code why) { report({room_state::detached, why}); }
  /// An outcome that belongs to no publish or comes twice, as from a transport that is wrong.
  void report_published(publish_token token, std::error_code outcome) {
    change([&](shared& s) { s.outbox.push(done{token, outcome}); });
  }

 private:
  template <class, class, class>
  friend class scripted_transport;

  struct live {
    message_batch<Payload> messages;
  };
  struct sync_page {
    message_batch<Payload> messages;
    sync_cursor cursor;
  };
  struct done {
    publish_token token;
    std::error_code outcome;
  };
  struct ended {
    room_state state;
    std::error_code why;
  };
  using told = std::variant<state_change, live, sync_page, done>;
  using receiver_type = transport_receiver<Payload>;

  struct shared final : detail::drainable, std::enable_shared_from_this<shared> {
    Mutex mutex;
    std::string client_id;
    std::string connection_id;
    receiver_type* receiver = nullptr;
    room_state state = room_state::initialized;
    time_point now = manual_clock::start;
    std::uint64_t next_serial = 0;
    mode_set asked = mode_set::all();
    attach_answer answer;         // to attaches that need not wait
    std::array<bool, 4> waits{};  // by transport_call
    std::size_t refuse_in = 0;    // counts down to the call that is refused; 0: none
    std::error_code refusal;
    bool held = false;
    bool expecting = false;
    std::string complaint;
    std::vector<call> calls;
    detail::fifo<transport_call> expected;
    detail::fifo<call> unanswered;
    detail::drain<told, Mutex> outbox;
    std::exception_ptr thrown;     // by the participant, as it ran out of memory
    std::shared_ptr<shared> self;  // while a thread has promised to come back
    detail::delivery_gate<is_locking<Mutex>> gate;

    void grant(const attach_answer& with) {
      outbox.push(state_change{room_state::attached, with.resumed, with.has_members, with.modes.value_or(asked), {}});
    }
    void end(room_state in, std::error_code why) { outbox.push(state_change{in, false, false, {}, why}); }

    /// The messages come back stamped, as from a hub.
    void echo(const call& published) {
      std::vector<message_type> messages = published.messages;
      const std::uint64_t serial = next_serial++;
      for (std::size_t i = 0; i < messages.size(); ++i) {
        message_type& m = messages[i];
        m.connection_id = connection_id;
        m.timestamp = now;
        if (m.client_id.empty()) m.client_id = client_id;
        if (m.action == action::leave) m.reason = leave_reason::left;
        if (m.id == message_id{}) m.id = {serial, static_cast<std::uint32_t>(i), id_origin::connection};
      }
      outbox.push(live{make_batch(std::move(messages))});
    }

    void check(transport_call what) {
      if (!expecting || !complaint.empty()) return;
      const auto next = expected.empty() ? std::nullopt : std::optional{expected.pop()};
      if (next == what) return;
      complaint = std::string{to_string(what)} + " instead of " + std::string{next ? to_string(*next) : "nothing"};
    }

    /// A call of the participant's.
    void take(call c) {
      check(c.what);
      calls.push_back(c);
      if (c.what == transport_call::attach) asked = c.modes;
      if (c.what == transport_call::attach) state = room_state::attaching;
      if (c.what == transport_call::detach) state = room_state::detaching;
      const bool is_publish = c.what == transport_call::publish;
      if (refuse_in != 0 && --refuse_in == 0) {
        if (!is_publish) return end(room_state::failed, refusal);
        return outbox.push(done{c.token, refusal});
      }
      if (waits[static_cast<std::size_t>(c.what)]) {
        if (is_publish) unanswered.push(std::move(c));
        return;
      }
      if (c.what == transport_call::detach) return end(room_state::detached, {});
      if (!is_publish) return grant(answer);
      echo(c);
      outbox.push(done{c.token, {}});
    }

    /// Delivers what is in the outbox, unless somebody already does, and lets go of the lock. Throws what the
    /// participant threw.
    void drain(lock_type& lock) {
      outbox.run(lock, *this, [this](lock_type& held_lock) { return step(held_lock); });
      const auto failed = outbox.inside() ? nullptr : std::exchange(thrown, nullptr);
      settle(lock);
      if (failed != nullptr) std::rethrow_exception(failed);
    }
    void come_back() noexcept override {
      const auto keep = this->shared_from_this();
      lock_type lock{mutex};
      outbox.come_back(lock, [this](lock_type& held_lock) { return step(held_lock); });
      settle(lock);  // whoever calls next is told what was thrown
    }
    void settle(lock_type& lock) noexcept {
      std::shared_ptr<shared> unneeded;
      if (outbox.promises() == 0) {
        unneeded.swap(self);
      } else if (self == nullptr) {
        self = this->shared_from_this();
      }
      lock.unlock();
      detail::thread_duties::mine().settle();
    }
    /// Returns false where there is nothing to deliver, or not now.
    bool step(lock_type& lock) noexcept {
      if (held || outbox.empty() || thrown != nullptr) return false;
      told next = outbox.pop();
      if (const auto* to = std::get_if<state_change>(&next)) state = to->state;
      if (receiver == nullptr) return true;
      receiver_type& to = *receiver;
      gate.enter(receiver);  // under the lock, so that `bind` sees either this or no receiver
      lock.unlock();
      std::exception_ptr failed;
      detail::attempt([&] { std::visit([&](const auto& what) { deliver(to, what); }, next); },
                      [&](const std::exception_ptr& why) { failed = why; });
      next = done{};  // what it held is destroyed outside the lock
      gate.leave();
      lock.lock();
      if (failed != nullptr) thrown = failed;
      return true;
    }

    void bind(receiver_type* to) {
      lock_type lock{mutex};
      receiver_type* const before = std::exchange(receiver, to);
      lock.unlock();
      if (before != nullptr) gate.wait_for(before);
    }
  };

  static void deliver(receiver_type& to, const state_change& what) { to.on_state(what); }
  static void deliver(receiver_type& to, const live& what) { to.on_presence(what.messages); }
  static void deliver(receiver_type& to, const sync_page& what) { to.on_sync(what.messages, what.cursor); }
  static void deliver(receiver_type& to, const done& what) { to.on_published(what.token, what.outcome); }

  script(const std::string& client_id, const std::string& connection_id) : state_(std::make_shared<shared>()) {
    state_->client_id = client_id;
    state_->connection_id = connection_id;
  }

  template <class F>
  auto look(F&& f) const {
    const std::lock_guard lock{state_->mutex};
    return f(*state_);
  }
  template <class F>
  void change(F&& f) {
    const auto keep = state_;  // this handle may be destroyed by what is told
    lock_type lock{keep->mutex};
    f(*keep);
    keep->drain(lock);
  }
  void report(const ended& what) {
    change([&](shared& s) { s.end(what.state, what.why); });
  }

  std::shared_ptr<shared> state_;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
