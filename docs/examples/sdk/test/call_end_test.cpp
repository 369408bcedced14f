// What the client's end makes of servers that say whatever a test likes.
#include "call_transport.hpp"
#include "channel.hpp"
#include "door.hpp"
#include "frames.hpp"
#include "loop_core.hpp"
#include <presence/basic_presence.hpp>
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace parley {
namespace {

/// A server of one connection, made by hand: to each frame it says what `answer` says.
class odd_server : public channel::user {
 public:
  odd_server(loop_core& on, std::function<void(kind, odd_server&)> answer)
      : port(open_door(on, [this, &on](uv_stream_t* listener) { channel_.emplace(on, listener, *this); })),
        answer_(std::move(answer)) {}
  virtual ~odd_server() = default;

  void say(const writer& frame) { channel_->send(frame.bytes()); }
  void hang_up() { channel_.reset(); }
  void welcome() { say(writer{kind::welcome}.text("connection").text("key").number(0).number(0)); }

  const int port;

 private:
  void on_frame(std::string_view frame) override { answer_(reader{frame}.what().value(), *this); }
  void on_broken() override { channel_.reset(); }

  std::function<void(kind, odd_server&)> answer_;
  std::optional<channel> channel_;
};

class call_end_test : public ::testing::Test {
 protected:
  using participant = presence::basic_presence<voice, loop_clock, call_transport>;

  /// Connects to a server with these answers.
  void connect(std::function<void(kind, odd_server&)> answer) {
    server_.emplace(*loop_, std::move(answer));
    end_ = std::make_shared<call_end>(loop_, call_end::identity{server_->port, "room", "alice", "ticket"});
    end_->on_lost = [this] { ++lost_; };
    alice_.emplace(call_transport{end_}, presence::presence_options{}, loop_clock{loop_});
    end_->connect();
  }
  template <class Done>
  void run_until(Done done) {
    while (!done()) uv_run(&loop_->uv, UV_RUN_ONCE);
  }

  std::shared_ptr<loop_core> loop_ = std::make_shared<loop_core>();
  std::optional<odd_server> server_;
  std::shared_ptr<call_end> end_;
  std::optional<participant> alice_;
  int lost_ = 0;
};

TEST_F(call_end_test, a_refusal_without_a_reason_is_one) {
  connect([](kind, odd_server& server) { server.say(writer{kind::refused}.number(0)); });
  std::error_code outcome;
  alice_->attach([&](std::error_code told) { outcome = told; });
  run_until([&] { return alice_->state() == presence::room_state::failed; });
  EXPECT_TRUE(end_->refused());
  EXPECT_EQ(outcome, presence::errc::bad_request);
}

TEST_F(call_end_test, a_welcome_that_ends_too_early_is_a_lost_connection) {
  connect([](kind, odd_server& server) { server.say(writer{kind::welcome}.text("connection")); });
  run_until([&] { return lost_ != 0; });
  EXPECT_FALSE(end_->welcomed());
  EXPECT_EQ(end_->connection_id(), "");
}

TEST_F(call_end_test, a_welcome_alone_is_no_success_after_which_one_connects_at_once) {
  connect([](kind what, odd_server& server) { what == kind::hello ? server.welcome() : server.hang_up(); });
  for (unsigned attempts = 1; attempts < 4; ++attempts) {
    run_until([&] { return end_->welcomed(); });
    end_->ping(attempts);
    run_until([&] { return lost_ != 0; });
    EXPECT_EQ(end_->attempts(), attempts);
    lost_ = 0;
    end_->connect();
  }
}

TEST_F(call_end_test, a_refusal_after_the_welcome_counts_for_nothing) {
  connect([](kind what, odd_server& server) {
    if (what == kind::hello) server.welcome();
    if (what == kind::attach) server.say(writer{kind::refused}.number(40160));
    if (what == kind::attach) server.say(writer{kind::attached}.number(0).number(0).number(3));
    if (what == kind::publish) server.say(writer{kind::published}.number(1).number(91003));
  });
  std::error_code outcome;
  alice_->enter({}, [&](std::error_code told) { outcome = told; });
  run_until([&] { return static_cast<bool>(outcome); });
  EXPECT_EQ(outcome, presence::errc::room_full);
  EXPECT_FALSE(end_->refused());
}

}  // namespace
}  // namespace parley
