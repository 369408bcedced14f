#include "team.hpp"

#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

struct sink {
  std::size_t told = 0;
  void on_attached(const presence::attachment_info&) {}
  void on_sync(const presence::message_batch<status>&, const presence::sync_cursor&) {}
  bool on_presence(const presence::message_batch<status>& messages) {
    told += messages->size();
    return true;
  }
  void on_detached(std::error_code) {}
};

/// How many of two events a participant hears of another's, over templates that another file has.
template <class Hub, class Make>
int heard(Make&& make) {
  Hub hub;
  auto alice = hub.connect("alice");
  auto bob = hub.connect("bob");
  auto from = alice.join("lobby");
  auto to = bob.join("lobby");
  int events = 0;
  const auto listener = to.subscribe([&](const auto&) { ++events; });
  from.enter(make(1));
  from.update(make(2));
  return to.is_user_present("alice") ? events : 0;
}

std::size_t told() {
  presence::hub<status> hub;
  auto session = hub.connect("alice");
  sink to;
  auto attached = session.attach("lobby", presence::mode_set::all(), std::ref(to)).value();
  attached.enter({"here"});
  session.drop();
  const auto back = hub.resume(session.resume_key(), [&](std::string_view) { return std::make_shared<sink>(); });
  return back ? to.told : 0;
}

}  // namespace

int main() {
  const int all = heard<presence::hub<status>>([](int n) { return status{std::to_string(n)}; }) +
                  heard<presence::single_threaded_hub<secret>>([](int n) { return secret{std::make_unique<int>(n)}; });
  if (all == 4 && told() == 1) return 0;
  std::fprintf(stderr, "%d events of 4\n", all);
  return 1;
}
