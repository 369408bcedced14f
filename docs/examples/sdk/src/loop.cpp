#include "loop_core.hpp"

#include <csignal>
#include <parley/parley.hpp>
#include <system_error>

namespace parley {

loop_core::loop_core() {
  // libuv leaves this to programs: else the first write to a broken connection ends them. One's own handler stays.
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  if (before != SIG_DFL) std::signal(SIGPIPE, before);
  if (const int status = uv_loop_init(&uv); status != 0) throw std::system_error{-status, std::generic_category()};
}
loop_core::~loop_core() {
  uv_walk(
      &uv, [](uv_handle_t* handle, void*) noexcept { close(handle); }, nullptr);
  uv_run(&uv, UV_RUN_DEFAULT);  // libuv says that they are closed
  uv_loop_close(&uv);
}

loop::loop() : core_(std::make_shared<loop_core>()) {}

bool loop::run_until(const std::function<bool()>& done, std::chrono::milliseconds at_most) {
  const auto keep = core_;
  bool late = false;
  timer limit{*keep, [&late] { late = true; }};
  uv_update_time(&keep->uv);
  limit.start(at_most);
  bool is_done = done();
  while (!is_done && !late) {
    uv_run(&keep->uv, UV_RUN_ONCE);
    is_done = done();
  }
  return is_done;
}

}  // namespace parley
