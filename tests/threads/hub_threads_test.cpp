// Clients on several threads do all that can be done, while another thread lets time pass.
#include "support/hub_threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace presence::test::threads_hub_threads_test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t client_threads = 4;
constexpr int steps = 400;

TEST(hub_threads, clients_on_many_threads_agree_with_the_hub_in_the_end) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    testing::manual_clock clock;
    shared_hub hub{{}, clock};
    completions count;
    std::deque<busy_client> clients;
    for (std::size_t n = 0; n < client_threads; ++n)
      clients.emplace_back(hub, "client" + std::to_string(n % 3), clock, count);

    std::atomic<std::size_t> working{client_threads};
    run_together(client_threads + 1, [&](std::size_t n) {
      if (n < client_threads) {
        random_source random{seed * 100 + n};
        for (int step = 0; step < steps; ++step) clients[n].step(random);
        --working;
        return;
      }
      while (working > 0) {  // the one who looks after the hub
        clock.advance(100ms);
        hub.run_due();
        (void)hub.next_deadline();
        (void)hub.members("lobby");
        (void)hub.is_user_present("lobby", "client1");
        (void)hub.room_count();
        (void)hub.session_count();
        (void)hub.bytes();
        if (hub.member_count("lobby") > 2) hub.evict("lobby", "client0");
      }
    });

    for (busy_client& each : clients) each.settle();
    const who_is_there expected = in_hub(hub, "lobby");
    for (busy_client& each : clients) {
      EXPECT_EQ(each.presence().state(), room_state::attached);
      EXPECT_EQ(in_set(each.presence()), expected);
    }
    for (busy_client& each : clients) each.leave_the_hub();
    EXPECT_EQ(count.seen(), count.asked_for());
  }
}

TEST(hub_threads, hubs_come_and_go_on_threads_of_their_own) {
  run_together(4, [](std::size_t n) {
    random_source random{n + 1};
    for (int hubs = 0; hubs < 10; ++hubs) {
      testing::manual_clock clock;
      shared_hub hub{{}, clock};
      completions count;
      busy_client a{hub, "a", clock, count};
      busy_client b{hub, "b", clock, count};
      for (int step = 0; step < 30; ++step) {
        a.step(random);
        b.step(random);
      }
      a.settle();
      b.settle();
      EXPECT_EQ(in_set(a.presence()), in_hub(hub, "lobby"));
      EXPECT_EQ(in_set(b.presence()), in_hub(hub, "lobby"));
    }
  });
}

}  // namespace
}  // namespace presence::test::threads_hub_threads_test
