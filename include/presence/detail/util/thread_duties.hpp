#ifndef PRESENCE_DETAIL_UTIL_THREAD_DUTIES_HPP
#define PRESENCE_DETAIL_UTIL_THREAD_DUTIES_HPP

#include <presence/detail/util/attempt.hpp>
#include <presence/version.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// Something with a queue of tasks that a thread has promised to come back to.
class drainable {
 public:
  /// Called once for each promise, by the thread that made it, outside all drains and without any lock. The object must
  /// live until then.
  virtual void come_back() noexcept = 0;

 protected:
  ~drainable() = default;
};

/// What one thread is in the middle of: how many drains it is inside of, and which others it has promised to come back
/// to once it is out of them all. Constant-initialized and trivially destructible, so that it costs no more than any
/// other thread-local number.
class thread_duties {
 public:
  [[nodiscard]] static thread_duties& mine() noexcept {
    static constinit thread_local thread_duties of_this_thread;
    return of_this_thread;
  }

  /// Whether this thread works on some drain, and so may be inside a callback.
  [[nodiscard]] bool inside() const noexcept { return depth_ > 0; }
  void enter() noexcept { ++depth_; }
  void leave() noexcept { --depth_; }

  /// Returns false where there is no memory to remember it: then there is no promise.
  [[nodiscard]] bool promise(drainable& to) noexcept {
    bool made = false;
    attempt(
        [&] {
          if (promised_ == nullptr) promised_ = std::make_unique<std::vector<drainable*>>().release();
          promised_->push_back(&to);
          made = true;
        },
        [](const std::exception_ptr&) {});
    return made;
  }

  /// Keeps the promises, if this thread is out of all drains. Called after each drain, without a lock.
  void settle() noexcept {
    if (promised_ != nullptr && depth_ == 0 && !settling_) settle_promises();
  }

 private:
  void settle_promises() noexcept {
    settling_ = true;
    while (promised_ != nullptr) {  // keeping one may bring another
      const std::unique_ptr<std::vector<drainable*>> round{std::exchange(promised_, nullptr)};
      for (drainable* to : *round) to->come_back();
    }
    settling_ = false;
  }

  std::vector<drainable*>* promised_ = nullptr;
  std::size_t depth_ = 0;
  bool settling_ = false;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
