// What is promised of every callback, checked while it runs; and what a thread is in the middle of.
#ifndef PRESENCE_TESTS_SIMULATION_THREADED_WATCH_HPP
#define PRESENCE_TESTS_SIMULATION_THREADED_WATCH_HPP

#include "threaded_check.hpp"
#include "threaded_observer.hpp"
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>
#include <presence/testing/simulation.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace presence::threaded {

using testing::manual_clock;
using testing::seeded_random;
using data_type = std::string;  // has a destructor, so that its end in the wrong place would show
using backplane_type = observed<std::shared_ptr<checking_observer>>;
using hub_type = basic_hub<data_type, manual_clock, backplane_type>;
using session_type = hub_type::session_type;
using attachment_type = session_type::attachment_type;
using transport_type = loopback<data_type, manual_clock, backplane_type>;
using presence_type = hub_type::participant;

/// How far everything has come, for the watchdog.
inline std::atomic<std::uint64_t>& progress() {
  static std::atomic<std::uint64_t> steps{0};
  return steps;
}

/// One participant or attachment, as its callbacks and handlers see it. It outlives both.
class watched {
 public:
  watched() : id_(next()) {}

  /// Whether the calling thread is inside a callback of this one.
  [[nodiscard]] bool on_this_stack() const { return std::find(stack().begin(), stack().end(), this) != stack().end(); }
  /// Whether the calling thread may wait for a callback of this one. Two callbacks that wait for the end of each other
  /// would wait for ever (docs/threads.md), so whoever is inside some waits only for younger ones, or for itself.
  [[nodiscard]] bool may_be_waited_for() const {
    if (on_this_stack()) return true;
    return std::all_of(stack().begin(), stack().end(), [&](const watched* each) { return each->id_ < id_; });
  }
  [[nodiscard]] static std::size_t depth() { return stack().size(); }

  /// A listener, a sink's call, or a participant's handler: never two at a time, and none after the end.
  template <class Call>
  void serial(Call&& call) {
    expect(!over_, "called after its end");
    const auto me = std::this_thread::get_id();
    const auto before = runner_.exchange(me);
    expect(before == std::thread::id{} || (before == me && ending_), "two callbacks of one owner at a time");
    struct restore {
      ~restore() { runner = before; }
      std::atomic<std::thread::id>& runner;
      const std::thread::id before;
    } const at_last{runner_, before};
    ++calls_;
    callback(std::forward<Call>(call));
  }
  /// A handler that may run beside the owner's other calls.
  template <class Call>
  void callback(Call&& call) {
    expect(!over_, "called after its end");
    ++progress();
    stack().push_back(this);
    struct pop {
      ~pop() { stack().pop_back(); }
    } const at_last;
    std::forward<Call>(call)();
  }

  /// The destructor begins, and has returned.
  void ending() { ending_ = true; }
  void ended() {
    expect(asked_ == answered_, "a handler was not called by the end of its owner");
    over_ = true;
  }

 private:
  friend class promise;

  [[nodiscard]] static std::uint64_t next() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }
  [[nodiscard]] static std::vector<const watched*>& stack() {
    static thread_local std::vector<const watched*> of_this_thread;
    return of_this_thread;
  }

  const std::uint64_t id_;
  std::atomic<std::thread::id> runner_{};
  std::atomic<bool> ending_{false};
  std::atomic<bool> over_{false};
  std::atomic<std::size_t> asked_{0};
  std::atomic<std::size_t> answered_{0};
  std::size_t calls_ = 0;  // not atomic: a thread sanitizer notices calls that nothing puts in an order
};

using watched_ptr = std::shared_ptr<watched>;

/// That a handler is called, once.
class promise {
 public:
  explicit promise(watched_ptr owner) : owner_(std::move(owner)) { ++owner_->asked_; }
  promise(const promise&) = delete;
  promise& operator=(const promise&) = delete;
  ~promise() { expect(kept_, "a handler was destroyed without having been called"); }

  void keep() {
    expect(!kept_.exchange(true), "a handler was called twice");
    ++owner_->answered_;
  }
  [[nodiscard]] watched& owner() const { return *owner_; }

 private:
  const watched_ptr owner_;
  std::atomic<bool> kept_{false};
};

[[nodiscard]] inline std::shared_ptr<promise> promised_by(const watched_ptr& owner) {
  return std::make_shared<promise>(owner);
}

}  // namespace presence::threaded

#endif
