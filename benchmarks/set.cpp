// What does the bare presence set cost: enter, update, stale duplicate, leave, look-ups, iteration, memory?
// `presence` is basic_member_set, `naive` a set of standard containers that keeps the same rules.

#include "support/naive.hpp"
#include "support/workload.hpp"
#include <presence/member_set.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

namespace {

using ours = presence::basic_member_set<bench::data>;
using naive = bench::naive::set;

constexpr auto ignore = [](auto&&...) {};

template <class Set>
void fill(Set& set, const std::vector<bench::message>& enters) {
  for (const bench::message& m : enters) set.apply(m, ignore);
}

void sizes(benchmark::internal::Benchmark* b) { b->Arg(100)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kNanosecond); }

void per_member(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["per_member"] = benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)),
                                                    benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// Everybody enters an empty set, then everybody leaves, each in another random order.
template <class Set>
void enter_leave(benchmark::State& state) {
  const auto keys = bench::spread(static_cast<std::size_t>(state.range(0)));
  const auto enters = bench::messages(keys, presence::action::enter, 1);
  auto leaves = bench::messages(keys, presence::action::leave, 2);
  std::reverse(leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(leaves.size() / 2));
  Set set;
  for (auto _ : state) {
    fill(set, enters);
    fill(set, leaves);
  }
  per_member(state);
}

template <class Set>
void update(benchmark::State& state) {
  const auto keys = bench::spread(static_cast<std::size_t>(state.range(0)));
  Set set;
  fill(set, bench::messages(keys, presence::action::enter, 1));
  auto updates = bench::messages(keys, presence::action::update, 2);
  for (auto _ : state) {
    for (bench::message& m : updates) {
      benchmark::DoNotOptimize(set.apply(m, ignore));
      bench::renew(m);
    }
  }
  per_member(state);
}

template <class Set>
void stale_duplicate(benchmark::State& state) {
  const auto keys = bench::spread(static_cast<std::size_t>(state.range(0)));
  const auto enters = bench::messages(keys, presence::action::enter, 1);
  Set set;
  fill(set, enters);
  for (auto _ : state) {
    for (const bench::message& m : enters) benchmark::DoNotOptimize(set.apply(m, ignore));
  }
  per_member(state);
}

template <class Set>
void is_user_present(benchmark::State& state) {
  const auto keys = bench::spread(static_cast<std::size_t>(state.range(0)));
  Set set;
  fill(set, bench::messages(keys, presence::action::enter, 1));
  std::vector<bench::key> asked;
  for (const std::size_t i : bench::random_order(keys.size())) asked.push_back(keys[i]);
  for (auto _ : state) {
    for (const bench::key& k : asked) benchmark::DoNotOptimize(set.contains_user(k.client_id));
  }
  per_member(state);
}

template <class Set>
void iterate(benchmark::State& state) {
  Set set;
  fill(set, bench::messages(bench::spread(static_cast<std::size_t>(state.range(0))), presence::action::enter, 1));
  for (auto _ : state) {
    std::size_t total = 0;
    set.for_each([&](const auto& m) { total += m.client_id.size(); });
    benchmark::DoNotOptimize(total);
  }
  per_member(state);
}

BENCHMARK_TEMPLATE(enter_leave, ours)->Apply(sizes);
BENCHMARK_TEMPLATE(enter_leave, naive)->Apply(sizes);
BENCHMARK_TEMPLATE(update, ours)->Apply(sizes);
BENCHMARK_TEMPLATE(update, naive)->Apply(sizes);
BENCHMARK_TEMPLATE(stale_duplicate, ours)->Apply(sizes);
BENCHMARK_TEMPLATE(stale_duplicate, naive)->Apply(sizes);
BENCHMARK_TEMPLATE(is_user_present, ours)->Apply(sizes);
BENCHMARK_TEMPLATE(is_user_present, naive)->Apply(sizes);
BENCHMARK_TEMPLATE(iterate, ours)->Apply(sizes);
BENCHMARK_TEMPLATE(iterate, naive)->Apply(sizes);

}  // namespace
