// A listener of a test's own.
#ifndef PARLEY_TEST_DOOR_HPP
#define PARLEY_TEST_DOOR_HPP

#include "loop_core.hpp"

#include <functional>
#include <netinet/in.h>
#include <utility>

namespace parley {

struct door : pinned {
  uv_tcp_t tcp{};
  std::function<void(uv_stream_t* listener)> come;
};

/// Listens as long as the loop lives, and tells of each connection that comes. Returns the port.
[[nodiscard]] inline int open_door(loop_core& on, std::function<void(uv_stream_t* listener)> come) {
  auto* at = new door;
  at->come = std::move(come);
  uv_tcp_init(&on.uv, &at->tcp);
  at->tcp.data = static_cast<pinned*>(at);
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_bind(&at->tcp, reinterpret_cast<const sockaddr*>(&address), 0);
  uv_listen(reinterpret_cast<uv_stream_t*>(&at->tcp), 1, [](uv_stream_t* listener, int) noexcept {
    static_cast<door*>(static_cast<pinned*>(listener->data))->come(listener);
  });
  int size = sizeof address;
  uv_tcp_getsockname(&at->tcp, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace parley

#endif
