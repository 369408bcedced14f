#include "channel.hpp"

#include "loop_core.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>

namespace parley {
namespace {

struct door : pinned {
  uv_tcp_t tcp{};
  class answers_at_length* behind = nullptr;
};

/// The server's end: to each frame an answer that is much longer.
class answers_at_length : public channel::user {
 public:
  explicit answers_at_length(loop_core& on) : loop_(on) {
    auto* at = new door;
    at->behind = this;
    uv_tcp_init(&on.uv, &at->tcp);
    at->tcp.data = static_cast<pinned*>(at);
    sockaddr_in address{};
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_bind(&at->tcp, reinterpret_cast<const sockaddr*>(&address), 0);
    uv_listen(reinterpret_cast<uv_stream_t*>(&at->tcp), 1, [](uv_stream_t* listener, int) {
      auto& self = *static_cast<door*>(static_cast<pinned*>(listener->data))->behind;
      self.channel_.emplace(self.loop_, listener, self);
    });
    int size = sizeof address;
    uv_tcp_getsockname(&at->tcp, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  virtual ~answers_at_length() = default;

  int port = 0;

 private:
  void on_frame(std::string_view) override {
    EXPECT_FALSE(channel_->full()) << "told a frame while much waits to be sent";
    channel_->send(std::string(60'000, 'x'));
  }
  void on_broken() override { channel_.reset(); }

  loop_core& loop_;
  std::optional<channel> channel_;
};

class counts : public channel::user {
 public:
  int frames = 0;
  void on_frame(std::string_view) override { ++frames; }
  void on_broken() override { ADD_FAILURE() << "broken"; }
  virtual ~counts() = default;
};

TEST(channel_test, who_asks_much_at_once_is_answered_as_fast_as_he_reads) {
  loop_core loop;
  answers_at_length server{loop};
  counts told;
  channel client{loop, server.port, told};
  const auto ask = [&](int times) {
    told.frames = 0;
    for (int i = 0; i < times; ++i) client.send("?");
    while (told.frames < times) uv_run(&loop.uv, UV_RUN_ONCE);
  };
  ask(1);      // now it is connected, and all of the next
  ask(1'000);  // are there before the first is read
}

}  // namespace
}  // namespace parley
