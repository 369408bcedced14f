#ifndef PRESENCE_TESTING_RECORDING_RECEIVER_HPP
#define PRESENCE_TESTING_RECORDING_RECEIVER_HPP

#include <presence/member_set.hpp>
#include <presence/message.hpp>
#include <presence/room_state.hpp>
#include <presence/sync_cursor.hpp>
#include <presence/transport.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// The four functions of a receiver.
enum class receiver_call : std::uint8_t {
  state,      ///< `on_state`
  presence,   ///< `on_presence`
  sync,       ///< `on_sync`
  published,  ///< `on_published`
};

/// What a transport calls, for the tests of its author: it writes down every call, keeps the set that a participant
/// would have, and notes what breaks the contract of `transport_receiver`. Its own functions may be called from any thread,
/// also from inside a call of the transport.
template <class Payload>
class recording_receiver final : public transport_receiver<Payload> {
 public:
  using message_type = message<Payload>;  ///< what the transport carries

  /// One call of the transport.
  struct call {
    receiver_call what = receiver_call::state;  ///< which function
    state_change state;                         ///< of `state`
    message_batch<Payload> messages;            ///< of `presence` and `sync`
    sync_cursor cursor;                         ///< of `sync`
    publish_token token = 0;                    ///< of `published`
    std::error_code outcome;                    ///< of `published`
  };

  ///@{
  /// For the transport: writes the call down, follows it, and notes what is wrong with it.
  void on_state(const state_change& change) override {
    const entry now{*this, {receiver_call::state, change, {}, {}, 0, {}}};
    const std::lock_guard lock{mutex_};
    follow(change);
    if (change.state == room_state::attached && !change.resumed) {
      set_.start_sync();
      if (!change.has_members) set_.leave_all({}, [](auto&&...) {});
    }
    if (change.state == room_state::detached || change.state == room_state::failed) set_.clear();
  }
  void on_presence(const message_batch<Payload>& messages) override {
    const entry now{*this, {receiver_call::presence, {}, messages, {}, 0, {}}};
    const std::lock_guard lock{mutex_};
    if (!attached_) complain("live messages while it is not attached");
    for (const message_type& m : *messages) {
      check(m);
      check_order(m);
      set_.apply(m, [](auto&&...) {});
    }
  }
  void on_sync(const message_batch<Payload>& page, const sync_cursor& cursor) override {
    const entry now{*this, {receiver_call::sync, {}, page, cursor, 0, {}}};
    const std::lock_guard lock{mutex_};
    if (!attached_) complain("a sync while it is not attached");
    check_page(cursor);
    for (const message_type& m : *page) check(m);
    set_.apply_sync(
        *page, cursor, {}, [](auto&&...) {}, [](auto&&...) {});
  }
  void on_published(publish_token token, std::error_code outcome) override {
    const entry now{*this, {receiver_call::published, {}, {}, {}, token, outcome}};
    const std::lock_guard lock{mutex_};
    if (!answered_.insert(token).second) complain("a publish answered twice");
  }
  ///@}

  // --- what came -----------------------------------------------------------------------------------------------------

  /// All calls since it was made or last told to `forget`, in order.
  [[nodiscard]] std::vector<call> calls() const {
    const std::lock_guard lock{mutex_};
    return calls_;
  }
  /// How many calls of one kind there were since then.
  [[nodiscard]] std::size_t count(receiver_call what) const {
    const auto all = calls();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const call& c) { return c.what == what; }));
  }
  /// The last state that was reported; none if none was.
  [[nodiscard]] std::optional<state_change> state() const {
    const auto all = calls();
    const auto last =
        std::find_if(all.rbegin(), all.rend(), [](const call& c) { return c.what == receiver_call::state; });
    return last != all.rend() ? std::optional{last->state} : std::nullopt;
  }
  /// The messages of all calls of one kind, in order.
  [[nodiscard]] std::vector<message_type> messages(receiver_call what) const {
    std::vector<message_type> found;
    for (const call& c : calls()) {
      if (c.what == what && c.messages != nullptr) found.insert(found.end(), c.messages->begin(), c.messages->end());
    }
    return found;
  }
  /// The outcomes that were reported for a publish: there should be one.
  [[nodiscard]] std::vector<std::error_code> outcomes(publish_token token) const {
    std::vector<std::error_code> found;
    for (const call& c : calls()) {
      if (c.what == receiver_call::published && c.token == token) found.push_back(c.outcome);
    }
    return found;
  }
  /// Who is in the room as far as this receiver was told: sorted `client id/connection id`.
  [[nodiscard]] std::vector<std::string> members() const {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> found;
    set_.for_each(
        [&](const auto& m) { found.push_back(std::string{m.client_id} + '/' + std::string{m.connection_id}); });
    std::sort(found.begin(), found.end());
    return found;
  }
  /// Whether a sync has begun and not ended.
  [[nodiscard]] bool syncing() const {
    const std::lock_guard lock{mutex_};
    return set_.syncing();
  }
  /// What broke the contract.
  [[nodiscard]] std::vector<std::string> complaints() const {
    const std::lock_guard lock{mutex_};
    return complaints_;
  }

  /// Forgets the calls so far; the set and the complaints stay.
  void forget() {
    const std::lock_guard lock{mutex_};
    calls_.clear();
  }
  /// From now on every call is one too many.
  void expect_no_more() {
    const std::lock_guard lock{mutex_};
    over_ = true;
  }
  /// Runs `act` inside the next call of this kind, last; null: nothing any more.
  void inside_next(receiver_call what, std::function<void()> act) {
    const std::lock_guard lock{mutex_};
    when_ = what;
    act_ = std::move(act);
  }

 private:
  /// Stands for a call as long as it runs.
  struct entry {
    entry(recording_receiver& r, call made) : owner(r), what(made.what) {
      const std::lock_guard lock{owner.mutex_};
      const auto me = std::this_thread::get_id();  // a call from within a function of the transport's own is legal
      if (++owner.running_ > 1 && owner.runner_ != me) owner.complain("two calls at once");
      owner.runner_ = me;
      if (owner.over_) owner.complain("a call after the end");
      owner.calls_.push_back(std::move(made));
    }
    ~entry() {
      std::unique_lock lock{owner.mutex_};
      if (owner.act_ != nullptr && owner.when_ == what) {
        const auto act = std::exchange(owner.act_, nullptr);
        lock.unlock();
        act();
        lock.lock();
      }
      --owner.running_;
    }
    recording_receiver& owner;
    const receiver_call what;
  };

  /// What a message is told apart by, in the order of its connection.
  struct newest {
    message_id id;
    time_point made_by_hub{};     // the stamp of the last synthesized one …
    std::set<std::string> whose;  // … and whom that stamp was about
  };

  void complain(std::string what) { complaints_.push_back(std::move(what)); }
  void follow(const state_change& change) {
    const bool attached = change.state == room_state::attached;
    if (attached && change.resumed && !may_resume_) complain("resumed, where there was nothing to go on from");
    if (attached) may_resume_ = true;
    if (change.state == room_state::detached || change.state == room_state::failed) may_resume_ = false;
    if (attached && !change.resumed) {
      newest_.clear();
      pages_due_ = change.has_members;
    }
    if (change.state == room_state::attaching && !change.error && attached_) complain("a loss without its reason");
    attached_ = attached || (attached_ && change.state == room_state::detaching);
  }
  /// Between one attach and the next the messages of a connection come in its order, each once. Those that the hub made
  /// up have stamps instead: equal ones are about different members.
  void check_order(const message_type& m) {
    newest& last = newest_[m.connection_id];
    if (m.id.synthesized()) {
      if (m.timestamp > last.made_by_hub) last.whose.clear();
      if (m.timestamp < last.made_by_hub || !last.whose.insert(m.client_id).second) {
        complain("a message that the hub made up came twice, or after a later one");
      }
      last.made_by_hub = m.timestamp;
      return;
    }
    if (last.id.origin == id_origin::connection &&
        std::pair{m.id.msg_serial, m.id.index} <= std::pair{last.id.msg_serial, last.id.index}) {
      complain("a live message came twice, or after a later one");
    }
    last.id = m.id;
  }
  /// A sync is announced by its attach, and its pages come in their order: none follows the last.
  void check_page(const sync_cursor& cursor) {
    if (!pages_due_) complain("a page that no attach has announced, or one after the last");
    pages_due_ = !cursor.last;
  }
  void check(const message_type& m) {
    if (m.client_id.empty()) complain("a message without a client id");
    if (m.connection_id.empty()) complain("a message without a connection id");
    if (m.timestamp == time_point{}) complain("a message without a time stamp");
    if (m.id.origin == id_origin::none) complain("a message without an id");
    if (m.action == action::absent) complain("an absent marker");
    if (m.action != action::leave && m.reason != leave_reason::none) complain("a reason on what is no leave");
  }

  mutable std::mutex mutex_;
  std::vector<call> calls_;
  std::vector<std::string> complaints_;
  basic_member_set<Payload> set_;
  std::map<std::string, newest> newest_;  // by connection id
  std::set<publish_token> answered_;
  std::function<void()> act_;
  receiver_call when_ = receiver_call::state;
  int running_ = 0;
  std::thread::id runner_;
  bool attached_ = false;
  bool may_resume_ = false;  // attached before, and not ended since
  bool pages_due_ = false;
  bool over_ = false;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
