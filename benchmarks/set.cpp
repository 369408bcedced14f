// What does the bare presence set cost: enter, update, stale duplicate, leave, look-ups, iteration, syncs, clear?
// `presence` is basic_member_set, `naive` a set of standard containers that keeps the same rules, `boost_map` what a look-up
// in a bare Boost map from client ids costs. Argument: members. `crowd` cases have one client id on all connections.

#include "support/boost_map.hpp"
#include "support/counters.hpp"
#include "support/naive.hpp"
#include "support/workload.hpp"
#include <presence/member_set.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using presence_set = presence::basic_member_set<bench::data>;
using naive = bench::naive::set;
using bench::boost_map;

constexpr auto ignore = [](auto&&...) {};

enum class kind { spread, crowd };

const std::vector<bench::key>& keys_of(kind which, std::size_t n) {
  static const std::vector<bench::key> crowd = bench::crowd(10'000);
  return which == kind::spread ? bench::spread(n) : crowd;
}

template <class Set>
void fill(Set& set, const std::vector<bench::message>& enters) {
  for (const bench::message& m : enters) set.apply(m, ignore);
}
template <class Set>
Set filled(const std::vector<bench::key>& keys) {
  Set set;
  fill(set, bench::messages(keys, presence::action::enter, 1, 9));
  return set;
}

/// Everybody enters an empty set, in a random order, or leaves it in another one.
template <class Set, kind Which>
void enter_or_leave(benchmark::State& state, presence::action timed) {
  const auto members = static_cast<std::size_t>(state.range(0));
  auto enters = bench::messages(keys_of(Which, members), presence::action::enter, 1, 9);
  auto leaves = bench::messages(keys_of(Which, members), presence::action::leave, 2);
  Set set;
  for (auto _ : state) {
    if (timed == presence::action::leave) state.PauseTiming();
    fill(set, enters);
    if (timed == presence::action::leave) {
      state.ResumeTiming();
    } else {
      state.PauseTiming();
    }
    fill(set, leaves);
    if (timed == presence::action::enter) state.ResumeTiming();
  }
  if (set.size() != 0) state.SkipWithError("somebody is left");
  bench::each_of(state, members);
}
template <class Set, kind Which = kind::spread>
void enter(benchmark::State& state) {
  enter_or_leave<Set, Which>(state, presence::action::enter);
}
template <class Set, kind Which = kind::spread>
void leave(benchmark::State& state) {
  enter_or_leave<Set, Which>(state, presence::action::leave);
}

template <class Set, kind Which = kind::spread>
void update(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  Set set = filled<Set>(keys_of(Which, members));
  auto updates = bench::messages(keys_of(Which, members), presence::action::update, 2);
  for (auto _ : state) {
    for (bench::message& m : updates) {
      benchmark::DoNotOptimize(set.apply(m, ignore));
      bench::renew(m);
    }
  }
  bench::each_of(state, members);
}

template <class Set, kind Which = kind::spread>
void stale_duplicate(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  Set set = filled<Set>(keys_of(Which, members));
  const auto duplicates = bench::messages(keys_of(Which, members), presence::action::enter, 1);
  bool applied = false;
  for (auto _ : state) {
    for (const bench::message& m : duplicates) applied |= set.apply(m, ignore);
  }
  if (applied) state.SkipWithError("a duplicate was applied");
  bench::each_of(state, members);
}

// --- look-ups -----------------------------------------------------------------------------------------------------------

/// The members asked for, in an order of their own; those that miss have the same shape and are nobody.
std::vector<bench::key> asked(const std::vector<bench::key>& keys, bool hit) {
  std::vector<bench::key> made;
  made.reserve(keys.size());
  for (const std::size_t i : bench::random_order(keys.size())) {
    made.push_back(keys[i]);
    if (!hit) {
      made.back().client_id.front() = '#';
      made.back().connection_id.front() = '#';
    }
  }
  return made;
}

template <class Set, kind Which = kind::spread, bool Hit = true>
void find_member(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  const Set set = filled<Set>(keys_of(Which, members));
  const auto questions = asked(keys_of(Which, members), Hit);
  std::size_t found = 0;
  for (auto _ : state) {
    for (const bench::key& k : questions) found += set.contains(k.client_id, k.connection_id) ? 1 : 0;
  }
  if ((found > 0) != Hit) state.SkipWithError("wrong answers");
  bench::each_of(state, members);
}

template <class Set, bool Hit = true>
void contains_user(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  const Set set = filled<Set>(bench::spread(members));
  const auto questions = asked(bench::spread(members), Hit);
  std::size_t found = 0;
  for (auto _ : state) {
    for (const bench::key& k : questions) found += set.contains_user(k.client_id) ? 1 : 0;
  }
  if ((found > 0) != Hit) state.SkipWithError("wrong answers");
  bench::each_of(state, members);
}

// --- the whole set ------------------------------------------------------------------------------------------------------

template <class Set, kind Which = kind::spread>
void iterate(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  const Set set = filled<Set>(keys_of(Which, members));
  for (auto _ : state) {
    std::size_t total = 0;
    set.for_each([&](const auto& m) { total += m.client_id.size(); });
    benchmark::DoNotOptimize(total);
  }
  bench::each_of(state, members);
}

constexpr std::size_t page_size = 1'000;
using page = std::vector<bench::message>;

void apply_pages(presence_set& set, const std::vector<page>& pages) {
  set.start_sync();
  const auto now = pages.front().front().timestamp;
  for (const page& p : pages) set.apply_sync(p, {"1", &p == &pages.back()}, now, ignore, ignore);
}
void apply_pages(naive& set, const std::vector<page>& pages) {
  set.start_sync();
  for (const page& p : pages) fill(set, p);
  set.finish_sync(ignore);
}

std::vector<page> pages_of(std::vector<bench::message> members) {
  std::vector<page> pages;
  for (bench::message& m : members) {
    if (pages.empty() || pages.back().size() == page_size) pages.emplace_back().reserve(page_size);
    pages.back().push_back(std::move(m));
  }
  return pages;
}

/// A sync that says what the set already holds, in pages of 1,000.
template <class Set, kind Which = kind::spread>
void unchanged_sync(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  Set set = filled<Set>(keys_of(Which, members));
  const auto pages = pages_of(bench::messages(keys_of(Which, members), presence::action::present, 1));
  for (auto _ : state) apply_pages(set, pages);
  if (set.size() != members) state.SkipWithError("something changed");
  bench::each_of(state, members);
}

/// A sync after which half of the members are others: one half leaves at its end, one half enters on the way.
template <class Set>
void sync_that_replaces_half(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  const auto& all = bench::spread(members + members / 2);
  const auto half = static_cast<std::ptrdiff_t>(members / 2);
  std::vector<page> pages[2];
  pages[0] = pages_of(bench::messages({all.begin(), all.end() - half}, presence::action::present, 1));
  pages[1] = pages_of(bench::messages({all.begin() + half, all.end()}, presence::action::present, 1));
  Set set = filled<Set>({all.begin(), all.end() - half});
  std::size_t next = 1;
  for (auto _ : state) {
    apply_pages(set, pages[next]);
    next = 1 - next;
  }
  if (set.size() != members) state.SkipWithError("not half was replaced");
  bench::each_of(state, members);
}

/// Many small sets at a time: stopping the clock takes a microsecond.
template <class Set, kind Which = kind::spread>
void clear(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  const std::size_t count = std::max<std::size_t>(1, 100'000 / members);
  const auto enters = bench::messages(keys_of(Which, members), presence::action::enter, 1, 9);
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Set> sets(count);
    for (Set& set : sets) fill(set, enters);
    state.ResumeTiming();
    for (Set& set : sets) set.clear();
    state.PauseTiming();
    { const std::vector<Set> destroyed_untimed = std::move(sets); }
    state.ResumeTiming();
  }
  bench::each_of(state, count * members);
}

void sizes(benchmark::internal::Benchmark* b) { b->ArgName("members")->Arg(100)->Arg(10'000)->Arg(100'000); }
/// A run of a million is long: one for each repetition, and fewer repetitions for those that take seconds to set up.
void million(benchmark::internal::Benchmark* b) { b->ArgName("members")->Arg(1'000'000)->Iterations(1); }
void million_slowly(benchmark::internal::Benchmark* b) { b->Apply(million)->Repetitions(3); }
void ten_thousand(benchmark::internal::Benchmark* b) { b->ArgName("members")->Arg(10'000); }

#define PRESENCE_BENCHMARK(operation, set, rival, which) \
  BENCHMARK_TEMPLATE(operation, set)->Name(#operation "<" rival ">")->Apply(which)
#define PRESENCE_BENCHMARK_BOTH(operation)                          \
  PRESENCE_BENCHMARK(operation, presence_set, "presence", sizes);   \
  PRESENCE_BENCHMARK(operation, presence_set, "presence", million); \
  PRESENCE_BENCHMARK(operation, naive, "naive", sizes)

PRESENCE_BENCHMARK_BOTH(enter);
PRESENCE_BENCHMARK_BOTH(update);
PRESENCE_BENCHMARK(update, naive, "naive", million_slowly);
PRESENCE_BENCHMARK_BOTH(stale_duplicate);
PRESENCE_BENCHMARK_BOTH(leave);
PRESENCE_BENCHMARK_BOTH(find_member);
PRESENCE_BENCHMARK_BOTH(contains_user);
PRESENCE_BENCHMARK(contains_user, naive, "naive", million_slowly);
PRESENCE_BENCHMARK(contains_user, boost_map, "boost_map", sizes);
PRESENCE_BENCHMARK(contains_user, boost_map, "boost_map", million);
PRESENCE_BENCHMARK_BOTH(iterate);
PRESENCE_BENCHMARK(iterate, naive, "naive", million_slowly);
PRESENCE_BENCHMARK_BOTH(unchanged_sync);
PRESENCE_BENCHMARK(unchanged_sync, naive, "naive", million_slowly);
PRESENCE_BENCHMARK_BOTH(sync_that_replaces_half);
// Filling takes a hundred times as long as clearing, so the number of times is given.
PRESENCE_BENCHMARK(clear, presence_set, "presence", sizes)->Iterations(5);
PRESENCE_BENCHMARK(clear, presence_set, "presence", million);
PRESENCE_BENCHMARK(clear, naive, "naive", sizes)->Iterations(1);

BENCHMARK_TEMPLATE(find_member, presence_set, kind::spread, false)
    ->Name("find_nobody<presence>")
    ->Apply(sizes)
    ->Arg(1'000'000);
BENCHMARK_TEMPLATE(find_member, naive, kind::spread, false)->Name("find_nobody<naive>")->Apply(sizes);
BENCHMARK_TEMPLATE(contains_user, presence_set, false)->Name("contains_nobody<presence>")->Apply(sizes)->Arg(1'000'000);
BENCHMARK_TEMPLATE(contains_user, naive, false)->Name("contains_nobody<naive>")->Apply(sizes);

#define PRESENCE_BENCHMARK_CROWD(operation) \
  BENCHMARK_TEMPLATE(operation, presence_set, kind::crowd)->Name("crowd_" #operation "<presence>")->Apply(ten_thousand)
PRESENCE_BENCHMARK_CROWD(enter);
PRESENCE_BENCHMARK_CROWD(update);
PRESENCE_BENCHMARK_CROWD(stale_duplicate);
PRESENCE_BENCHMARK_CROWD(leave);
PRESENCE_BENCHMARK_CROWD(find_member);
PRESENCE_BENCHMARK_CROWD(iterate);
PRESENCE_BENCHMARK_CROWD(unchanged_sync);
PRESENCE_BENCHMARK_CROWD(clear)->Iterations(5);

}  // namespace
