// A hub beside libuv: a timer of the loop calls `run_due()`, and sleeps as long as nothing is due.
#include <presence/presence.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <thread>
#include <utility>
#include <uv.h>

using namespace std::chrono_literals;

struct status {};
using hub_type = presence::hub<status>;

/// A hub whose deadlines are kept by a loop. Destroy it when the loop has run to its end after `stop`.
class timed_hub {
 public:
  timed_hub(uv_loop_t& loop, presence::hub_options options) : hub_{woken_by(&woken_, std::move(options))} {
    uv_timer_init(&loop, &timer_);
    uv_async_init(&loop, &woken_, [](uv_async_t* woken) { static_cast<timed_hub*>(woken->data)->wait(); });
    timer_.data = woken_.data = this;
    uv_async_send(&woken_);
  }
  /// On the loop's thread: nothing falls due any more, and the loop has nothing to wait for.
  void stop() {
    uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&woken_), nullptr);
  }
  [[nodiscard]] hub_type& operator*() { return hub_; }

 private:
  static presence::hub_options woken_by(uv_async_t* woken, presence::hub_options options) {
    // Called from any thread, also inside a call of the hub: uv_async_send is what libuv allows there.
    options.on_earlier_deadline = [woken] { uv_async_send(woken); };
    return options;
  }
  void wait() {
    const auto due = hub_.due_in();
    if (!due) return;  // nobody is missing: the next who is lost wakes the loop
    const auto passed = [](uv_timer_t* timer) {
      auto& self = *static_cast<timed_hub*>(timer->data);
      self.hub_.run_due();
      self.wait();
    };
    uv_timer_start(&timer_, passed, static_cast<std::uint64_t>(due->count()), 0);  // ends the wait that there was
  }

  uv_timer_t timer_{};
  uv_async_t woken_{};
  hub_type hub_;
};

int main() {
  uv_loop_t loop;
  uv_loop_init(&loop);
  {
    timed_hub hub{loop, {}};

    presence::identity patient{"alice"}, hasty{"bob"};
    patient.grace = 1h;
    hasty.grace = 30ms;
    auto alice = (*hub).connect(patient), bob = (*hub).connect(hasty), carol = (*hub).connect("carol");
    auto a = alice.join("lobby"), b = bob.join("lobby"), c = carol.join("lobby");
    a.enter();
    b.enter();

    auto sub = c.subscribe(presence::action::leave, [&](const auto& event) {  // told by the loop
      std::cout << event.client_id << " left: " << event.reason << '\n';
      hub.stop();
    });
    std::thread network{[&] {
      alice.drop();  // the timer waits for an hour …
      bob.drop();    // … and now for 30 ms
    }};
    uv_run(&loop, UV_RUN_DEFAULT);
    network.join();
    std::cout << std::boolalpha << "alice may still come back: " << c.is_user_present("alice") << '\n';
  }
  return uv_loop_close(&loop);
}
