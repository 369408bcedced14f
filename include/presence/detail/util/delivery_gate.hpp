#ifndef PRESENCE_DETAIL_UTIL_DELIVERY_GATE_HPP
#define PRESENCE_DETAIL_UTIL_DELIVERY_GATE_HPP

#include <presence/detail/util/await_change.hpp>
#include <presence/detail/util/single_threaded.hpp>
#include <presence/version.hpp>

#include <atomic>
#include <thread>

namespace presence::inline PRESENCE_ABI::detail {

/// Which receiver one drainer is calling right now, so that whoever takes a receiver away can wait for exactly that one.
///
/// The drainer writes the receiver's address before it looks whether the receiver is closed; the closer closes it before
/// it looks at the address. Both are sequentially consistent, so at least one of them sees the other: the receiver is
/// not called, or it is waited for.
template <bool Locking>
class delivery_gate {
 public:
  /// By the drainer, before it checks that `receiver` is still open and calls it; null when it calls nobody.
  void enter(const void* receiver) noexcept {
    runner_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    pass_to(receiver);
  }
  /// The same, where this thread has entered before.
  void pass_to(const void* receiver) noexcept {
    store_in_order(current_, receiver);
    if (waiting_.load(std::memory_order_seq_cst) > 0) current_.notify_all();
  }
  void leave() noexcept { pass_to(nullptr); }

  /// By the closer, after it closed `receiver`: returns once the receiver is not being called, or at once when this is
  /// called from inside of it.
  void wait_for(const void* receiver) noexcept {
    if (current_.load(std::memory_order_seq_cst) != receiver || inside()) return;
    waiting_.fetch_add(1, std::memory_order_seq_cst);
    while (current_.load(std::memory_order_seq_cst) == receiver) await_change(current_, receiver);
    waiting_.fetch_sub(1, std::memory_order_seq_cst);
  }

 private:
  [[nodiscard]] bool inside() const noexcept {
    return runner_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }

  std::atomic<const void*> current_{nullptr};
  std::atomic<std::thread::id> runner_{};
  std::atomic<int> waiting_{0};
};

/// On one thread, whoever takes a receiver away while it is being called is inside of it.
template <>
class delivery_gate<false> {
 public:
  void enter(const void*) noexcept {}
  void pass_to(const void*) noexcept {}
  void leave() noexcept {}
  void wait_for(const void*) noexcept {}
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
