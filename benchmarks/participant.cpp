// What does it cost a participant to apply a message to its set and tell its listeners?
// `presence` is basic_presence with the null mutex, `presence_real_mutex` with std::mutex, `naive` a set, a mutex and a
// vector of functions, `hand` a table for this one purpose with a function pointer, `bare_set` the member set alone, which
// tells nobody, `nothing` only receives and says what the benchmark itself costs; `dependent_reads` is the machine's part.
// Arguments: members in the set, messages in a batch, listeners. Every message carries data.

#include "support/boost_map.hpp"
#include "support/counters.hpp"
#include "support/hand.hpp"
#include "support/naive.hpp"
#include "support/pipe_transport.hpp"
#include "support/workload.hpp"
#include <presence/basic_presence.hpp>
#include <presence/member_set.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace {

using batch_ptr = presence::message_batch<bench::data>;

template <class Mutex>
class participant_of {
 public:
  explicit participant_of(std::size_t) { presence_.attach(); }
  template <class Listener>
  [[nodiscard]] presence::subscription subscribe(Listener listener) {
    return presence_.subscribe(std::move(listener));
  }
  void listen(std::size_t& told) {
    subscribe([&told](const bench::message&) { ++told; }).release();
  }
  void receive(const batch_ptr& batch) { other_end_->on_presence(batch); }
  [[nodiscard]] std::size_t size() const { return presence_.size(); }
  [[nodiscard]] std::uint64_t version() const { return presence_.version(); }
  [[nodiscard]] bool is_user_present(const std::string& client_id) const {
    return presence_.is_user_present(client_id);
  }

 private:
  using transport = bench::pipe_transport<Mutex>;
  presence::transport_receiver<bench::data>* other_end_ = nullptr;
  presence::basic_presence<bench::data, std::chrono::system_clock, transport> presence_{transport{other_end_}};
};
using presence_null = participant_of<presence::null_mutex>;
using presence_real = participant_of<std::mutex>;

class naive {
 public:
  explicit naive(std::size_t) {}
  void listen(std::size_t& told) {
    participant_.subscribe([&told](const bench::message&) { ++told; });
  }
  void receive(const batch_ptr& batch) { participant_.on_presence(*batch); }
  [[nodiscard]] std::size_t size() const { return participant_.size(); }
  [[nodiscard]] bool is_user_present(const std::string& client_id) { return participant_.is_user_present(client_id); }

 private:
  bench::naive::participant participant_;
};

class hand {
 public:
  explicit hand(std::size_t members) : table_(members) {}
  void listen(std::size_t& told) {
    table_.listen([](void* count, const bench::message&) { ++*static_cast<std::size_t*>(count); }, &told);
  }
  void receive(const batch_ptr& batch) {
    if (batch->front().action == presence::action::enter) {
      for (const bench::message& m : *batch) table_.enter(m);
    } else if (batch->size() == 1) {
      table_.update(batch->front());
    } else {
      table_.update(*batch);
    }
  }
  [[nodiscard]] std::size_t size() const { return table_.size(); }

 private:
  bench::hand::table table_;
};

class bare_set {
 public:
  explicit bare_set(std::size_t) {}
  void listen(std::size_t&) {}
  void receive(const batch_ptr& batch) {
    set_.apply(*batch, [](const bench::message&, presence::user_change) {});
  }
  [[nodiscard]] std::size_t size() const { return set_.size(); }
  [[nodiscard]] std::uint64_t version() const { return set_.version(); }

 private:
  presence::basic_member_set<bench::data> set_;
};

class nothing {
 public:
  explicit nothing(std::size_t members) : members_(members) {}
  void listen(std::size_t&) {}
  void receive(const batch_ptr& batch) { benchmark::DoNotOptimize(batch->data()); }
  [[nodiscard]] std::size_t size() const { return members_; }

 private:
  std::size_t members_;
};

/// Updates of present members in random order.
template <class Participant>
void update(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  const auto batch_size = static_cast<std::size_t>(state.range(1));
  const auto listeners = static_cast<std::size_t>(state.range(2));

  Participant participant(members);
  std::size_t told = 0;
  participant.receive(bench::enters_of(members));
  for (std::size_t i = 0; i < listeners; ++i) participant.listen(told);

  bench::update_stream& updates = bench::updates_of(members, batch_size);
  for (auto _ : state) {
    participant.receive(updates.next());
    updates.applied();
  }
  const auto expected = static_cast<std::size_t>(state.iterations()) * batch_size * listeners;
  if (told != expected || participant.size() != members) state.SkipWithError("not everything was applied and told");
  if constexpr (requires { participant.version(); }) {
    const auto applied = members + static_cast<std::size_t>(state.iterations()) * batch_size;
    if (participant.version() != applied) state.SkipWithError("not everything was applied");
  }
  bench::each_of(state, batch_size);
}

template <int Batch, int Listeners>
void sizes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"members", "batch", "listeners"});
  for (const int members : {100, 10'000, 100'000}) b->Args({members, Batch, Listeners});
}
/// A fifth of a million messages: the set is made anew for each run, which takes far longer.
template <int Batch, int Listeners>
void million(benchmark::internal::Benchmark* b) {
  b->ArgNames({"members", "batch", "listeners"})->Args({1'000'000, Batch, Listeners})->Iterations(200'000 / Batch);
}
void many_listeners(benchmark::internal::Benchmark* b) {
  b->ArgNames({"members", "batch", "listeners"});
  for (const int batch : {1, 100}) {
    for (const int n : {8, 64}) b->Args({100'000, batch, n});
  }
}

#define PRESENCE_BENCHMARK(participant, rival, listeners)                                           \
  BENCHMARK_TEMPLATE(update, participant)->Name("update<" rival ">")->Apply(sizes<1, listeners>);   \
  BENCHMARK_TEMPLATE(update, participant)->Name("update<" rival ">")->Apply(sizes<100, listeners>); \
  BENCHMARK_TEMPLATE(update, participant)->Name("update<" rival ">")->Apply(million<1, listeners>); \
  BENCHMARK_TEMPLATE(update, participant)->Name("update<" rival ">")->Apply(million<100, listeners>)

PRESENCE_BENCHMARK(presence_null, "presence", 1);
PRESENCE_BENCHMARK(presence_null, "presence", 0);
PRESENCE_BENCHMARK(presence_real, "presence_real_mutex", 1);
PRESENCE_BENCHMARK(presence_real, "presence_real_mutex", 0);
PRESENCE_BENCHMARK(naive, "naive", 1);
PRESENCE_BENCHMARK(hand, "hand", 1);
PRESENCE_BENCHMARK(bare_set, "bare_set", 0);
PRESENCE_BENCHMARK(nothing, "nothing", 0);
BENCHMARK_TEMPLATE(update, presence_null)->Name("update<presence>")->Apply(many_listeners);
BENCHMARK_TEMPLATE(update, presence_real)->Name("update<presence_real_mutex>")->Apply(many_listeners);
BENCHMARK_TEMPLATE(update, naive)->Name("update<naive>")->Apply(many_listeners);

/// Asked about members at random.
template <class Participant>
void is_user_present(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  Participant participant(members);
  participant.receive(bench::enters_of(members));
  std::vector<std::string> questions;
  for (const std::size_t i : bench::random_order(members)) questions.push_back(bench::spread(members)[i].client_id);
  std::size_t present = 0;
  for (auto _ : state) {
    for (const std::string& client_id : questions) present += participant.is_user_present(client_id) ? 1 : 0;
  }
  if (present != static_cast<std::size_t>(state.iterations()) * members) state.SkipWithError("somebody was not found");
  bench::each_of(state, members);
}

class boost_map {
 public:
  explicit boost_map(std::size_t) {}
  void receive(const batch_ptr& batch) {
    for (const bench::message& m : *batch) map_.apply(m, [](auto&&...) {});
  }
  [[nodiscard]] bool is_user_present(const std::string& client_id) const { return map_.contains_user(client_id); }

 private:
  bench::boost_map map_;
};

void askers(benchmark::internal::Benchmark* b) { b->ArgName("members")->Arg(100)->Arg(10'000)->Arg(100'000); }
void ask_million(benchmark::internal::Benchmark* b) { b->ArgName("members")->Arg(1'000'000)->Iterations(1); }
BENCHMARK_TEMPLATE(is_user_present, presence_null)->Name("is_user_present<presence>")->Apply(askers);
BENCHMARK_TEMPLATE(is_user_present, presence_null)->Name("is_user_present<presence>")->Apply(ask_million);
BENCHMARK_TEMPLATE(is_user_present, presence_real)->Name("is_user_present<presence_real_mutex>")->Apply(askers);
BENCHMARK_TEMPLATE(is_user_present, boost_map)->Apply(askers);
BENCHMARK_TEMPLATE(is_user_present, boost_map)->Apply(ask_million);
BENCHMARK_TEMPLATE(is_user_present, naive)->Apply(askers);

/// Not an update, but what one message that comes alone waits for in an index over dense records: a read of a random
/// bucket, and of the record whose number is there. Each record says which place in which bucket comes next, so that
/// nothing overlaps. `hand` can be faster: it does so little that the processor begins its next message meanwhile.
void dependent_reads(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t places = 12;
  struct alignas(64) bucket {
    std::array<std::uint32_t, places> records;
  };
  struct alignas(32) record {
    std::uint32_t bucket;
    std::uint32_t place;
    std::array<char, 88> rest;
  };
  std::vector<bucket> buckets(std::bit_ceil(members / 10 + 1));  // as many as the set's index has
  std::vector<record> records(members);
  const auto where = bench::random_order(members, 11);  // the n-th member's place: spread over the buckets
  const auto order = bench::random_order(members);
  for (std::size_t i = 0; i < members; ++i) {
    const std::size_t next = where[(i + 1) % members];
    buckets[where[i] % buckets.size()].records[where[i] / buckets.size()] = static_cast<std::uint32_t>(order[i]);
    records[order[i]].bucket = static_cast<std::uint32_t>(next % buckets.size());
    records[order[i]].place = static_cast<std::uint32_t>(next / buckets.size());
  }
  record at = records[order.back()];
  for (auto _ : state) {
    const record& found = records[buckets[at.bucket].records[at.place]];
    at.bucket = found.bucket;
    at.place = found.place;
  }
  benchmark::DoNotOptimize(at);
  bench::each_of(state, 1);
}
BENCHMARK(dependent_reads)
    ->Name("dependent_reads<machine>")
    ->ArgName("members")
    ->Arg(100)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000);

/// A listener comes and goes, where some are already there.
template <class Participant>
void subscribe_and_unsubscribe(benchmark::State& state) {
  Participant participant(0);
  std::size_t told = 0;
  for (std::int64_t i = 0; i < state.range(0); ++i) participant.listen(told);
  for (auto _ : state) {
    presence::subscription made = participant.subscribe([&told](const bench::message&) { ++told; });
    benchmark::DoNotOptimize(made);
  }
  bench::each_of(state, 1);
}
BENCHMARK_TEMPLATE(subscribe_and_unsubscribe, presence_null)
    ->Name("subscribe_and_unsubscribe<presence>")
    ->ArgName("listeners")
    ->Arg(0)
    ->Arg(8)
    ->Arg(64);
BENCHMARK_TEMPLATE(subscribe_and_unsubscribe, presence_real)
    ->Name("subscribe_and_unsubscribe<presence_real_mutex>")
    ->ArgName("listeners")
    ->Arg(0)
    ->Arg(8)
    ->Arg(64);

}  // namespace
