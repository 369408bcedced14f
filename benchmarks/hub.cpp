// What does the hub's fan-out cost?
// `presence` is basic_hub with the null mutex, `presence_real_mutex` the default, `naive` a hub of standard containers,
// `virtual_call` a loop of virtual calls, which is the floor. Times are for each delivery unless a benchmark says otherwise.

#include "support/counters.hpp"
#include "support/counting_allocations.hpp"
#include "support/many_rooms.hpp"
#include "support/one_room.hpp"
#include "support/workload.hpp"
#include <presence/testing/manual_clock.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <random>
#include <typeinfo>
#include <vector>

namespace {

using one_room = bench::room_of_hub<presence::null_mutex>;
using one_room_real = bench::room_of_hub<std::mutex>;
using bench::room_of_naive_hub;
using bench::virtual_call;

// --- one room -----------------------------------------------------------------------------------------------------------

/// One session updates its member, and every sink in the room is told, its own too.
template <class Room>
void publish(benchmark::State& state) {
  const auto sinks = static_cast<std::size_t>(state.range(0));
  Room room{bench::spread(sinks)};
  for (std::size_t i = 0; i < sinks; ++i) room.attach(i);
  room.enter(0);
  room.update(0);
  const std::size_t before = room.told();
  for (auto _ : state) room.update(0);
  const std::size_t told = room.told() - before;
  if (told != static_cast<std::size_t>(state.iterations()) * sinks) state.SkipWithError("not everybody was told");
  bench::each_of(state, sinks);
  const bench::allocations since;
  room.update(0);
  bench::note(state, "allocations_per_publish", since.count());
}
void sinks(benchmark::internal::Benchmark* b) { b->ArgName("sinks")->Arg(1)->Arg(100)->Arg(10'000)->MinTime(0.05); }
void many_sinks(benchmark::internal::Benchmark* b) { b->ArgName("sinks")->Arg(100'000)->Iterations(200); }
#define PUBLISH(room, name)                                                   \
  BENCHMARK_TEMPLATE(publish, room)->Name("publish<" name ">")->Apply(sinks); \
  BENCHMARK_TEMPLATE(publish, room)->Name("publish<" name ">")->Apply(many_sinks)
PUBLISH(one_room, "presence");
PUBLISH(one_room_real, "presence_real_mutex");
PUBLISH(room_of_naive_hub, "naive");
PUBLISH(virtual_call, "virtual_call");

/// What a storm tells: each of `sessions` the enter of each, now or in a sync.
template <class Room, class Storm>
void storm(benchmark::State& state, Storm&& come) {
  const auto sessions = static_cast<std::size_t>(state.range(0));
  const auto deliveries = static_cast<std::size_t>(state.range(1));
  for (auto _ : state) {
    state.PauseTiming();
    auto room = std::make_unique<Room>(bench::spread(sessions));
    state.ResumeTiming();
    come(*room, sessions);
    state.PauseTiming();
    if (room->told() != deliveries) {
      state.SkipWithError("not everybody was told");
      return;
    }
    room.reset();
    state.ResumeTiming();
  }
  bench::each_of(state, deliveries);
}

/// All attach, then all enter.
template <class Room>
void join_storm(benchmark::State& state) {
  storm<Room>(state, [](Room& room, std::size_t sessions) {
    for (std::size_t i = 0; i < sessions; ++i) room.attach(i);
    for (std::size_t i = 0; i < sessions; ++i) room.enter(i);
  });
}

/// Each attaches and enters in turn, so half of what is told are the members of syncs.
template <class Room>
void join_storm_synced(benchmark::State& state) {
  storm<Room>(state, [](Room& room, std::size_t sessions) {
    for (std::size_t i = 0; i < sessions; ++i) {
      room.attach(i);
      room.enter(i);
    }
  });
}

// The second argument is how many deliveries that makes; it also keeps the large ones out of the smoke test.
void small(benchmark::internal::Benchmark* b) { b->Args({100, 10'000})->Iterations(50); }
void middle(benchmark::internal::Benchmark* b) { b->Args({500, 250'000})->Args({1'000, 1'000'000})->Iterations(4); }
void large(benchmark::internal::Benchmark* b) { b->Args({5'000, 25'000'000})->Iterations(1); }
#define STORM_OF(storm, room, name, size) \
  BENCHMARK_TEMPLATE(storm, room)->Name(#storm "<" name ">")->ArgNames({"sessions", "deliveries"})->Apply(size)
#define STORM(storm, room, name)       \
  STORM_OF(storm, room, name, small);  \
  STORM_OF(storm, room, name, middle); \
  STORM_OF(storm, room, name, large)
STORM(join_storm, one_room, "presence");
STORM(join_storm, one_room_real, "presence_real_mutex");
STORM(join_storm, room_of_naive_hub, "naive");
STORM(join_storm_synced, one_room, "presence");
STORM(join_storm_synced, one_room_real, "presence_real_mutex");
STORM(join_storm_synced, room_of_naive_hub, "naive");

// --- many rooms ---------------------------------------------------------------------------------------------------------

using hub_rooms = bench::rooms_of_hub<presence::null_mutex>;
using naive_rooms = bench::rooms_of_naive_hub;

/// A session that is in every room, with nine others, ends. The time is for each room.
template <class Rooms, class End>
void session_ends(benchmark::State& state, End&& end) {
  const auto rooms = static_cast<std::size_t>(state.range(0));
  Rooms all{{rooms, 9, rooms}};
  for (auto _ : state) {
    state.PauseTiming();
    all.guest_comes();
    const std::size_t before = all.told();
    state.ResumeTiming();
    end(all);
    state.PauseTiming();
    if (all.told() - before != 9 * rooms) {
      state.SkipWithError("not everybody was told");
      return;
    }
    all.forget_guest();
    state.ResumeTiming();
  }
  bench::each_of(state, rooms);
}
template <class Rooms>
void session_close(benchmark::State& state) {
  session_ends<Rooms>(state, [](Rooms& all) { all.guest_closes(); });
}
/// The connection is lost, and the grace period ends.
template <class Rooms>
void session_drop(benchmark::State& state) {
  session_ends<Rooms>(state, [](Rooms& all) { all.guest_times_out(); });
}
void a_thousand(benchmark::internal::Benchmark* b) { b->ArgName("rooms")->Arg(1'000)->Iterations(20); }
BENCHMARK_TEMPLATE(session_close, hub_rooms)->Name("session_close<presence>")->Apply(a_thousand);
BENCHMARK_TEMPLATE(session_close, naive_rooms)->Name("session_close<naive>")->Apply(a_thousand);
BENCHMARK_TEMPLATE(session_drop, hub_rooms)->Name("session_drop<presence>")->Apply(a_thousand);

/// The rooms, and what they take. The last ones are kept for the next repetition, as many rooms take seconds to make.
struct kept_rooms {
  template <class Rooms>
  static Rooms& get(const bench::many_rooms& shape) {
    if (of != &typeid(Rooms) || members != shape.members()) {
      rooms.reset();
      rooms = std::make_shared<Rooms>(shape);
      of = &typeid(Rooms);
      members = shape.members();
    }
    return *static_cast<Rooms*>(rooms.get());
  }

  static inline std::shared_ptr<void> rooms;

 private:
  static inline const std::type_info* of = nullptr;
  static inline std::size_t members = 0;
};

/// Sessions are in ten rooms each, and rooms have ten members. One of them, at random, updates itself in one of its rooms.
template <class Rooms>
void rooms_of_ten(benchmark::State& state) {
  const auto rooms = static_cast<std::size_t>(state.range(0));
  const auto members = static_cast<std::size_t>(state.range(1));
  Rooms& all = kept_rooms::get<Rooms>({rooms, members / 10, 10});
  static std::mt19937_64 random{1};  // goes on, so that each repetition asks others of the same rooms
  std::vector<std::size_t> who(100'000);
  for (std::size_t& each : who) each = random() % members;
  std::size_t at = 0;
  const std::size_t before = all.told();
  for (auto _ : state) {
    all.update(who[at]);
    if (++at == who.size()) at = 0;
  }
  if (all.told() - before != static_cast<std::size_t>(state.iterations()) * 10) {
    state.SkipWithError("not everybody was told");
  }
  bench::each_of(state, 10);
}
void few_and_many(benchmark::internal::Benchmark* b) {
  b->ArgNames({"rooms", "members"})->Args({1'000, 10'000})->Args({100'000, 1'000'000})->Iterations(20'000);
}
BENCHMARK_TEMPLATE(rooms_of_ten, hub_rooms)->Name("rooms_of_ten<presence>")->Apply(few_and_many);
BENCHMARK_TEMPLATE(rooms_of_ten, naive_rooms)->Name("rooms_of_ten<naive>")->Apply(few_and_many);

// --- grace periods ------------------------------------------------------------------------------------------------------

/// A hub and sessions in no room, all of them dropped.
struct dropped_sessions {
  using hub_type = bench::hub_of<presence::null_mutex, presence::testing::manual_clock>;

  explicit dropped_sessions(std::size_t n) : hub(bench::seeded(), clock) {
    sessions.reserve(n);
    for (const bench::key& k : bench::spread(n)) sessions.push_back(hub.connect(k.client_id));
    for (auto& each : sessions) each.drop();
  }

  presence::testing::manual_clock clock;
  hub_type hub;
  std::vector<hub_type::session_type> sessions;
};

/// One of them is resumed and dropped again: always the same, or another each time. The time is for both.
void resume_and_drop(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto different = static_cast<std::size_t>(state.range(1));
  dropped_sessions all{n};
  const auto order = bench::random_order(n);
  std::size_t at = 0;
  for (auto _ : state) {
    auto& each = all.sessions[order[at]];
    each = all.hub.resume(each.resume_key()).value();
    each.drop();
    if (++at == different) at = 0;
  }
  all.clock.advance(presence::hub_options{}.grace);
  if (all.hub.run_due() != n) state.SkipWithError("not every grace period ended");
  bench::each_of(state, 1);
}
void one_or_all(benchmark::internal::Benchmark* b) {
  b->ArgNames({"sessions", "different"})->MinTime(0.05);
  for (const int n : {1'000, 10'000, 100'000}) b->Args({n, 1})->Args({n, n});
}
BENCHMARK(resume_and_drop)->Name("resume_and_drop<presence>")->Apply(one_or_all);

/// All grace periods end in one call. The time is for each session.
void expire(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    auto all = std::make_unique<dropped_sessions>(n);
    all->clock.advance(presence::hub_options{}.grace);
    state.ResumeTiming();
    const std::size_t ended = all->hub.run_due();
    state.PauseTiming();
    if (ended != n) {
      state.SkipWithError("not every grace period ended");
      return;
    }
    all.reset();
    state.ResumeTiming();
  }
  bench::each_of(state, n);
}
BENCHMARK(expire)->Name("expire<presence>")->ArgName("sessions")->Arg(1'000)->Iterations(100);
BENCHMARK(expire)->Name("expire<presence>")->ArgName("sessions")->Arg(10'000)->Arg(100'000)->Iterations(3);

}  // namespace
