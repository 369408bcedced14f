// A hub beside Boost.Asio: a timer of the loop calls `run_due()`, and sleeps as long as nothing is due.
#include <presence/presence.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <chrono>
#include <iostream>
#include <thread>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct status {};
using hub_type = presence::hub<status>;

/// A hub whose deadlines are kept by a loop. When it is destroyed the loop has to stand still for good.
class timed_hub {
 public:
  timed_hub(asio::io_context& loop, presence::hub_options options)
      : timer_{asio::make_strand(loop)},  // the strand: several threads may run the loop
        hub_{woken_by([this] { wake(); }, std::move(options))} {
    wake();
  }
  [[nodiscard]] hub_type& operator*() { return hub_; }

 private:
  template <class Hook>
  static presence::hub_options woken_by(Hook hook, presence::hub_options options) {
    options.on_earlier_deadline = hook;  // called from any thread, also inside a call of the hub: so it only posts
    return options;
  }
  void wake() {
    asio::post(timer_.get_executor(), [this] { wait(); });
  }
  void wait() {
    const auto due = hub_.due_in();
    if (!due) return;            // nobody is missing: the next who is lost wakes the loop
    timer_.expires_after(*due);  // ends the wait that there was
    timer_.async_wait([this](boost::system::error_code cancelled) {
      if (cancelled) return;
      hub_.run_due();
      wait();
    });
  }

  asio::steady_timer timer_;
  hub_type hub_;  // last: its hook uses the timer
};

int main() {
  asio::io_context loop;
  const auto working = asio::make_work_guard(loop);  // the loop runs on where nothing is due
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
    loop.stop();
  });
  std::thread network{[&] {
    alice.drop();  // the timer waits for an hour …
    bob.drop();    // … and now for 30 ms
  }};
  loop.run();
  network.join();
  std::cout << std::boolalpha << "alice may still come back: " << c.is_user_present("alice") << '\n';
}
