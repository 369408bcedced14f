// transport_conformance: what only shows while a call is running on another thread.
#ifndef PRESENCE_TESTING_IMPL_CONFORMANCE_OF_THREADS_HPP
#define PRESENCE_TESTING_IMPL_CONFORMANCE_OF_THREADS_HPP

#include <presence/testing/impl/conformance_base.hpp>

#include <atomic>
#include <future>

namespace presence::inline PRESENCE_ABI::testing {

TYPED_TEST_P(transport_conformance, a_call_keeps_no_other_thread_waiting_and_no_second_one_beside_it) {
  if constexpr (!TestFixture::locking) {
    GTEST_SKIP() << "its mutex does not lock";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    auto& carol = this->attached("carol");
    std::promise<bool> inside;
    std::promise<void> returned;
    bob.heard.inside_next(receiver_call::presence, [&] {
      inside.set_value(true);
      // Long enough for a machine under load; who holds a lock across this call keeps the other thread for ever.
      const auto waited = returned.get_future().wait_for(std::chrono::seconds{5});
      EXPECT_EQ(waited, std::future_status::ready) << "a publish waits for a call: a lock is held across it";
    });
    publish_token token = 0;
    std::thread other{[&] {
      if (!inside.get_future().get()) return;
      token = this->send(bob, this->says(action::enter, 2));
      this->send(carol, this->says(action::enter, 3));
      returned.set_value();
    }};
    this->send(alice, this->says(action::enter, 1));
    this->harness.settle();
    if (alice.heard.count(receiver_call::presence) == 0 && bob.heard.count(receiver_call::presence) == 0) {
      inside.set_value(false);  // nothing came: the other thread need not wait for it
    }
    other.join();
    this->harness.settle();
    EXPECT_FALSE(this->outcome(bob, token));
    auto seen = this->live_data(bob, 3);
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, this->numbers(1, 3));
  }
}

TYPED_TEST_P(transport_conformance, unbinding_waits_for_a_call_on_another_thread) {
  if constexpr (!TestFixture::locking) {
    GTEST_SKIP() << "its mutex does not lock";
  } else {
    for (const receiver_call what : {receiver_call::presence, receiver_call::published}) {
      auto& alice = this->attached("alice");
      auto& bob = this->attached("bob");
      std::promise<bool> inside;
      std::promise<void> unbinding;
      std::promise<void> returned;
      std::atomic<bool> running{false};
      bob.heard.inside_next(what, [&] {
        running = true;
        inside.set_value(true);
        unbinding.get_future().wait();
        // One that does not wait returns at once, and ends this. For one that does, nothing can be waited for but time.
        returned.get_future().wait_for(std::chrono::milliseconds{100});
        running = false;
      });
      std::thread other{[&] {
        if (!inside.get_future().get()) return;
        unbinding.set_value();
        bob.transport->bind(nullptr);
        EXPECT_FALSE(running) << "bind(nullptr) has returned while a call was running";
        bob.heard.expect_no_more();
        returned.set_value();
      }};
      this->send(what == receiver_call::presence ? alice : bob, this->says(action::enter, 1));
      this->harness.settle();
      if (bob.heard.count(what) == 0) {
        inside.set_value(false);
        ADD_FAILURE() << "nothing came";
      }
      other.join();
      this->send(alice, this->says(action::update, 2));
      this->harness.settle();
    }
  }
}

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
