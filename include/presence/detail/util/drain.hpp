#ifndef PRESENCE_DETAIL_UTIL_DRAIN_HPP
#define PRESENCE_DETAIL_UTIL_DRAIN_HPP

#include <presence/detail/util/await_change.hpp>
#include <presence/detail/util/fifo.hpp>
#include <presence/detail/util/thread_duties.hpp>
#include <presence/mutex.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// A queue of tasks that are worked through one at a time by whichever thread brings one while nobody is at work. A
/// thread that brings one meanwhile leaves it there and goes on.
///
/// Nobody works for others without bound (docs/threads.md). A worker has a goal: the last task that it brought itself,
/// and what that one brings from inside its callbacks. What the tasks of others bring meanwhile does not count: else
/// whoever goes on bringing tasks that lead to more would keep the worker there for ever. Past its goal the worker
/// stays only until another thread can take over: one that brings a task from outside any callback waits for the task
/// in hand and takes its place; one that is inside a callback of another drain, where it must not wait, promises to
/// come back when it is out. So there is always a thread that is at work or will be, and none is kept longer than its
/// own tasks and one of somebody else's take.
///
/// Every function is called under the owner's lock, unless it says otherwise. With a mutex that does not lock, all that
/// is about other threads vanishes.
template <class Task, class Mutex>
class drain {
  static constexpr bool locking = is_locking<Mutex>;

 public:
  using lock_type = std::unique_lock<Mutex>;

  [[nodiscard]] bool empty() const noexcept { return tasks_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return tasks_.size(); }
  [[nodiscard]] bool busy() const noexcept { return busy_; }
  /// Whether the calling thread is the one at work.
  [[nodiscard]] bool inside() const noexcept {
    if constexpr (locking) return busy_ && runner_ == std::this_thread::get_id();
    return busy_;
  }
  /// Whether nothing refers to the owner any more: nobody is at work, waits, or has promised to come back.
  [[nodiscard]] bool unused() const noexcept { return !busy_ && promises_ == 0 && waiting_ == 0; }
  /// How many threads have promised to come back. The owner lives until they have.
  [[nodiscard]] std::size_t promises() const noexcept { return promises_; }

  /// The next `push` will not throw, nor so many of them.
  void make_room(std::size_t places = 1) { tasks_.make_room(places); }
  /// Anything that a task can be made of.
  template <class From>
  void push(From&& task) {
    tasks_.emplace(std::forward<From>(task));
    ++brought_;
    if constexpr (locking) {
      if (own_in_hand_ && inside()) goal_ = brought_;
    }
  }
  /// Precondition: not empty.
  [[nodiscard]] Task pop() noexcept {
    ++done_;
    if constexpr (locking) own_in_hand_ = done_ == goal_;
    return tasks_.pop();
  }
  [[nodiscard]] fifo<Task>& tasks() noexcept { return tasks_; }

  /// Works if nobody does, or takes over from who is past its goal; else leaves it to who is at work. First calls
  /// `first(lock)`, then `step(lock)` until that returns false as there is nothing left. Both may let go of the lock
  /// and take it again, and may not throw. `first` is not called where somebody else is at work: whoever has one makes
  /// sure that nobody is. After this the owner lets go of the lock and calls `thread_duties::mine().settle()`.
  template <class First, class Step>
  void run(lock_type& lock, drainable& owner, First&& first, Step&& step) noexcept {
    if (busy_ && !take_over(lock, owner)) return;
    if (!stopped_) work(lock, first, step);
  }
  template <class Step>
  void run(lock_type& lock, drainable& owner, Step&& step) noexcept {
    run(
        lock, owner, [](lock_type&) {}, step);
  }

  /// For `drainable::come_back`: keeps the promise.
  template <class Step>
  void come_back(lock_type& lock, Step&& step) noexcept {
    if constexpr (locking) {
      if (promised_by_ == std::this_thread::get_id()) promised_by_ = {};
      wait_for_relief(lock);
      --promises_;
      if (!busy_ && !stopped_)
        work(
            lock, [](lock_type&) {}, step);
    }
  }

  /// Stands still until whoever is at work calls `wake` or ends, if somebody else is at work and this thread is inside
  /// no drain. A worker that is past its goal then ends and counts on this thread, which has to call `run` after this.
  void wait_for_progress([[maybe_unused]] lock_type& lock) noexcept {
    if constexpr (locking) {
      if (!busy_ || thread_duties::mine().inside()) return;
      ++promises_;
      wait(lock);
      --promises_;
    }
  }
  [[nodiscard]] bool somebody_stands_still() const noexcept { return waiting_ > 0; }
  /// By the worker: those who stand still go on.
  void wake() noexcept {
    if constexpr (locking) {
      if (waiting_ == 0) return;
      changes_.fetch_add(1, std::memory_order_release);
      changes_.notify_all();
    }
  }

  /// Nobody begins to work any more, and whoever is at work stops after the task in hand. Waits for that, unless it is
  /// called from inside it.
  void stop(lock_type& lock) noexcept {
    stopped_ = true;
    if constexpr (locking) {
      if (inside()) return;
      while (busy_) wait(lock);
    }
  }
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }

 private:
  template <class First, class Step>
  void work(lock_type& lock, First&& first, Step&& step) noexcept {
    busy_ = true;
    if constexpr (locking) {
      runner_ = std::this_thread::get_id();
      goal_ = brought_;
      past_goal_ = false;
      own_in_hand_ = true;
      thread_duties::mine().enter();
    }
    first(lock);
    while (!stopped_) {
      if constexpr (locking) {
        past_goal_ = done_ >= goal_;
        if (past_goal_ && promises_ > 0) break;  // that thread goes on
      }
      if (!step(lock)) break;
    }
    busy_ = false;
    if constexpr (locking) {
      runner_ = {};
      past_goal_ = false;
      thread_duties::mine().leave();
      wake();
    }
  }

  /// Somebody else is at work. Returns whether the caller is to work in its place.
  [[nodiscard]] bool take_over([[maybe_unused]] lock_type& lock, [[maybe_unused]] drainable& owner) noexcept {
    if constexpr (locking) {
      if (inside()) return false;
      thread_duties& mine = thread_duties::mine();
      if (mine.inside()) {
        const auto me = std::this_thread::get_id();
        if (promised_by_ != me && mine.promise(owner)) {
          promised_by_ = me;
          ++promises_;
        }
        return false;
      }
      if (!past_goal_) return false;
      ++promises_;
      wait_for_relief(lock);
      --promises_;
      return !busy_;
    }
    return false;
  }

  /// Whoever is past its goal lets go after the task in hand, as this thread is there.
  void wait_for_relief(lock_type& lock) noexcept {
    while (busy_ && past_goal_) wait(lock);
  }
  void wait(lock_type& lock) noexcept {
    ++waiting_;
    const auto seen = changes_.load(std::memory_order_acquire);
    lock.unlock();
    await_change(changes_, seen, std::memory_order_acquire);
    lock.lock();
    --waiting_;
  }

  fifo<Task> tasks_;
  std::uint64_t brought_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t goal_ = 0;  // how many must be done before the worker may go
  std::size_t promises_ = 0;
  std::thread::id runner_;
  std::thread::id promised_by_;  // the last to promise
  std::uint32_t waiting_ = 0;
  std::atomic<std::uint32_t> changes_{0};
  bool busy_ = false;
  bool past_goal_ = false;
  bool own_in_hand_ = false;  // the worker's last own task is being worked on
  bool stopped_ = false;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
