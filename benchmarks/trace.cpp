// How long does a real room's presence take end to end?
// The trace of docs/examples/replay, read beforehand, goes through a hub: each connection is a session and a participant
// over the loopback, who looks away, and some observers who look. `presence` has the null mutex, `presence_real_mutex`
// is the default. The time is for each line of the trace.

#include "../docs/examples/replay/trace.hpp"

#include "support/counters.hpp"
#include "support/hub_types.hpp"
#include <presence/basic_presence.hpp>
#include <presence/testing/manual_clock.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using presence::testing::manual_clock;

const std::vector<replay::trace_line>& trace() {
  static const auto lines = [] {
    std::vector<replay::trace_line> all;
    replay::trace_reader reader{PRESENCE_TRACE_FILE};
    while (auto line = reader.next()) all.push_back(std::move(*line));
    return all;
  }();
  return lines;
}

/// As replay::room of the example, but with any mutex and any number of observers.
template <class Mutex>
class world {
  using hub_type = bench::hub_of<Mutex, manual_clock>;
  using loopback = presence::loopback<bench::data, manual_clock, presence::basic_no_backplane<Mutex>>;
  using participant = presence::basic_presence<bench::data, manual_clock, loopback>;

 public:
  explicit world(std::size_t observers) : hub_(bench::seeded(), clock_) {
    observers_.reserve(observers);
    for (std::size_t i = 0; i < observers; ++i) observers_.push_back(std::make_unique<observer>(*this));
  }

  void apply(const replay::trace_line& line) {
    do_what_is_due(line.at);
    clock_.advance(line.at - clock_.now());
    const bool comes = line.what == replay::happening::enter || line.what == replay::happening::update;
    auto found = connections_.find(line.connection);
    if (found == connections_.end()) {
      if (!comes) return;
      found = connections_.emplace(line.connection, connection{*this, line.client}).first;
    }
    auto& [session, self] = found->second;
    switch (line.what) {
      case replay::happening::enter: self.enter(++said_); break;
      case replay::happening::update: self.update(++said_); break;
      case replay::happening::leave:
        self.leave();
        session.close();
        break;
      case replay::happening::drop: session.drop(); break;
    }
    if (!comes) connections_.erase(found);
  }

  /// The last grace periods end.
  void finish() { do_what_is_due(clock_.now() + presence::hub_options{}.grace); }

  /// Whether the observers have what the hub has.
  [[nodiscard]] bool agrees() const {
    for (const auto& each : observers_) {
      if (each->self.size() != hub_.member_count("room")) return false;
    }
    return true;
  }
  /// Events that observers were told, all together.
  [[nodiscard]] std::size_t told() const {
    std::size_t all = 0;
    for (const auto& each : observers_) all += each->heard;
    return all;
  }

 private:
  struct observer {
    explicit observer(world& in)
        : session(in.hub_.connect("observer")),
          self(session.room("room"), {}, in.clock_),
          listening(self.subscribe([this](const bench::message&) { ++heard; })) {}
    typename hub_type::session_type session;
    participant self;
    std::size_t heard = 0;
    presence::subscription listening;
  };
  struct connection {
    connection(world& in, const std::string& client)
        : session(in.hub_.connect(client)),
          self(session.room("room"), presence::presence_options{.enable_events = false}, in.clock_) {}
    typename hub_type::session_type session;
    participant self;
  };

  void do_what_is_due(presence::time_point until) {
    for (auto due = hub_.next_deadline(); due && *due <= until; due = hub_.next_deadline()) {
      clock_.advance(*due - clock_.now());
      hub_.run_due();
    }
  }

  manual_clock clock_{presence::time_point{}};  // before the trace begins
  hub_type hub_;
  std::vector<std::unique_ptr<observer>> observers_;
  std::unordered_map<std::string, connection> connections_;  // those that are neither closed nor lost
  bench::data said_ = 0;
};

template <class Mutex>
void replay_trace(benchmark::State& state) {
  const auto observers = static_cast<std::size_t>(state.range(0));
  const auto told = static_cast<std::size_t>(state.range(1));
  const std::vector<replay::trace_line>& lines = trace();
  for (auto _ : state) {
    state.PauseTiming();
    auto room = std::make_unique<world<Mutex>>(observers);
    state.ResumeTiming();
    for (const replay::trace_line& line : lines) room->apply(line);
    room->finish();
    state.PauseTiming();
    if (room->told() != told || !room->agrees()) {
      state.SkipWithError("the observers do not agree with the hub");
      return;
    }
    room.reset();
    state.ResumeTiming();
  }
  bench::each_of(state, lines.size());
}
// Each line but 44, which are ignored, is an event for each observer. That number in the name keeps the larger case out of
// the smoke test.
void observers(benchmark::internal::Benchmark* b) {
  b->ArgNames({"observers", "told"})->Args({1, 26'396})->Args({100, 2'639'600});
  b->Iterations(1)->Unit(benchmark::kMillisecond);
}
BENCHMARK_TEMPLATE(replay_trace, presence::null_mutex)->Name("trace<presence>")->Apply(observers);
BENCHMARK_TEMPLATE(replay_trace, std::mutex)->Name("trace<presence_real_mutex>")->Apply(observers);

}  // namespace
