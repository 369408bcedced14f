// libuv's loop, its timers, and the time that presence is given.
#ifndef PARLEY_LOOP_CORE_HPP
#define PARLEY_LOOP_CORE_HPP

#include <presence/clock.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <uv.h>

namespace parley {

/// What libuv knows by its address, and may use until it has said that it is closed.
struct pinned {
  virtual ~pinned() = default;
};
inline void close(uv_handle_t* handle) {
  if (uv_is_closing(handle) == 0)
    uv_close(handle, [](uv_handle_t* closed) noexcept { delete static_cast<pinned*>(closed->data); });
}

struct loop_core {
  loop_core();
  loop_core(const loop_core&) = delete;
  loop_core& operator=(const loop_core&) = delete;
  ~loop_core();

  uv_loop_t uv{};
  std::chrono::milliseconds ahead{0};  // what a test lets pass without waiting
};

/// The clock that hub and participants get: grace periods run on the time that the loop's timers go by, so that a timer
/// which has passed finds its deadline passed.
class loop_clock {
 public:
  explicit loop_clock(std::shared_ptr<const loop_core> of) : of_(std::move(of)) {}

  [[nodiscard]] std::chrono::system_clock::time_point now() const { return std::chrono::system_clock::now(); }
  [[nodiscard]] std::chrono::milliseconds elapsed() const {
    return std::chrono::milliseconds{uv_now(&of_->uv)} + of_->ahead;
  }

 private:
  std::shared_ptr<const loop_core> of_;
};
static_assert(presence::clock<loop_clock>);

class timer {
 public:
  timer(loop_core& on, std::function<void()> passed) : box_(new box) {
    box_->passed = std::move(passed);
    uv_timer_init(&on.uv, &box_->handle);
    box_->handle.data = static_cast<pinned*>(box_);
  }
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;
  ~timer() { close(reinterpret_cast<uv_handle_t*>(&box_->handle)); }

  /// Instead of what it was started for before.
  void start(std::chrono::milliseconds in) {
    const auto passed = [](uv_timer_t* handle) noexcept {
      static_cast<box*>(static_cast<pinned*>(handle->data))->passed();
    };
    uv_timer_start(&box_->handle, passed, static_cast<std::uint64_t>(in.count()), 0);
  }

 private:
  struct box : pinned {
    uv_timer_t handle{};
    std::function<void()> passed;
  };
  box* box_;
};

}  // namespace parley

#endif
