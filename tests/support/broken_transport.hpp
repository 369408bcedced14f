// A correct transport with exactly one thing broken, to see whether somebody notices.
#ifndef PRESENCE_TESTS_SUPPORT_BROKEN_TRANSPORT_HPP
#define PRESENCE_TESTS_SUPPORT_BROKEN_TRANSPORT_HPP

#include "support/fault.hpp"
#include <presence/codec.hpp>
#include <presence/message.hpp>
#include <presence/mode.hpp>
#include <presence/payload.hpp>
#include <presence/room_state.hpp>
#include <presence/sync_cursor.hpp>
#include <presence/transport.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::test {

/// What a `broken_transport` puts between the correct one and the participant: it hands everything over, except for
/// what the fault spoils. Without a fault it changes nothing.
class spoiling_receiver final : public transport_receiver<payload>,
                                public std::enable_shared_from_this<spoiling_receiver> {
 public:
  using batch = message_batch<payload>;
  using receiver = transport_receiver<payload>;

  explicit spoiling_receiver(fault f) : broken(f) {}

  void on_state(const state_change& change) override {
    const auto keep = shared_from_this();  // a call may destroy the transport
    state_change told = change;
    const bool attached = change.state == room_state::attached;
    const bool back = attached && was_lost;
    was_lost = change.state == room_state::attaching && change.error;
    ended = change.state == room_state::detached || change.state == room_state::failed;
    switch (broken) {
      case fault::pages_unannounced: told.has_members = false; break;
      case fault::modes_granted_not_reported: told.modes = mode_set::all(); break;
      case fault::resync_reported_as_resumed: told.resumed = told.resumed || (attached && resyncs > 0); break;
      case fault::loss_without_reason: told.error = was_lost ? std::error_code{} : told.error; break;
      case fault::resumed_although_missed: told.resumed = told.resumed || back; break;
      case fault::missed_although_resumed: told.resumed = told.resumed && !back; break;
      case fault::detach_with_error: told.error = ended ? make_error_code(errc::connection_closed) : told.error; break;
      default: break;
    }
    drops_pages = broken == fault::resumed_although_missed && back;
    if (broken == fault::loss_not_reported && was_lost) return;
    if (broken == fault::detach_not_reported && ended) return;
    if (broken != fault::connection_id_late) note_connection();
    call([&](receiver& r) { r.on_state(told); });
    if (to == nullptr) return;  // unbound in the call, and perhaps destroyed
    note_connection();
    if (broken == fault::attach_answered_twice && attached) call([&](receiver& r) { r.on_state(told); });
    if (broken == fault::last_batch_again_after_resume && back && change.resumed && last != nullptr) {
      call([&](receiver& r) { r.on_presence(last); });
    }
  }

  void on_presence(const batch& messages) override {
    const auto keep = shared_from_this();
    last = messages;
    if (broken == fault::echo_kept_from_the_quiet && !modes.contains(mode::subscribe)) return;
    if (broken == fault::every_tenth_batch_lost && ++batches % 10 == 0) return;
    if (broken == fault::batch_split) {
      for (const auto& m : *messages) hand_over({m});
      return;
    }
    if (broken == fault::batch_split_at_100) {
      for (std::size_t from = 0; from < messages->size(); from += 100) {
        const auto begin = messages->begin() + static_cast<std::ptrdiff_t>(from);
        hand_over({begin, begin + static_cast<std::ptrdiff_t>(std::min<std::size_t>(100, messages->size() - from))});
      }
      return;
    }
    hand_over(*messages);
    if (broken == fault::live_told_twice) hand_over(*messages);
  }

  void on_sync(const batch& page, const sync_cursor& cursor) override {
    const auto keep = shared_from_this();
    if (drops_pages) return;
    if (broken == fault::pages_out_of_order) {  // the second before the first, the fourth before the third …
      if (!cursor.last && held_page.first == nullptr) {
        held_page = {page, cursor};
        return;
      }
      const auto before = std::exchange(held_page, {});
      call([&](receiver& r) { r.on_sync(page, cursor); });
      if (before.first != nullptr) call([&](receiver& r) { r.on_sync(before.first, before.second); });
      return;
    }
    if (cursor.sequence != sequence) shown = 0;
    sequence = cursor.sequence;
    auto members = *page;
    if (broken == fault::sync_cut_at_50 || broken == fault::sync_cut_at_1000) {
      const std::size_t most = broken == fault::sync_cut_at_50 ? 50 : 1'000;
      if (shown + members.size() > most) members.resize(most - std::min(shown, most));
    }
    shown += members.size();
    for (auto& m : members) {
      spoil(m);
      switch (broken) {
        case fault::page_ids_zeroed: m.id = {0, 0, id_origin::connection}; break;
        case fault::page_data_dropped: m.data = {}; break;
        case fault::page_extras_dropped: m.extras = {}; break;
        case fault::page_shows_enters: m.action = action::enter; break;
        case fault::page_stamps_of_arrival: m.timestamp += std::chrono::milliseconds{1}; break;
        default: break;
      }
    }
    const auto made = make_batch(std::move(members));
    sync_cursor at = cursor;
    if (broken == fault::sync_never_ends) at.last = false;
    call([&](receiver& r) { r.on_sync(made, at); });
  }

  void on_published(publish_token token, std::error_code outcome) override {
    const auto keep = shared_from_this();
    switch (broken) {
      case fault::outcome_lost: return;
      case fault::refusal_unanswered:
        if (outcome) return;
        break;
      case fault::publish_after_detach_unanswered:
        if (ended) return;
        break;
      case fault::publish_while_lost_unanswered:
        if (was_lost) return;
        break;
      case fault::refusal_told_as_another:
        if (outcome) outcome = errc::bad_request;
        break;
      case fault::refusal_told_as_success: outcome = {}; break;
      case fault::publish_after_detach_succeeds:
        if (ended) outcome = {};
        break;
      case fault::tokens_confused:
        if (token > 1) token = token % 2 == 0 ? token + 1 : token - 1;
        break;
      case fault::published_before_the_echo:
        if (!outcome) return;  // was told before
        break;
      default: break;
    }
    call([&](receiver& r) { r.on_published(token, outcome); });
    if (broken == fault::outcome_told_twice) call([&](receiver& r) { r.on_published(token, outcome); });
  }

  // --- what the transport's own functions need -----------------------------------------------------------------------

  template <class F>
  void call(F&& act) {
    std::unique_lock lock{own_lock, std::defer_lock};
    if (broken == fault::calls_under_own_lock) lock.lock();
    receiver* const who = broken == fault::call_after_unbind ? first_bound.load() : to.load();
    if (who == nullptr) return;
    runner = std::this_thread::get_id();
    ++running;
    act(*who);
    --running;
  }
  /// Waits where a call is made under the lock.
  void enter_own_lock() {
    if (broken == fault::calls_under_own_lock) const std::lock_guard lock{own_lock};
  }
  [[nodiscard]] bool busy_elsewhere() const { return running > 0 && runner.load() != std::this_thread::get_id(); }

  const fault broken;
  std::atomic<receiver*> to{nullptr};
  std::atomic<receiver*> first_bound{nullptr};
  std::function<std::string()> connection_id;
  std::string known_connection;  // as of the last report; with its lock, as calls come from any thread
  mutable std::mutex known_mutex;
  std::atomic<bool> was_lost{false};
  std::atomic<bool> ended{false};
  std::atomic<int> resyncs{0};
  mode_set modes = mode_set::all();

 private:
  void note_connection() {
    if (broken == fault::connection_id_of_the_first && !known().empty()) return;
    const std::string now = connection_id();
    const std::lock_guard lock{known_mutex};
    known_connection = now;
  }
  [[nodiscard]] std::string known() const {
    const std::lock_guard lock{known_mutex};
    return known_connection;
  }
  void hand_over(std::vector<message<payload>> messages) {
    for (auto& m : messages) {
      spoil(m);
      const bool leaves = m.action == action::leave;
      switch (broken) {
        case fault::batch_index_wrong: m.id.index = 0; break;
        case fault::leave_extras_dropped:
          if (leaves) m.extras = {};
          break;
        case fault::leave_data_dropped:
          if (leaves) m.data = {};
          break;
        case fault::leave_reason_lost: m.reason = leave_reason::none; break;
        case fault::leave_reason_always_left:
          if (leaves) m.reason = leave_reason::left;
          break;
        case fault::leave_reason_closed_for_timed_out:
          if (m.reason == leave_reason::timed_out) m.reason = leave_reason::closed;
          break;
        case fault::update_told_as_enter:
          if (m.action == action::update) m.action = action::enter;
          break;
        case fault::enter_told_as_present:
          if (m.action == action::enter) m.action = action::present;
          break;
        case fault::synthesized_told_as_sent: m.id.origin = id_origin::connection; break;
        default: break;
      }
    }
    const auto made = make_batch(std::move(messages));
    call([&](receiver& r) { r.on_presence(made); });
  }
  /// What is wrong wherever a message comes from.
  void spoil(message<payload>& m) const {
    if (broken == fault::stamps_rounded) {
      m.timestamp = std::chrono::floor<std::chrono::seconds>(m.timestamp);
    } else if (broken == fault::client_ids_cut && m.client_id.size() > 255) {
      m.client_id.resize(255);
    } else if (broken == fault::client_ids_lose_characters) {
      for (char& c : m.client_id) c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
    } else if (broken == fault::data_cut && m.data && m.data->size() > 65'535) {
      m.data = shared_data<payload>::make(payload::text(std::string{m.data->content().substr(0, 65'535)}));
    } else if (broken == fault::extras_cut && m.extras.size() > 4'096) {
      m.extras = extras::from_json(std::string{m.extras.json().substr(0, 4'095)} + '}');
    } else if (broken == fault::empty_data_becomes_none && m.data && m.data->size() == 0) {
      m.data = {};
    } else if (broken == fault::payload_kind_lost && m.data) {
      m.data = shared_data<payload>::make(payload::text(std::string{m.data->content()}));
    }
  }

  std::recursive_mutex own_lock;
  std::atomic<int> running{0};
  std::atomic<std::thread::id> runner{};
  batch last;
  std::pair<batch, sync_cursor> held_page;
  std::string sequence;
  std::size_t shown = 0;
  std::size_t batches = 0;
  bool drops_pages = false;
};

/// `Correct` with one fault.
template <class Correct>
class broken_transport {
 public:
  using codec_type = typename Correct::codec_type;
  using mutex_type = typename Correct::mutex_type;
  static_assert(std::is_same_v<typename codec_type::payload_type, payload>);

  broken_transport(Correct correct, fault broken)
      : link_(std::make_shared<spoiling_receiver>(broken)),
        correct_(std::make_unique<Correct>(std::move(correct))) {
    link_->connection_id = [c = correct_.get()] { return std::string{c->connection_id()}; };
  }

  broken_transport(broken_transport&&) noexcept = default;
  broken_transport& operator=(broken_transport&& other) noexcept {
    correct_ = std::move(other.correct_);  // before what it calls
    link_ = std::move(other.link_);
    return *this;
  }
  ~broken_transport() {
    if (correct_ != nullptr) correct_->bind(nullptr);
  }

  [[nodiscard]] std::string client_id() const { return std::string{correct_->client_id()}; }
  [[nodiscard]] codec_type codec() const { return {}; }
  [[nodiscard]] std::string connection_id() const {
    const std::lock_guard lock{link_->known_mutex};
    return link_->known_connection;
  }

  void bind(transport_receiver<payload>* to) {
    link_->to = to;
    if (to != nullptr) {
      link_->first_bound = to;
      correct_->bind(link_.get());
    } else if (link_->broken != fault::unbind_does_not_wait && link_->broken != fault::call_after_unbind) {
      correct_->bind(nullptr);
    }
  }
  void attach(mode_set modes) {
    const auto link = link_;
    link->enter_own_lock();
    link->modes = modes;
    correct_->attach(link->broken == fault::modes_not_passed_on ? mode_set::all() : modes);
  }
  void detach() {
    const auto link = link_;
    link->enter_own_lock();
    if (link->broken == fault::detach_while_lost_unanswered && link->was_lost) return;
    const bool only_here = link->broken == fault::detach_while_lost_only_here && link->was_lost;
    if (only_here || link->broken == fault::detach_only_here) {
      link->on_state({room_state::detached, false, false, {}, {}});
      return;
    }
    correct_->detach();
  }
  void resync() {
    const auto link = link_;
    link->enter_own_lock();
    ++link->resyncs;
    if (link->broken != fault::resync_ignored) correct_->resync();
  }
  void publish(std::vector<message<payload>> messages, publish_token token) {
    const auto link = link_;
    link->enter_own_lock();
    if (link->broken == fault::two_calls_at_once && link->busy_elsewhere()) {
      return link->to.load()->on_published(token, errc::rate_limited);
    }
    for (auto& m : messages) {
      if (link->broken == fault::reentry_id_dropped) m.id = {};
      if (link->broken == fault::data_never_sent) m.data = {};
      if (link->broken == fault::client_id_not_sent) m.client_id.clear();
      if (link->broken == fault::leave_sent_bare && m.action == action::leave) {
        m.data = {};
        m.extras = {};
      }
    }
    if (link->broken == fault::published_before_the_echo) {
      link->call([&](auto& r) { r.on_published(token, {}); });
      if (link->to == nullptr) return;  // unbound in the call, and perhaps destroyed
    }
    correct_->publish(std::move(messages), token);
  }

 private:
  std::shared_ptr<spoiling_receiver> link_;  // outlives the correct one, which calls it
  std::unique_ptr<Correct> correct_;         // stands still when this is moved
};

}  // namespace presence::test

#endif
