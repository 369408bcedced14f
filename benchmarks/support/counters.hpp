// How every benchmark reports: nanoseconds for each of the things that its name says, so that one program can put all
// results side by side.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_COUNTERS_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_COUNTERS_HPP

#include <benchmark/benchmark.h>

#include <cstddef>

namespace bench {

/// Each iteration did `count` of them.
inline void each_of(benchmark::State& state, std::size_t count) {
  const double billions = static_cast<double>(state.iterations()) * static_cast<double>(count) * 1e-9;
  state.counters["ns_each"] = benchmark::Counter(billions, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// A number that is no time: bytes of a member, allocations of an update.
inline void note(benchmark::State& state, const char* what, double value) { state.counters[what] = value; }

}  // namespace bench

#endif
