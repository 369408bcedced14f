// What the operator of a server wants: numbers, a log, webhooks, limits, and a way to deal with who is slow or unruly.
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

struct status {
  std::string text;
};

/// Called by the hub, on whichever thread did what it tells of. It counts and notes; `tick` does what takes longer.
class operations {
 public:
  void on_session(const presence::session_event& e) {
    const std::lock_guard lock{mutex_};
    if (e.what == presence::session_change::opened) ++sessions_;
    if (e.what == presence::session_change::ended) --sessions_;
    log_.push_back(std::string{to_string(e.what)} + ' ' + std::string{e.client_id} +
                   (e.why ? ": " + e.why.message() : std::string{}));
  }
  void on_occupancy(const presence::occupancy_event& e) {
    const std::lock_guard lock{mutex_};
    if (e.occupied()) ++rooms_;
    if (e.vacated()) --rooms_;
    // A webhook says how it stands when it is sent: of what waits for a room only the latest counts.
    hooks_[std::string{e.room}] = e.now;
  }
  void on_refusal(const presence::refusal& e) {
    const std::lock_guard lock{mutex_};
    ++refused_[e.why.message()];
    ++strikes_[std::string{e.client_id}];
  }
  void on_slow_sink(const presence::slow_sink& e) {
    const std::lock_guard lock{mutex_};
    ++slow_;
    log_.push_back("slow " + std::string{e.client_id} + " in " + std::string{e.room});
  }

  /// For a page that a monitoring system reads.
  void show_metrics() const {
    const std::lock_guard lock{mutex_};
    std::cout << "sessions " << sessions_ << "\nrooms " << rooms_ << "\nslow_sinks_total " << slow_ << '\n';
    for (const auto& [why, times] : refused_) std::cout << "refused_total{why=\"" << why << "\"} " << times << '\n';
  }
  [[nodiscard]] std::deque<std::string> take_log() {
    const std::lock_guard lock{mutex_};
    return std::exchange(log_, {});
  }
  [[nodiscard]] std::map<std::string, presence::occupancy> take_hooks() {
    const std::lock_guard lock{mutex_};
    return std::exchange(hooks_, {});
  }
  /// Who was refused so often since the last time.
  [[nodiscard]] std::vector<std::string> take_offenders(int strikes) {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> found;
    for (const auto& [who, times] : std::exchange(strikes_, {})) {
      if (times >= strikes && !who.empty()) found.push_back(who);
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  int sessions_ = 0, rooms_ = 0, slow_ = 0;
  std::map<std::string, int> refused_, strikes_;
  std::deque<std::string> log_;
  std::map<std::string, presence::occupancy> hooks_;
};

using observed = presence::observed<std::reference_wrapper<operations>>;
using hub_type = presence::basic_hub<status, presence::testing::manual_clock, observed>;

/// The way out to one socket: a queue with a bound. What a socket that is slow cannot take is not kept for it.
struct outbox {
  std::deque<std::string> lines;
  bool behind = false;
  std::size_t capacity = 1'000;  // messages

  void on_attached(const presence::attachment_info&) { behind = false; }
  void on_sync(const presence::message_batch<status>& page, const presence::sync_cursor&) { put(page); }
  bool on_presence(const presence::message_batch<status>& messages) {
    if (lines.size() + messages->size() > capacity) {
      behind = true;
      return false;  // from here on the hub tells it nothing more
    }
    put(messages);
    return true;
  }
  void on_detached(std::error_code why) { lines.push_back("end: " + why.message()); }
  void put(const presence::message_batch<status>& messages) {
    for (const auto& m : *messages)
      lines.push_back(m.client_id + ' ' + std::string{to_string(m.action)} + ' ' + (m.data ? m.data->text : ""));
  }
};

/// The socket can take something again.
void writable(outbox& out, hub_type::attachment_type& from) {
  for (const auto& line : std::exchange(out.lines, {})) std::cout << "  sent: " << line << '\n';
  if (out.behind) from.resync();  // the room as it is now, not all that was missed
}

/// Once a second, on a timer.
void tick(hub_type& hub, operations& seen) {
  hub.run_due();
  for (const auto& who : seen.take_offenders(3)) hub.ban(who, 10min);
  for (const auto& line : seen.take_log()) std::cout << "log: " << line << '\n';
  for (const auto& [room, now] : seen.take_hooks()) {
    std::cout << "webhook: " << room << (now.empty() ? " vacated" : " has " + std::to_string(now.users) + " users")
              << '\n';
  }
}

int main() {
  operations seen;
  presence::testing::manual_clock clock;  // moved by hand, so that this runs in no time
  presence::hub_options options;
  options.limits.messages_per_second = 5;
  options.limits.members_per_room = 100;
  options.limits.rooms_per_session = 10;
  hub_type hub{options, clock, observed{seen}};

  auto alice = hub.connect("alice"), mallory = hub.connect("mallory"), bob = hub.connect("bob");
  const auto slow = std::make_shared<outbox>(), quick = std::make_shared<outbox>();
  slow->capacity = 3;
  auto a = alice.attach("lobby", presence::mode_set::all(), slow).value();
  auto m = mallory.attach("lobby", presence::mode_set::all(), quick).value();
  a.enter({"here"});
  tick(hub, seen);

  for (int i = 1; i <= 8; ++i) m.update({"spam " + std::to_string(i)});  // five are taken, three refused
  writable(*slow, a);
  writable(*slow, a);
  seen.show_metrics();
  tick(hub, seen);  // mallory is banned
  std::cout << "mallory again: " << hub.try_connect("mallory").error().message() << '\n';

  bob.drop();
  clock.advance(15s);
  alice.close();
  tick(hub, seen);
  seen.show_metrics();
}
