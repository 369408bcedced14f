// A hub in a program without a loop: a thread of its own calls `run_due()`, and sleeps as long as nothing is due.
#include <presence/presence.hpp>

#include <chrono>
#include <condition_variable>
#include <future>
#include <iostream>
#include <mutex>
#include <thread>
#include <utility>

using namespace std::chrono_literals;

struct status {};
using hub_type = presence::hub<status>;

/// A hub whose deadlines are kept by a thread.
class timed_hub {
 public:
  explicit timed_hub(presence::hub_options options) : hub_{woken_by([this] { wake(); }, std::move(options))} {}
  [[nodiscard]] hub_type& operator*() { return hub_; }

 private:
  template <class Hook>
  static presence::hub_options woken_by(Hook hook, presence::hub_options options) {
    options.on_earlier_deadline = hook;  // called from any thread, also inside a call of the hub
    return options;
  }
  void wake() {
    const std::lock_guard lock{mutex_};
    woken_ = true;
    changed_.notify_one();
  }
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      hub_.run_due();  // not under the lock: listeners are called from here, and the hook
      const auto due = hub_.due_in();

      std::unique_lock lock{mutex_};
      const auto woken = [this] { return woken_; };
      if (due) {
        changed_.wait_for(lock, stop, *due, woken);
      } else {
        changed_.wait(lock, stop, woken);  // nobody is missing
      }
      woken_ = false;
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = false;
  hub_type hub_;
  std::jthread thread_{[this](const std::stop_token& stop) { run(stop); }};  // last: it uses all of the above
};

int main() {
  timed_hub hub{{.grace = 50ms}};
  auto alice = (*hub).connect("alice"), bob = (*hub).connect("bob");
  auto a = alice.join("lobby"), b = bob.join("lobby");
  std::promise<presence::leave_reason> gone;
  auto sub = b.subscribe(presence::action::leave, [&](const auto& event) { gone.set_value(event.reason); });

  a.enter();
  alice.drop();
  std::cout << "alice lost her connection\n";
  std::cout << "alice left: " << gone.get_future().get() << '\n';  // told by the hub's thread
}
