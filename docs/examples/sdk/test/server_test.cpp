// What the server makes of clients that say whatever a test likes.
#include "channel.hpp"
#include "frames.hpp"
#include "loop_core.hpp"
#include "switchboard.hpp"
#include <presence/mode.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace parley {
namespace {

/// A client made by hand.
class stranger : public channel::user {
 public:
  stranger(std::shared_ptr<loop_core> on, int port) : loop_(std::move(on)), channel_(*loop_, port, *this) {}
  virtual ~stranger() = default;

  void say(const writer& frame) { channel_.send(frame.bytes()); }
  void say(std::string_view frame) { channel_.send(frame); }
  void hello(std::string_view key = {}, std::uint64_t heard_before = 0) {
    say(writer{kind::hello}.text("ticket").text("bob").text("room").text(key).number(1).number(heard_before));
  }
  /// The fields of the next frame of a kind; nothing where the connection ends before.
  std::optional<reader> await(kind which) {
    which_ = which;
    frame_.reset();
    while (!frame_ && !broken_) uv_run(&loop_->uv, UV_RUN_ONCE);
    if (!frame_) return std::nullopt;
    reader fields{*frame_};
    static_cast<void>(fields.what());
    return fields;
  }
  [[nodiscard]] std::uint64_t heard() const { return heard_; }  // frames, as a client counts them

 private:
  void on_frame(std::string_view frame) override {
    const auto what = reader{frame}.what();
    if (what != kind::welcome && what != kind::ping) ++heard_;
    if (!frame_ && what == which_) frame_ = frame;
  }
  void on_broken() override { broken_ = true; }

  std::shared_ptr<loop_core> loop_;
  channel channel_;
  kind which_ = kind::ping;
  std::optional<std::string> frame_;
  std::uint64_t heard_ = 0;
  bool broken_ = false;
};

/// A client that reads only when it is told to.
class slow_reader {
 public:
  explicit slow_reader(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    const int small = 65'536;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    sockaddr_in address{};
    uv_ip4_addr("127.0.0.1", port, &address);
    const int status = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    EXPECT_TRUE(status == 0 || errno == EINPROGRESS);
  }
  slow_reader(const slow_reader&) = delete;
  slow_reader& operator=(const slow_reader&) = delete;
  ~slow_reader() { ::close(fd_); }

  /// Sends what goes of what is still to be sent. Returns whether a byte went.
  bool say(std::string_view frame) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) out_ += static_cast<char>(frame.size() >> shift & 0xFFU);
    out_ += frame;
    return flush();
  }
  bool flush() {
    const auto sent = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent > 0) out_.erase(0, static_cast<std::size_t>(sent));
    return sent > 0;
  }
  [[nodiscard]] bool all_sent() const { return out_.empty(); }
  /// Reads what is there, and tells of each frame.
  template <class Told>
  void read(Told told) {
    std::array<char, 65'536> chunk;
    for (ssize_t got = 0; (got = ::recv(fd_, chunk.data(), chunk.size(), 0)) > 0;)
      in_.append(chunk.data(), static_cast<std::size_t>(got));
    std::string_view rest = in_;
    while (rest.size() >= 4) {
      std::size_t size = 0;
      for (const char byte : rest.substr(0, 4)) size = size << 8U | static_cast<unsigned char>(byte);
      if (rest.size() - 4 < size) break;
      reader fields{rest.substr(4, size)};
      const auto what = fields.what();
      told(what.value(), fields);
      rest.remove_prefix(4 + size);
    }
    in_.erase(0, in_.size() - rest.size());
  }

 private:
  int fd_;
  std::string out_, in_;
};

class server_test : public ::testing::Test {
 protected:
  std::unique_ptr<stranger> come() { return std::make_unique<stranger>(loop_, board_.port()); }
  /// Attached, with a key to come back by.
  std::unique_ptr<stranger> attached(std::string& key) {
    auto made = come();
    made->hello();
    auto welcome = made->await(kind::welcome).value();
    id_ = welcome.text();
    key = welcome.text();
    made->say(writer{kind::attach}.number(presence::mode_set::all().bits()));
    EXPECT_TRUE(made->await(kind::attached));
    return made;
  }
  std::unique_ptr<stranger> attached() {
    std::string key;
    return attached(key);
  }
  /// Whether whoever comes back, and has heard so many frames, is told that he has missed nothing.
  bool resumes(const std::string& key, std::uint64_t heard) {
    const auto back = come();
    back->hello(key, heard);
    auto answer = back->await(kind::attached).value();
    return answer.number() != 0;
  }
  void expect_cut_off(stranger& who) {
    EXPECT_FALSE(who.await(kind::ping));
    const auto other = attached();  // others are served all the same
    other->say(writer{kind::ping}.number(7));
    EXPECT_EQ(other->await(kind::ping).value().number(), 7U);
  }
  [[nodiscard]] static std::string entering(std::string data) {
    message m;
    m.action = presence::action::enter;
    m.data = presence::shared_data<presence::payload>::make(presence::payload::text(std::move(data)));
    return to_frame(m);
  }

  std::shared_ptr<loop_core> loop_ = std::make_shared<loop_core>();
  switchboard board_{loop_, 0, [](std::string_view name, std::string_view) { return presence::identity{name}; },
                     std::chrono::hours{1}};
  std::string id_;
};

TEST_F(server_test, who_has_heard_all_resumes_and_who_has_not_is_synced) {
  for (const std::uint64_t missed : {0U, 1U}) {
    std::string key;
    auto bob = attached(key);
    bob->say(entering("here"));
    bob->say(writer{kind::publish}.number(1));
    ASSERT_TRUE(bob->await(kind::published));
    const auto heard = bob->heard();
    bob.reset();
    EXPECT_EQ(resumes(key, heard - missed), missed == 0);
  }
}

TEST_F(server_test, who_comes_back_while_the_old_connection_seems_alive_takes_its_place) {
  std::string key;
  const auto before = attached(key);
  const auto back = come();
  back->hello(key, before->heard());
  EXPECT_TRUE(back->await(kind::attached));
  EXPECT_FALSE(before->await(kind::ping)) << "the old connection is cut off";
}

TEST_F(server_test, a_wrong_key_opens_a_session_of_its_own) {
  std::string key;
  const auto bob = attached(key);
  const auto thief = come();
  thief->hello(key.substr(0, key.size() - 1) + '?', bob->heard());
  EXPECT_NE(thief->await(kind::welcome).value().text(), id_);
}

TEST_F(server_test, who_does_not_say_hello_is_cut_off) {
  const auto who = come();
  who->say(writer{kind::attach}.number(1));
  expect_cut_off(*who);
}

TEST_F(server_test, who_has_said_goodbye_before_he_is_refused_is_cut_off) {
  const auto who = come();
  const std::string no_name(257, 'x');
  who->say(writer{kind::hello}.text("ticket").text(no_name).text("room").text("").number(1).number(0));
  who->say(writer{kind::goodbye});
  EXPECT_TRUE(who->await(kind::refused));
  expect_cut_off(*who);
}

TEST_F(server_test, a_frame_that_is_too_long_is_the_last) {
  const auto who = attached();
  who->say(std::string(max_frame + 1, '\0'));
  expect_cut_off(*who);
}

TEST_F(server_test, a_hello_or_message_that_ends_too_early_is_the_last) {
  const auto whole = entering("data");
  for (std::size_t size = 1; size < whole.size(); size += 7) {
    const auto who = attached();
    who->say(std::string_view{whole}.substr(0, size));
    expect_cut_off(*who);
  }
  const auto who = come();
  who->say(writer{kind::hello}.text("ticket"));
  expect_cut_off(*who);
}

TEST_F(server_test, kinds_that_no_client_says_are_the_last) {
  for (const std::string& frame : {std::string{}, std::string{"\x7F"}, writer{kind::hello}.bytes(),
                                   writer{kind::welcome}.bytes(), writer{kind::attached}.bytes()}) {
    const auto who = attached();
    who->say(frame);
    expect_cut_off(*who);
  }
}

TEST_F(server_test, messages_without_end_are_cut_off) {
  const auto who = attached();
  const auto one = entering(std::string(65'536, 'x'));
  for (std::size_t sent = 0; sent <= max_publish; sent += one.size()) who->say(one);
  expect_cut_off(*who);
  const auto other = attached();
  for (std::size_t i = 0; i <= max_publish_messages; ++i) other->say(entering(""));
  expect_cut_off(*other);
}

TEST_F(server_test, who_reads_slowly_misses_messages_and_is_synced_once_he_has_read) {
  slow_reader slow{board_.port()};
  slow.say(writer{kind::hello}.text("ticket").text("slow").text("room").text("").number(1).number(0).bytes());
  slow.say(writer{kind::attach}.number(presence::mode_set::all().bits()).bytes());
  const auto bob = attached();
  int attaches = 0, live = 0;
  std::string last;
  const auto read = [&](kind what, reader fields) {
    if (what == kind::attached) ++attaches;
    if (what == kind::live) ++live;
    if (what == kind::one) last = to_message(fields).value().data.value().content();
  };
  const auto read_until = [&](auto done) {
    while (!done()) {
      slow.flush();
      bob->say(writer{kind::ping}.number(0));
      ASSERT_TRUE(bob->await(kind::ping));  // lets the server work
      slow.read(read);
    }
  };
  read_until([&] { return attaches == 1; });
  constexpr int messages = 400;
  for (int i = 1; i <= messages; ++i) {
    bob->say(entering(std::to_string(i) + std::string(60'000, ' ')));
    bob->say(writer{kind::publish}.number(1));
    ASSERT_TRUE(bob->await(kind::published));
  }
  read_until([&] { return last.starts_with(std::to_string(messages) + ' '); });
  EXPECT_EQ(attaches, 2);
  EXPECT_LT(live, messages) << "26 MB have waited for him";
}

TEST_F(server_test, who_asks_and_does_not_listen_stands_still) {
  const auto bob = attached();
  bob->say(entering(std::string(60'000, ' ')));
  bob->say(writer{kind::publish}.number(1));
  ASSERT_TRUE(bob->await(kind::published));
  const auto let_the_server_work = [&] {
    bob->say(writer{kind::ping}.number(0));
    EXPECT_TRUE(bob->await(kind::ping));
  };
  slow_reader deaf{board_.port()};
  deaf.say(writer{kind::hello}.text("ticket").text("deaf").text("room").text("").number(1).number(0).bytes());
  deaf.say(writer{kind::attach}.number(presence::mode_set::all().bits()).bytes());
  const auto ping = writer{kind::ping}.number(0).bytes() + std::string(60'000, ' ');
  int asked = 0;
  for (int stuck = 0; stuck < 2;) {  // rounds in which not a byte could be sent
    bool moved = deaf.flush();
    for (; deaf.all_sent(); ++asked) {
      deaf.say(writer{kind::resync}.bytes());
      moved |= deaf.say(ping);
    }
    let_the_server_work();
    stuck = moved ? 0 : stuck + 1;
    ASSERT_LT(asked, 2'000) << "the server still reads";
  }
  int answers = 0;
  while (answers < asked) {  // it goes on once he listens
    deaf.flush();
    let_the_server_work();
    deaf.read([&](kind what, reader) { answers += what == kind::ping ? 1 : 0; });
  }
}

TEST_F(server_test, a_write_to_a_broken_connection_ends_no_program) {
  auto gone = std::make_unique<slow_reader>(board_.port());
  gone->say(writer{kind::hello}.text("ticket").text("gone").text("room").text("").number(1).number(0).bytes());
  gone->say(writer{kind::attach}.number(presence::mode_set::all().bits()).bytes());
  const auto bob = attached();
  for (bool there = false; !there;) {
    gone->flush();
    bob->say(writer{kind::ping}.number(0));
    ASSERT_TRUE(bob->await(kind::ping));
    gone->read([&](kind what, reader) { there |= what == kind::attached; });
  }
  for (int i = 1; i <= 3; ++i) {  // the server reads them together, and before the end of the other connection
    bob->say(entering("data"));
    bob->say(writer{kind::publish}.number(1));
  }
  gone.reset();
  EXPECT_TRUE(bob->await(kind::published));
}

TEST_F(server_test, a_number_that_is_no_mode_attaches_nothing) {
  const auto who = come();
  who->hello();
  who->say(writer{kind::attach}.number(nothing_known));
  EXPECT_TRUE(who->await(kind::failed));
}

}  // namespace
}  // namespace parley
