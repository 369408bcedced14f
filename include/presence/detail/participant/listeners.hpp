#ifndef PRESENCE_DETAIL_PARTICIPANT_LISTENERS_HPP
#define PRESENCE_DETAIL_PARTICIPANT_LISTENERS_HPP

#include <presence/action.hpp>
#include <presence/changes.hpp>
#include <presence/detail/participant/event_collector.hpp>
#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/unique_function.hpp>
#include <presence/failure.hpp>
#include <presence/member.hpp>
#include <presence/message.hpp>
#include <presence/room_state.hpp>
#include <presence/subscription.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// All listeners of one participant. Functions that subscribe are called under the participant's lock, those that notify
/// by whoever is at work, outside it.
template <class Data, class Mutex>
class participant_listeners {
  static constexpr bool locking = is_locking<Mutex>;
  using event_list = listener_list<event<Data>, Mutex>;
  template <class Event>
  using function = owned<unique_function<void(const Event&)>>;

 public:
  using thrown = unique_function<void(std::exception_ptr)>;

  /// Whether anybody is told what happens to the set.
  [[nodiscard]] bool any() const noexcept { return context_->set_listeners.load(std::memory_order_acquire) > 0; }
  [[nodiscard]] bool any_for_events() const noexcept {
    return context_->event_listeners.load(std::memory_order_acquire) > 0;
  }
  [[nodiscard]] bool any_for_users() const noexcept { return users_.anybody(); }
  [[nodiscard]] bool any_for_changes() const noexcept { return changes_.anybody(); }

  // --- under the lock ---------------------------------------------------------------------------------------------------

  [[nodiscard]] subscription add(action_set actions, function<event<Data>> listener, std::uint64_t version) {
    event_list* list = &any_;
    for (std::size_t i = 0; i < each.size(); ++i) {
      if (actions == action_set{each[i]}) list = &by_action_[i];
    }
    return remember([&] { return list->connect(std::move(listener), actions, version); }, true);
  }
  [[nodiscard]] subscription add(function<user_event> listener, std::uint64_t version) {
    return remember([&] { return users_.connect(std::move(listener), {}, version); });
  }
  [[nodiscard]] subscription add(function<changes<Data>> listener, std::uint64_t version) {
    return remember([&] { return changes_.connect(std::move(listener), {}, version); });
  }
  [[nodiscard]] subscription add(function<room_event> listener) {
    return remember([&] { return states_.connect(std::move(listener), {}, state_version_); });
  }
  [[nodiscard]] subscription add(function<failure> listener) {
    return remember([&] { return failures_.connect(std::move(listener), {}, failure_version_); });
  }

  /// Those that are there, to be closed outside the lock.
  struct known_listener {
    std::weak_ptr<listener_base> listener;
    bool of_events;
  };
  [[nodiscard]] std::vector<known_listener> take_all() noexcept { return std::exchange(known_, {}); }

  /// The listener to events, where there is just one, which is called without its signal: asking a signal to call one
  /// slot takes 600 instructions, more than all else that a message costs. Where it is not certain, or it has just been
  /// closed, its signal knows. None is locked here, so that none ends here: that would be user code under the lock.
  [[nodiscard]] std::weak_ptr<listener_base> only_for_events() noexcept {
    if (context_->event_listeners.load(std::memory_order_acquire) != 1) return {};
    if (!only_.expired()) return only_;
    std::size_t alive = 0;
    for (const known_listener& known : known_) {
      if (!known.of_events || known.listener.expired()) continue;
      only_ = known.listener;
      ++alive;
    }
    if (alive != 1) only_.reset();
    return only_;
  }

  /// A state event or failure gets a number under the lock, so that who subscribes while it is told knows that it is new.
  [[nodiscard]] std::uint64_t next_state() noexcept { return ++state_version_; }
  [[nodiscard]] std::uint64_t next_failure() noexcept { return ++failure_version_; }

  // --- outside the lock -------------------------------------------------------------------------------------------------

  void notify(const room_event& e, std::uint64_t version, thrown& threw) {
    const std::span<const room_event> run{&e, 1};
    states_.emit({{&run, 1}, version, &threw});
  }
  /// What such a listener throws is dropped: there is nobody left to tell.
  void notify(const failure& what, std::uint64_t version) {
    const std::span<const failure> run{&what, 1};
    failures_.emit({{&run, 1}, version, nullptr});
  }
  /// The member events of a change in order, then what they meant for users. `only_one` is what `only_for_events` said
  /// under the lock. Then what they came to, for lists. Returns false where there was no memory for the last two.
  bool notify(event_collector<Data>& events, std::uint64_t version, thrown& threw,
              const std::weak_ptr<listener_base>& only_one) {
    if (const auto& told = events.runs(); !told.empty()) {
      const std::shared_ptr<listener_base> only = only_one.lock();
      if (only != nullptr && only->open()) {
        const emission<event<Data>> e{told, version, &threw};
        only->deliver(&e);
      } else {
        deliver_runs(events, version, threw);
      }
    }
    const bool users_told = events.notes().empty() || deliver_users(events, version, threw);
    return (events.change_notes().empty() || deliver_changes(events, version, threw)) && users_told;
  }

 private:
  static constexpr std::array each{action::present, action::enter, action::leave, action::update};
  static constexpr std::size_t most_kept = 1024;
  using runs = std::span<const std::span<const event<Data>>>;

  /// Everything in one emission where nobody can tell the difference. Where there are several actions, neighbours with
  /// the same action at a time: then one for enters and one for leaves hear of a member that left and came back in this
  /// order.
  void deliver_runs(event_collector<Data>& events, std::uint64_t version, thrown& threw) {
    if (std::has_single_bit(events.actions().bits())) {
      return deliver_runs(runs{events.runs()}, version, events.actions(), threw);
    }
    for (const auto& run : events.runs()) {
      for (std::size_t from = 0, to = 0; from < run.size(); from = to) {
        while (to < run.size() && run[to].action == run[from].action) ++to;
        const auto part = run.subspan(from, to - from);
        deliver_runs(runs{&part, 1}, version, part.front().action, threw);
      }
    }
  }
  void deliver_runs(runs told, std::uint64_t version, action_set actions, thrown& threw) {
    any_.emit({told, version, &threw});
    for (std::size_t i = 0; i < each.size(); ++i) {
      if (actions.contains(each[i])) by_action_[i].emit({told, version, &threw});
    }
  }

  /// Tried twice, as what is not told now is never told.
  bool deliver_users(event_collector<Data>& events, std::uint64_t version, thrown& threw) {
    return try_deliver_users(events, version, threw) || try_deliver_users(events, version, threw);
  }
  bool try_deliver_users(event_collector<Data>& events, std::uint64_t version, thrown& threw) {
    bool told = false;
    attempt(
        [&] {
          for (const auto& note : events.notes()) {
            const event<Data>& e = events.event_of(note);
            user_events_.push_back({note.change, e.client_id, e.timestamp});
          }
          told = true;
          const std::span<const user_event> run{user_events_};
          users_.emit({{&run, 1}, version, &threw});
        },
        [](const std::exception_ptr&) {});
    user_events_.clear();
    if (user_events_.capacity() > most_kept) std::vector<user_event>{}.swap(user_events_);
    return told;
  }

  /// Each member once, with what it came to: whether it was there before its first event, and is after its last.
  bool deliver_changes(event_collector<Data>& events, std::uint64_t version, thrown& threw) {
    using effect = typename event_collector<Data>::effect;
    const auto& notes = events.change_notes();
    bool told = false;
    attempt(
        [&] {
          std::vector<std::size_t> order(notes.size());
          for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
          const auto key = [&](std::size_t i) {
            const event<Data>& e = events.event_of(notes[i]);
            return std::pair<std::string_view, std::string_view>{e.client_id, e.connection_id};
          };
          std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
          std::vector<std::pair<std::size_t, effect>> net;  // the last event of each member, and what all came to
          for (std::size_t from = 0, to = 0; from < order.size(); from = to) {
            while (to < order.size() && key(order[to]) == key(order[from])) ++to;
            const bool was_there = notes[order[from]].what != effect::added;
            const bool is_there = notes[order[to - 1]].what != effect::removed;
            if (!was_there && !is_there) continue;
            net.emplace_back(order[to - 1], !was_there ? effect::added : is_there ? effect::updated : effect::removed);
          }
          std::sort(net.begin(), net.end());
          changes<Data> all;
          for (const auto& [last, what] : net) {
            auto& list = what == effect::added ? all.added : what == effect::updated ? all.updated : all.removed;
            list.push_back(events.event_of(notes[last]));
          }
          told = true;
          if (all.empty()) return;
          const std::span<const changes<Data>> run{&all, 1};
          changes_.emit({{&run, 1}, version, &threw});
        },
        [](const std::exception_ptr&) {});
    return told;
  }

  /// Forgets the listeners that are gone once they may be the greater part. Makes room before anything is connected.
  template <class Connect>
  [[nodiscard]] subscription remember(Connect&& connect, bool of_events = false) {
    if (known_.size() >= look_at_) {
      std::erase_if(known_, [](const known_listener& known) { return known.listener.expired(); });
      look_at_ = 2 * known_.size() + 16;
    }
    known_.push_back({{}, of_events});
    std::shared_ptr<listener_base> made;
    struct undo {
      std::vector<known_listener>& known;
      const std::shared_ptr<listener_base>& made;
      ~undo() {
        if (made == nullptr) known.pop_back();
      }
    } unless_made{known_, made};
    made = connect();
    known_.back().listener = made;
    return subscription{made};
  }

  std::shared_ptr<listener_context<locking>> context_ = std::make_shared<listener_context<locking>>();
  event_list any_{context_, 0};  // asked for more than one action
  std::array<event_list, 4> by_action_{event_list{context_, 1}, event_list{context_, 2}, event_list{context_, 3},
                                       event_list{context_, 4}};  // in the order of `each`
  listener_list<user_event, Mutex> users_{context_, 5};
  listener_list<changes<Data>, Mutex> changes_{context_, 6};
  listener_list<room_event, Mutex> states_{context_, 7};
  listener_list<failure, Mutex> failures_{context_, 8};
  std::vector<user_event> user_events_;  // of whoever is at work
  std::vector<known_listener> known_;
  std::weak_ptr<listener_base> only_;  // the last that was found to be the only one for events
  std::size_t look_at_ = 16;           // how many may be known before those that are gone are looked for
  std::uint64_t state_version_ = 0;
  std::uint64_t failure_version_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
