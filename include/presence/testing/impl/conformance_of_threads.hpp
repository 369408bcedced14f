// transport_conformance: what only shows while a call is running on another thread.
#ifndef PRESENCE_TESTING_IMPL_CONFORMANCE_OF_THREADS_HPP
#define PRESENCE_TESTING_IMPL_CONFORMANCE_OF_THREADS_HPP

#include <presence/testing/impl/conformance_base.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace presence::inline PRESENCE_ABI::testing {

/// Opens once, for whoever waits. Any thread.
class conformance_gate {
 public:
  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    opened_.notify_all();
  }
  void wait() {
    std::unique_lock lock{mutex_};
    opened_.wait(lock, [this] { return open_; });
  }
  /// Whether it was opened within this time.
  [[nodiscard]] bool wait_for(std::chrono::milliseconds at_most) {
    std::unique_lock lock{mutex_};
    return opened_.wait_for(lock, at_most, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

TYPED_TEST_P(transport_conformance, a_call_keeps_no_other_thread_waiting_and_no_second_one_beside_it) {
  if constexpr (!TestFixture::locking) {
    GTEST_SKIP() << "its mutex does not lock";
  } else {
    auto& alice = this->attached("alice");
    auto& bob = this->attached("bob");
    auto& carol = this->attached("carol");
    conformance_gate inside;
    conformance_gate returned;
    std::atomic<bool> came{false};
    bob.heard.inside_next(receiver_call::presence, [&] {
      came = true;
      inside.open();
      // Long enough for a machine under load; who holds a lock across this call keeps the other thread for ever.
      EXPECT_TRUE(returned.wait_for(std::chrono::seconds{5})) << "a publish waits for a call: a lock is held across it";
    });
    publish_token token = 0;
    std::thread other{[&] {
      inside.wait();
      if (!came) return;
      token = this->send(bob, this->says(action::enter, 2));
      this->send(carol, this->says(action::enter, 3));
      returned.open();
    }};
    this->send(alice, this->says(action::enter, 1));
    this->harness.settle();
    inside.open();  // where nothing came the other thread need not wait for it
    other.join();
    bob.heard.inside_next(receiver_call::presence, nullptr);
    this->harness.settle();
    ASSERT_TRUE(came) << "nothing came";
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
      conformance_gate inside;
      conformance_gate unbinding;
      conformance_gate returned;
      std::atomic<bool> came{false};
      std::atomic<bool> running{false};
      bob.heard.inside_next(what, [&] {
        came = true;
        running = true;
        inside.open();
        (void)unbinding.wait_for(std::chrono::seconds{5});
        // One that does not wait returns at once, and ends this. For one that does, nothing can be waited for but time.
        (void)returned.wait_for(std::chrono::milliseconds{100});
        running = false;
      });
      std::thread other{[&] {
        inside.wait();
        if (!came) return;
        unbinding.open();
        bob.transport->bind(nullptr);
        EXPECT_FALSE(running) << "bind(nullptr) has returned while a call was running";
        bob.heard.expect_no_more();
        returned.open();
      }};
      this->send(what == receiver_call::presence ? alice : bob, this->says(action::enter, 1));
      this->harness.settle();
      inside.open();
      other.join();
      bob.heard.inside_next(what, nullptr);
      EXPECT_TRUE(came) << "nothing came";
      this->send(alice, this->says(action::update, 2));
      this->harness.settle();
    }
  }
}

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
