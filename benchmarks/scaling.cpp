// Do two threads get in each other's way?
// All with std::mutex. The time is what one operation takes its thread, by the wall clock until the last thread is done:
// where they do not disturb each other it is the same for one thread and for two; where they take turns it doubles.
// `cpu_ns_each` is the processors' time for it, which a busy machine changes less: it grows where cache lines are fought for.

#include "support/counters.hpp"
#include "support/hub_types.hpp"
#include "support/pipe_transport.hpp"
#include "support/team.hpp"
#include "support/workload.hpp"
#include <presence/basic_presence.hpp>
#include <presence/detail/util/hash.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using hub_type = bench::hub_of<std::mutex>;
using session_type = hub_type::session_type;
using local_presence = presence::local_presence<bench::data>;

constexpr std::size_t a_while = 10'000;  // operations of a thread between two looks at the clock

void one_and_two_threads(benchmark::internal::Benchmark* b) {
  b->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
}

/// Reports what was measured since it was made: in each iteration each thread did `a_while` operations.
class work_of_threads {
 public:
  void report(benchmark::State& state, std::size_t threads) const {
    const double took = static_cast<double>(std::clock() - begun_) / CLOCKS_PER_SEC;
    const double done = static_cast<double>(state.iterations()) * static_cast<double>(a_while * threads);
    bench::each_of(state, a_while);
    bench::note(state, "cpu_ns_each", took * 1e9 / done);
  }

 private:
  const std::clock_t begun_ = std::clock();  // of all threads together
};

std::string room_of(std::size_t thread) { return "room-" + std::to_string(thread); }

/// What the machine gives to two threads that have nothing to do with each other: in a virtual machine often less than two
/// processors. What follows cannot do better.
void compute(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  bench::team team{threads, [&](std::size_t me) {
                     std::uint64_t sum = 0;
                     for (std::size_t i = 0; i < 50 * a_while; ++i) {
                       sum ^= presence::detail::hash_text("a client id of ordinary length", i + me);
                     }
                     benchmark::DoNotOptimize(sum);
                   }};
  const work_of_threads work;
  for (auto _ : state) team.run();
  work.report(state, threads);
}
BENCHMARK(compute)->Name("compute<machine>")->Apply(one_and_two_threads);

// --- a hub --------------------------------------------------------------------------------------------------------------

/// Each thread updates a member of its own, and ten sinks are told.
void publish(benchmark::State& state, bool same_room) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  hub_type hub{bench::seeded()};
  std::vector<bench::counting_sink> sinks(10 * threads);
  std::vector<session_type> sessions;
  std::vector<session_type::attachment_type> attachments;
  const std::size_t receivers = same_room ? 10 : sinks.size();
  for (std::size_t i = 0; i < receivers; ++i) {
    sessions.push_back(hub.connect("client-" + std::to_string(i)));
    const std::string room = room_of(same_room ? 0 : i % threads);
    attachments.push_back(sessions[i].attach(room, presence::mode_set::all(), std::ref(sinks[i])).value());
  }
  std::vector<presence::shared_data<bench::data>> data;  // every fourth is used: no two counters on one cache line
  for (std::size_t i = 0; i < 4 * threads; ++i) data.push_back(presence::shared_data<bench::data>::make(i));
  bench::team team{threads, [&](std::size_t me) {
                     for (std::size_t i = 0; i < a_while; ++i) {
                       attachments[me].publish(bench::says(presence::action::update, data[4 * me]));
                     }
                   }};
  const work_of_threads work;
  for (auto _ : state) team.run();
  work.report(state, threads);
  if (bench::told(sinks) != static_cast<std::size_t>(state.iterations()) * a_while * 10 * threads) {
    state.SkipWithError("not everybody was told");
  }
}
void publish_in_different_rooms(benchmark::State& state) { publish(state, false); }
void publish_in_one_room(benchmark::State& state) { publish(state, true); }
BENCHMARK(publish_in_different_rooms)
    ->Name("publish_in_different_rooms<presence_real_mutex>")
    ->Apply(one_and_two_threads);
BENCHMARK(publish_in_one_room)->Name("publish_in_one_room<presence_real_mutex>")->Apply(one_and_two_threads);

// --- participants of a hub ----------------------------------------------------------------------------------------------

/// One updates itself, the other listens.
struct pair_in_a_room {
  pair_in_a_room(hub_type& hub, std::size_t number)
      : alice(hub.connect("alice")),
        bob(hub.connect("bob")),
        speaks(alice.room(room_of(number))),
        listens(bob.room(room_of(number))),
        subscription(listens.subscribe([this](const bench::message&) { ++heard; })) {
    speaks.enter(0U);
  }
  session_type alice;
  session_type bob;
  local_presence speaks;
  local_presence listens;
  std::size_t heard = 0;
  presence::subscription subscription;
};
void participants_of_different_rooms(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  hub_type hub{bench::seeded()};
  std::vector<std::unique_ptr<pair_in_a_room>> pairs;
  for (std::size_t i = 0; i < threads; ++i) pairs.push_back(std::make_unique<pair_in_a_room>(hub, i));
  bench::team team{threads, [&](std::size_t me) {
                     for (std::size_t i = 0; i < a_while; ++i) pairs[me]->speaks.update(i);
                   }};
  const work_of_threads work;
  for (auto _ : state) team.run();
  work.report(state, threads);
  for (const auto& each : pairs) {
    const std::size_t expected = 1 + static_cast<std::size_t>(state.iterations()) * a_while;
    if (each->heard != expected) state.SkipWithError("not everything was heard");
  }
}
BENCHMARK(participants_of_different_rooms)
    ->Name("participants_of_different_rooms<presence_real_mutex>")
    ->Apply(one_and_two_threads);

// --- one participant ----------------------------------------------------------------------------------------------------

/// A participant of a thousand members, without a hub, which is updated and asked.
class participant {
 public:
  participant() {
    presence_.attach();
    const auto& keys = bench::spread(1'000);
    other_end_->on_presence(presence::make_batch(bench::messages(keys, presence::action::enter, 1)));
    for (const bench::key& k : keys) {
      client_ids_.push_back(k.client_id);
      updates_.push_back(std::make_shared<std::vector<bench::message>>(1, bench::make(k, presence::action::update, 2)));
    }
    sent_.assign(updates_.begin(), updates_.end());
  }

  /// By one thread at a time.
  void update() {
    other_end_->on_presence(sent_[updated_]);
    bench::renew(updates_[updated_]->front());
    if (++updated_ == sent_.size()) updated_ = 0;
  }
  [[nodiscard]] bool ask(std::size_t i) const { return presence_.is_user_present(client_ids_[i % client_ids_.size()]); }
  [[nodiscard]] std::uint64_t version() const { return presence_.version(); }

 private:
  using transport = bench::pipe_transport<std::mutex>;
  presence::transport_receiver<bench::data>* other_end_ = nullptr;
  presence::basic_presence<bench::data, std::chrono::system_clock, transport> presence_{transport{other_end_}};
  std::vector<std::string> client_ids_;
  std::vector<std::shared_ptr<std::vector<bench::message>>> updates_;
  std::vector<presence::message_batch<bench::data>> sent_;
  std::size_t updated_ = 0;
};

/// Does `work` without pause as long as it lives, on a thread of its own; or does nothing.
template <class Work>
class meanwhile {
 public:
  meanwhile(bool really, Work work) {
    if (!really) return;
    thread_ = std::jthread{[work = std::move(work)](const std::stop_token& enough) {
      for (std::size_t i = 0; !enough.stop_requested(); ++i) work(i);
    }};
  }

 private:
  std::jthread thread_;
};

void is_user_present(benchmark::State& state) {
  participant shared;
  std::size_t found = 0;
  const meanwhile updating{state.range(0) == 2, [&](std::size_t) { shared.update(); }};
  for (auto _ : state) {
    for (std::size_t i = 0; i < a_while; ++i) found += shared.ask(i) ? 1 : 0;
  }
  if (found != static_cast<std::size_t>(state.iterations()) * a_while) state.SkipWithError("somebody was not found");
  bench::each_of(state, a_while);
}
void update_of_participant(benchmark::State& state) {
  participant shared;
  const std::uint64_t before = shared.version();
  const meanwhile asking{state.range(0) == 2, [&](std::size_t i) { benchmark::DoNotOptimize(shared.ask(i)); }};
  for (auto _ : state) {
    for (std::size_t i = 0; i < a_while; ++i) shared.update();
  }
  const auto changes = static_cast<std::size_t>(state.iterations()) * a_while;
  if (shared.version() - before != changes) state.SkipWithError("not everything was applied");
  bench::each_of(state, a_while);
}
// The second thread does the other of the two, without pause.
BENCHMARK(is_user_present)->Name("is_user_present_while_updated<presence_real_mutex>")->Apply(one_and_two_threads);
BENCHMARK(update_of_participant)->Name("update_while_asked<presence_real_mutex>")->Apply(one_and_two_threads);

}  // namespace
