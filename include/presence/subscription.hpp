// Listeners. The only header of this library that includes Boost.Signals2.
#ifndef PRESENCE_SUBSCRIPTION_HPP
#define PRESENCE_SUBSCRIPTION_HPP

#include <presence/action.hpp>
#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/delivery_gate.hpp>
#include <presence/detail/util/unique_function.hpp>
#include <presence/mutex.hpp>
#include <presence/tracked.hpp>

#include <boost/signals2/dummy_mutex.hpp>
#include <boost/signals2/optional_last_value.hpp>
#include <boost/signals2/signal.hpp>

#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI {

namespace detail {

class listener_base {
 public:
  listener_base() = default;
  listener_base(const listener_base&) = delete;
  listener_base& operator=(const listener_base&) = delete;
  virtual ~listener_base() = default;

  /// Stops delivery for good. Returns once the listener is not running, or at once from inside of it.
  virtual void close() noexcept = 0;
  [[nodiscard]] virtual bool open() const noexcept = 0;

  /// Tells the listener. `what` is an `emission` of the events that its list is about.
  virtual void deliver(const void* what) = 0;
};

}  // namespace detail

/// A listener's registration. While it lives the listener is called; destroying it, or `unsubscribe()`, ends that.
///
/// When either has returned the listener is not running and will not run again, unless the call came from inside that
/// very listener: then it is not called again after it returns. May outlive the presence.
/// Concurrency: unsubscribing is safe from any thread and from any callback; one `subscription` object is for one thread
/// at a time.
class [[nodiscard]] subscription {
 public:
  subscription() noexcept = default;  ///< of no listener
  /// As the functions that subscribe make it.
  explicit subscription(std::shared_ptr<detail::listener_base> listener) noexcept : listener_(std::move(listener)) {}
  ///@{
  /// Takes the registration over; the one that this had ends as by `unsubscribe()`.
  subscription(subscription&& other) noexcept = default;
  subscription& operator=(subscription&& other) noexcept {
    if (this != &other) {
      unsubscribe();
      listener_ = std::move(other.listener_);
    }
    return *this;
  }
  ///@}
  /// As `unsubscribe()`, unless it was released.
  ~subscription() { unsubscribe(); }

  /// Ends the registration. The listener is not running when this returns, nor will it run again; called from inside
  /// of it, it is not called again. Waits for a call of it on another thread. Does nothing the second time.
  void unsubscribe() noexcept {
    if (const auto listener = std::exchange(listener_, nullptr)) listener->close();
  }

  /// Keeps the listener until `unsubscribe_all()` or the end of the presence, whatever happens to this object.
  void release() noexcept { listener_.reset(); }

  /// Whether the listener is still being called.
  [[nodiscard]] bool active() const noexcept { return listener_ != nullptr && listener_->open(); }

 private:
  std::shared_ptr<detail::listener_base> listener_;
};

namespace detail {

/// Events that one change produced, told in one emission: a signal's own bookkeeping costs more than calling a listener.
template <class Event>
struct emission {
  std::span<const std::span<const Event>> runs;
  std::uint64_t version;  ///< of the state after the change; who subscribed at this version already has it
  unique_function<void(std::exception_ptr)>* threw;  ///< null: nobody to tell
};

/// What the listeners of one presence share with it, and outlive it with.
template <bool Locking>
struct listener_context {
  static constexpr std::size_t lists = 9;
  static constexpr std::size_t event_lists = 5;  ///< the first ones are for member events
  static constexpr std::size_t set_lists = 7;    ///< and the first of these for anything about the set

  delivery_gate<Locking> gate;
  std::array<std::atomic<int>, lists> counts{};  ///< open listeners of each list
  std::atomic<int> event_listeners{0};           ///< those of the first lists together
  std::atomic<int> set_listeners{0};

  void count(std::size_t list, int more) noexcept {
    counts[list].fetch_add(more, std::memory_order_release);
    if (list < event_lists) event_listeners.fetch_add(more, std::memory_order_release);
    if (list < set_lists) set_listeners.fetch_add(more, std::memory_order_release);
  }
};

/// One type for all kinds of events and data, as each costs a compiler over a second: an emission travels by its address.
template <bool Locking>
struct listener_signal {
  using mutex = std::conditional_t<Locking, boost::signals2::mutex, boost::signals2::dummy_mutex>;
  // The defaults, spelled out to reach the last: signal_type, which would do that, costs 2,300 lines of Boost.Parameter.
  using type = boost::signals2::signal<void(const void*), boost::signals2::optional_last_value<void>, int,
                                       std::less<int>, boost::function<void(const void*)>,
                                       boost::function<void(const boost::signals2::connection&, const void*)>, mutex>;
  struct call {
    std::shared_ptr<listener_base> listener;
    void operator()(const void* what) const { listener->deliver(what); }
  };
};

/// A listener and whom it belongs to. Made of any listener.
template <class Function>
struct owned {
  template <class Listener>
  requires(!std::same_as<std::remove_cvref_t<Listener>, owned> && std::constructible_from<Function, Listener>)
      owned(Listener&& l)
      : owner(owner_of(l)),
        listener(std::forward<Listener>(l)) {}

  listener_owner owner;  // first, as the listener may be moved from
  Function listener;
};

/// The listeners to one kind of event: a signal that is made when first subscribed to, and a counter, as asking a signal
/// whether anybody listens costs 12–25 ns and reading a counter 0.3 (docs/performance.md).
template <class Event, class Mutex>
class listener_list {
  static constexpr bool locking = is_locking<Mutex>;
  using context_ptr = std::shared_ptr<listener_context<locking>>;
  using signal = typename listener_signal<locking>::type;

 public:
  using function = unique_function<void(const Event&)>;

  listener_list(context_ptr context, std::size_t index) noexcept : context_(std::move(context)), index_(index) {}

  [[nodiscard]] bool anybody() const noexcept { return context_->counts[index_].load(std::memory_order_acquire) > 0; }

  /// Calls under the owner's lock. The listener gets what happens after `version`.
  [[nodiscard]] std::shared_ptr<listener_base> connect(owned<function> what, action_set actions,
                                                       std::uint64_t version) {
    if (signal_ == nullptr) signal_ = std::make_unique<signal>();
    auto made = std::make_shared<slot>(context_, index_, std::move(what), actions, version);
    made->connection = signal_->connect(typename listener_signal<locking>::call{made});
    context_->count(index_, 1);
    return made;
  }

  /// By the owner's drainer, outside its lock.
  void emit(const emission<Event>& e) {
    if (anybody()) (*signal_)(&e);
  }

 private:
  struct slot final : listener_base {
    slot(context_ptr c, std::size_t i, owned<function> f, action_set a, std::uint64_t v)
        : context(std::move(c)),
          listener(std::move(f.listener)),
          owner(std::move(f.owner)),
          since(v),
          index(i),
          actions(a) {}

    void deliver(const void* what) override {
      const auto& e = *static_cast<const emission<Event>*>(what);
      if (e.version <= since) return;
      std::shared_ptr<const void> keep;
      if (owner.is_tracked && (keep = owner.of.lock()) == nullptr) return close();
      context->gate.enter(this);
      for (const auto& run : e.runs) {
        for (const Event& event : run) {
          if (closed.load(std::memory_order_seq_cst)) break;
          if (!wants(event)) continue;
          before_callback<Mutex>();
          attempt([&] { listener(event); },
                  [&](std::exception_ptr error) {
                    if (e.threw != nullptr) (*e.threw)(std::move(error));
                  });
        }
      }
      context->gate.leave();
    }

    void close() noexcept override {
      if (!closed.exchange(true, std::memory_order_seq_cst)) {
        context->count(index, -1);
        connection.disconnect();
      }
      context->gate.wait_for(this);
    }
    [[nodiscard]] bool open() const noexcept override { return !closed.load(std::memory_order_acquire); }

    [[nodiscard]] bool wants([[maybe_unused]] const Event& event) const noexcept {
      if constexpr (requires { event.action; }) return actions.contains(event.action);
      return true;
    }

    context_ptr context;
    function listener;
    listener_owner owner;
    boost::signals2::connection connection;
    std::uint64_t since;
    std::size_t index;
    std::atomic<bool> closed{false};
    action_set actions;
  };

  context_ptr context_;
  std::unique_ptr<signal> signal_;
  std::size_t index_;
};

}  // namespace detail
}  // namespace presence::inline PRESENCE_ABI

#endif
