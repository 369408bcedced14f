// A participant with listeners, used from any thread.
#ifndef PRESENCE_TESTS_SIMULATION_THREADED_PLAYER_HPP
#define PRESENCE_TESTS_SIMULATION_THREADED_PLAYER_HPP

#include "threaded_fold.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::threaded {

class player : public std::enable_shared_from_this<player> {
 public:
  /// What a thread does inside a callback of this player, which is null where it is being destroyed. Returns a number
  /// from 0 to 99, for what the callback itself is to do.
  using what_next = std::uint64_t (*)(watched&, std::shared_ptr<player>);

  player(std::string in, transport_type transport, const presence_options& options, const manual_clock& clock,
         what_next act)
      : room(std::move(in)),
        act_(act),
        self_(std::in_place, std::move(transport), options, clock) {}
  player(const player&) = delete;
  player& operator=(const player&) = delete;
  ~player() {
    watch->ending();
    // A listener is over once its participant is, whether its subscription ends before or after.
    self_.reset();
    watch->ended();
  }

  /// Folds what it is told from the beginning, over an empty set, if it may hear anything.
  void start(bool events) {
    auto before =
        self_->subscribe_state([known = known_, watch = watch, me = weak_from_this(), act = act_](const room_event& e) {
          watch->serial([&] {
            if (e.current == room_state::detached || e.current == room_state::failed) known->clear();
            throw_maybe(act(*watch, me.lock()));
          });
        });
    before.release();
    if (!events) return;
    folds_ = true;
    auto all =
        self_->subscribe([known = known_, watch = watch, me = weak_from_this(), act = act_](const event<data_type>& e) {
          watch->serial([&] {
            if (e.action == action::leave) {
              known->remove(e);
            } else {
              known->put(e);
            }
            throw_maybe(act(*watch, me.lock()));
          });
        });
    all.release();
  }

  presence_type& operator*() { return *self_; }
  presence_type* operator->() { return &*self_; }

  /// Handlers that are called once, and go on from there. The owner is asked only for its name here: this may be the
  /// last that anybody does with it.
  [[nodiscard]] auto handler() {
    return [noted = promised_by(watch), me = weak_from_this(), act = act_](const auto&) {
      noted->keep();
      noted->owner().serial([&] { throw_maybe(act(noted->owner(), me.lock())); });
    };
  }

  void listen(seeded_random& random) {
    auto made = std::make_unique<listening>();
    const auto on_call = [over = made->over, watch = watch, me = weak_from_this(), act = act_](const auto&) {
      expect(!*over, "a listener was called after unsubscribe had returned");
      watch->serial([&] { throw_maybe(act(*watch, me.lock())); });
    };
    switch (random.below(4)) {
      case 0: made->subscribed = self_->subscribe(on_call); break;
      case 1: made->subscribed = self_->subscribe(action::enter | action::leave, on_call); break;
      case 2: made->subscribed = self_->subscribe_users(on_call); break;
      default: made->subscribed = self_->subscribe_errors(on_call); break;
    }
    const std::lock_guard lock{mutex_};
    listeners_.push_back(std::move(made));
  }
  void stop_listening(seeded_random& random) {
    if (!watch->may_be_waited_for()) return;
    std::unique_ptr<listening> last;
    {
      const std::lock_guard lock{mutex_};
      if (listeners_.empty()) return;
      std::swap(listeners_[random.below(listeners_.size())], listeners_.back());
      last = std::move(listeners_.back());
      listeners_.pop_back();
    }
    last->subscribed.unsubscribe();
    *last->over = true;
  }
  void stop_all_listening() {
    if (!watch->may_be_waited_for()) return;
    folds_ = false;
    self_->unsubscribe_all();
  }

  [[nodiscard]] bool folds() const { return folds_; }
  [[nodiscard]] const fold& known() const { return *known_; }

  const watched_ptr watch = std::make_shared<watched>();
  const std::string room;

 private:
  struct listening {
    std::shared_ptr<std::atomic<bool>> over = std::make_shared<std::atomic<bool>>(false);
    subscription subscribed;
  };
  static void throw_maybe(std::uint64_t dice) {
    if (dice == 99) throw std::runtime_error{"a callback that throws"};
  }

  const what_next act_;
  const std::shared_ptr<fold> known_ = std::make_shared<fold>();
  std::atomic<bool> folds_{false};
  std::mutex mutex_;
  std::vector<std::unique_ptr<listening>> listeners_;  // may outlive the participant by a little
  std::optional<presence_type> self_;
};

}  // namespace presence::threaded

#endif
