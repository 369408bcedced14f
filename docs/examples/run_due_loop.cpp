// A program that runs: somebody has to tell the hub when grace periods are over, as it starts no thread of its own.
#include <presence/presence.hpp>

#include <chrono>
#include <condition_variable>
#include <future>
#include <iostream>
#include <mutex>
#include <thread>

using namespace std::chrono_literals;

struct status {};
using hub_type = presence::hub<status>;

/// Sleeps until the hub's next deadline, does what is due, and starts over.
class timekeeper {
 public:
  explicit timekeeper(hub_type& hub) : hub_(hub) {}

  /// After a drop: its deadline may be earlier than the one that is being waited for.
  void wake() {
    {
      const std::lock_guard lock{mutex_};
      woken_ = true;
    }
    changed_.notify_one();
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      hub_.run_due();  // not under the lock: listeners are called from here, and may call wake()
      const auto due_in = hub_.due_in();

      std::unique_lock lock{mutex_};
      const auto woken = [this] { return woken_; };
      if (due_in) {
        changed_.wait_for(lock, stop, *due_in, woken);
      } else {
        changed_.wait(lock, stop, woken);  // nobody is missing
      }
      woken_ = false;
    }
  }

  hub_type& hub_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = false;
  std::jthread thread_{[this](const std::stop_token& stop) { run(stop); }};  // last: it uses all of the above
};

int main() {
  presence::hub_options options;
  options.grace = 50ms;
  hub_type hub{options};
  timekeeper time{hub};

  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  presence::local_presence<status> a{alice.room("lobby")}, b{bob.room("lobby")};
  std::promise<presence::leave_reason> gone;
  auto sub = b.subscribe(presence::action::leave, [&](const auto& event) { gone.set_value(event.reason); });

  a.enter();
  alice.drop();
  time.wake();
  std::cout << "alice lost her connection\n";
  std::cout << "alice left: " << gone.get_future().get() << '\n';  // told by the timekeeper's thread
}
