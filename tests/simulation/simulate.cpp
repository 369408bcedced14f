// Runs random histories through the simulation, as many as asked for, on all cores: ./dev simulate.
#include "simulation/history.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace kit = presence::testing;

struct options {
  std::uint64_t seeds = 1000;
  double seconds = 0;  // 0: until all seeds are done
  std::optional<std::uint64_t> seed;
  std::uint64_t first = 1;
  std::size_t steps = 250;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  bool coverage = true;
};

void add(kit::history_outcome& to, const kit::history_outcome& more) {
  for (std::size_t i = 0; i < kit::deed_count; ++i) to.deeds[i] += more.deeds[i];
  to.links += more.links;
  to.events += more.events;
  to.user_events += more.user_events;
  to.checks += more.checks;
  to.operations += more.operations;
  to.refused += more.refused;
  to.expired += more.expired;
  to.batches += more.batches;
  to.evicted += more.evicted;
  to.certain_wishes += more.certain_wishes;
  to.calls_inside += more.calls_inside;
}

void print_coverage(const kit::history_outcome& total) {
  const auto row = [](std::string_view name, std::uint64_t count) {
    std::cout << "  " << name << ": " << count << '\n';
  };
  std::cout << "what the steps did\n";
  for (std::size_t i = 0; i < kit::deed_count; ++i) row(to_string(static_cast<kit::deed>(i)), total.deeds[i]);
  std::cout << "what the links did\n";
  for (const auto& [name, count] : total.links.rows()) row(name, count);
  std::cout << "what was seen\n";
  row("events", total.events);
  row("user events", total.user_events);
  row("operations", total.operations);
  row("operations that failed", total.refused);
  row("members that timed out", total.expired);
  row("batches", total.batches);
  row("members that were evicted", total.evicted);
  row("wishes that were certain in the end", total.certain_wishes);
  row("calls from inside a listener", total.calls_inside);
  row("checks of the whole world", total.checks);
}

/// The seed, what is wrong, and the shortest history that shows it, step by step.
void explain(std::uint64_t seed, std::size_t steps) {
  const auto whole = kit::make_history(seed, steps);
  const auto shortest = kit::shrink_history(whole, seed);
  const auto outcome = kit::run_history(shortest, seed, true);
  std::cout << "seed " << seed << " fails: " << outcome.problem << "\nshrunk from " << whole.size() << " steps to "
            << shortest.size() << "; again: ./dev simulate --seed " << seed << " --steps " << steps << '\n'
            << outcome.log;
}

int run_one(std::uint64_t seed, std::size_t steps) {
  const auto outcome = kit::run_history(kit::make_history(seed, steps), seed);
  if (!outcome.problem.empty()) {
    explain(seed, steps);
    return 1;
  }
  std::cout << "seed " << seed << ": every promise was kept\n";
  return 0;
}

int run_many(const options& chosen) {
  using clock = std::chrono::steady_clock;
  const auto start = clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(clock::now() - start).count(); };
  std::atomic<std::uint64_t> next{0};
  std::atomic<std::uint64_t> done{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  kit::history_outcome total;
  std::optional<std::uint64_t> failed;

  const auto work = [&] {
    kit::history_outcome mine;
    for (std::uint64_t i = next++; i < chosen.seeds && !stop; i = next++) {
      if (chosen.seconds > 0 && elapsed() > chosen.seconds) break;
      const std::uint64_t seed = chosen.first + i;
      const auto outcome = kit::run_history(kit::make_history(seed, chosen.steps), seed);
      add(mine, outcome);
      const std::uint64_t finished = ++done;
      if (!outcome.problem.empty()) {
        const std::lock_guard lock{mutex};
        if (!failed || seed < *failed) failed = seed;
        stop = true;
      }
      if (finished % 1000 == 0) {
        const std::lock_guard lock{mutex};
        std::fprintf(stderr, "\r%llu histories, %.0f s", static_cast<unsigned long long>(finished), elapsed());
      }
    }
    const std::lock_guard lock{mutex};
    add(total, mine);
  };
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < chosen.threads; ++i) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  std::fputs("\n", stderr);

  std::cout << done << " histories of " << chosen.steps << " steps, seeds from " << chosen.first << '\n';
  if (chosen.coverage) print_coverage(total);
  if (!failed) {
    std::cout << "every promise was kept\n";
    return 0;
  }
  explain(*failed, chosen.steps);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  options chosen;
  CLI::App app{"Random histories of a hub and participants whose connections break.", "simulate"};
  app.add_option("--seeds", chosen.seeds, "how many histories")->capture_default_str();
  app.add_option("--seconds", chosen.seconds, "stop after this time");
  app.add_option("--seed", chosen.seed, "just this one; where it fails, the shortest history that does");
  app.add_option("--first", chosen.first, "the first seed")->capture_default_str();
  app.add_option("--steps", chosen.steps, "steps of a history")->capture_default_str();
  app.add_option("--threads", chosen.threads, "worker threads")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_flag("--coverage,!--no-coverage", chosen.coverage, "say how often each fault and rule was exercised");
  CLI11_PARSE(app, argc, argv);
  return chosen.seed ? run_one(*chosen.seed, chosen.steps) : run_many(chosen);
}
