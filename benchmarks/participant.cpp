// What does it cost a participant to apply a message to its set and tell its listeners?
// `presence` is basic_presence with the null and the real mutex, `naive` a set, a mutex and a vector of functions.
// Arguments: members in the set, messages in a batch.

#include "support/naive.hpp"
#include "support/pipe_transport.hpp"
#include "support/workload.hpp"
#include <presence/basic_presence.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace {

template <class Mutex>
class ours {
 public:
  template <class Listener>
  void subscribe(Listener listener) {
    presence_.subscribe(std::move(listener)).release();
  }
  void attach() { presence_.attach(); }
  void receive(const presence::message_batch<bench::data>& batch) { other_end_->on_presence(batch); }

 private:
  using transport = bench::pipe_transport<Mutex>;
  presence::transport_receiver<bench::data>* other_end_ = nullptr;
  presence::basic_presence<bench::data, std::chrono::system_clock, transport> presence_{transport{other_end_}};
};

class naive {
 public:
  template <class Listener>
  void subscribe(Listener listener) {
    participant_.subscribe(std::move(listener));
  }
  void attach() {}
  void receive(const presence::message_batch<bench::data>& batch) { participant_.on_presence(*batch); }

 private:
  bench::naive::participant participant_;
};

/// Updates of present members in random order, in batches, with a number of listeners that each count.
template <class Participant>
void update(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  const auto batch_size = static_cast<std::size_t>(state.range(1));
  const auto listeners = static_cast<std::size_t>(state.range(2));
  const auto keys = bench::spread(members);

  Participant participant;
  std::size_t told = 0;
  participant.attach();
  participant.receive(presence::make_batch(bench::messages(keys, presence::action::enter, 1)));
  for (std::size_t i = 0; i < listeners; ++i) participant.subscribe([&told](const bench::message&) { ++told; });

  // The batches are the benchmark's own, so it may renew their ids between two rounds.
  std::vector<std::shared_ptr<std::vector<bench::message>>> batches;
  for (bench::message& m : bench::messages(keys, presence::action::update, 2)) {
    if (batches.empty() || batches.back()->size() == batch_size) {
      batches.push_back(std::make_shared<std::vector<bench::message>>());
      batches.back()->reserve(batch_size);
    }
    batches.back()->push_back(std::move(m));
  }
  const std::vector<presence::message_batch<bench::data>> sent(batches.begin(), batches.end());

  std::size_t at = 0;
  for (auto _ : state) {
    participant.receive(sent[at]);
    for (bench::message& m : *batches[at]) bench::renew(m);
    if (++at == sent.size()) at = 0;
  }
  if (told == 0 && listeners > 0) state.SkipWithError("nobody was told");
  const auto messages = static_cast<double>(state.iterations()) * static_cast<double>(batch_size);
  state.counters["per_message"] =
      benchmark::Counter(messages, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void shapes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"members", "batch", "listeners"});
  for (const int members : {100, 10'000, 100'000}) {
    for (const int batch : {1, 100}) b->Args({members, batch, 1});
  }
  b->Args({100'000, 1, 0})->Args({100'000, 1, 8});
}

using presence_null_mutex = ours<presence::null_mutex>;
using presence_real_mutex = ours<std::mutex>;

BENCHMARK_TEMPLATE(update, presence_null_mutex)->Apply(shapes);
BENCHMARK_TEMPLATE(update, presence_real_mutex)->Apply(shapes);
BENCHMARK_TEMPLATE(update, naive)->Apply(shapes);

}  // namespace
