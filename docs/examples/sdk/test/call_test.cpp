#include <gtest/gtest.h>

#include <memory>
#include <parley/parley.hpp>
#include <stdexcept>
#include <string>

namespace parley {
namespace {

class call_test : public ::testing::Test {
 protected:
  static server::options settings(int port = 0) {
    server::options made;
    made.port = port;
    return made;
  }
  call::options as(const char* name) const {
    call::options made;
    made.port = port_;
    made.room = "room";
    made.name = name;
    return made;
  }

  loop loop_;
  std::unique_ptr<server> server_ = std::make_unique<server>(loop_, settings());
  int port_ = server_->port();
};

TEST_F(call_test, may_end_inside_its_own_listeners) {
  call bob{loop_, as("bob")};
  bob.join({});
  for (const std::string where : {"event", "connection", "done"}) {
    std::unique_ptr<call> alice;
    auto how = as("alice");
    if (where == "event") how.on_event = [&](const event&) { alice.reset(); };
    if (where == "connection") how.on_connection = [&](bool) { alice.reset(); };
    alice = std::make_unique<call>(loop_, how);
    alice->join({}, [&](const error&) {
      if (where == "done") alice.reset();
    });
    EXPECT_TRUE(loop_.run_until([&] { return alice == nullptr; })) << where;
  }
  EXPECT_TRUE(loop_.run_until([&] { return bob.people().size() == 1; })) << "said goodbye each time";
}

TEST_F(call_test, tells_what_a_listener_throws) {
  auto how = as("alice");
  problem told = problem::none;
  how.on_event = [](const event&) { throw std::runtime_error{"no"}; };
  how.on_error = [&](const error& e) { told = e.what; };
  call alice{loop_, how};
  alice.join({});
  EXPECT_TRUE(loop_.run_until([&] { return told == problem::internal; }));
}

TEST_F(call_test, comes_back_to_a_server_that_starts_again) {
  call alice{loop_, as("alice")}, bob{loop_, as("bob")};
  alice.join({true, false, "headset"});
  ASSERT_TRUE(loop_.run_until([&] { return bob.people().size() == 1; }));
  server_.reset();
  ASSERT_TRUE(loop_.run_until([&] { return !alice.connected() && !bob.connected(); }));
  server_ = std::make_unique<server>(loop_, settings(port_));
  ASSERT_TRUE(loop_.run_until([&] { return alice.connected() && bob.connected(); }));
  ASSERT_TRUE(loop_.run_until([&] { return bob.people().size() == 1; })) << "alice has entered again by herself";
  EXPECT_EQ(bob.people()[0].name.view(), "alice");
  EXPECT_EQ(bob.people()[0].shows.value().device.view(), "headset");
}

TEST_F(call_test, ends_before_or_after_everything_else) {
  auto alice = std::make_unique<call>(loop_, as("alice"));
  bool told = false;
  alice->join({}, [&](const error& e) { told = e.what == problem::ended; });
  server_.reset();
  loop_ = loop{};
  alice.reset();
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace parley
