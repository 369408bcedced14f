#include "channel.hpp"

#include "door.hpp"
#include "loop_core.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace parley {
namespace {

/// The server's end: to each frame an answer that is much longer.
class answers_at_length : public channel::user {
 public:
  explicit answers_at_length(loop_core& on)
      : port(open_door(on, [this, &on](uv_stream_t* listener) { channel_.emplace(on, listener, *this); })) {}
  virtual ~answers_at_length() = default;

  const int port;

 private:
  void on_frame(std::string_view) override {
    EXPECT_FALSE(channel_->full()) << "told a frame while much waits to be sent";
    channel_->send(std::string(60'000, 'x'));
  }
  void on_broken() override { channel_.reset(); }

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
