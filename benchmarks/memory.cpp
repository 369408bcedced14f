// What does a member take, and who allocates?
// Bytes are what malloc gives out, counted, without the data; nothing here is a time. `presence` has the null mutex,
// `presence_real_mutex` std::mutex, `naive` are standard containers.

#include "support/counters.hpp"
#include "support/counting_allocations.hpp"
#include "support/hub_types.hpp"
#include "support/naive.hpp"
#include "support/pipe_transport.hpp"
#include "support/workload.hpp"
#include <presence/basic_presence.hpp>
#include <presence/member_set.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using presence::action;
using presence_set = presence::basic_member_set<bench::data>;
using naive_set = bench::naive::set;

constexpr auto ignore = [](auto&&...) {};

/// Made once, as a million take a second.
std::vector<bench::message>& messages_of(std::size_t n) {
  static std::map<std::size_t, std::vector<bench::message>> made;
  if (made[n].empty()) made[n] = bench::messages(bench::spread(n), action::enter, 1);
  return made[n];
}

/// The messages from `first` on are all applied as `what`, newer than before.
template <class Set>
void apply(Set& set, std::vector<bench::message>& messages, std::size_t first, action what) {
  for (std::size_t i = first; i < messages.size(); ++i) {
    messages[i].action = what;
    bench::renew(messages[i]);
    set.apply(messages[i], ignore);
  }
}

/// All enter, nine of ten leave, they come back, all leave.
template <class Set>
void members(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto each = static_cast<double>(n);
  auto& messages = messages_of(n);
  for (auto _ : state) {
    const bench::allocations since;
    Set set;
    apply(set, messages, 0, action::enter);
    bench::note(state, "bytes_each", since.bytes_held() / each);
    if constexpr (requires { set.bytes(); }) {
      bench::note(state, "bytes_reported_each", static_cast<double>(set.bytes()) / each);
    }
    apply(set, messages, n / 10, action::leave);
    bench::note(state, "bytes_each_where_a_tenth_stays", since.bytes_held() / (each / 10));
    apply(set, messages, n / 10, action::enter);
    bench::note(state, "bytes_each_again", since.bytes_held() / each);
    if (set.size() != n) state.SkipWithError("members are missing");
    apply(set, messages, 0, action::leave);
    bench::note(state, "bytes_left", since.bytes_held());
  }
}
void sizes(benchmark::internal::Benchmark* b) {
  b->ArgName("members")->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Iterations(1);
}
BENCHMARK_TEMPLATE(members, presence_set)->Name("members<presence>")->Apply(sizes);
BENCHMARK_TEMPLATE(members, naive_set)->Name("members<naive>")->Apply(sizes);

// --- allocations of one operation ---------------------------------------------------------------------------------------

/// A set alone.
template <class Set>
class alone {
 public:
  void receive(const presence::message_batch<bench::data>& batch) {
    for (const bench::message& m : *batch) set_.apply(m, ignore);
  }
  [[nodiscard]] bool is_user_present(const std::string& client_id) { return set_.contains_user(client_id); }

 private:
  Set set_;
};

template <class Mutex>
class participant {
 public:
  participant() {
    presence_.attach();
    presence_.subscribe([this](const bench::message&) { ++told_; }).release();
  }
  void receive(const presence::message_batch<bench::data>& batch) { other_end_->on_presence(batch); }
  [[nodiscard]] bool is_user_present(const std::string& client_id) { return presence_.is_user_present(client_id); }

 private:
  using transport = bench::pipe_transport<Mutex>;
  presence::transport_receiver<bench::data>* other_end_ = nullptr;
  presence::basic_presence<bench::data, std::chrono::system_clock, transport> presence_{transport{other_end_}};
  std::size_t told_ = 0;
};

class naive_participant {
 public:
  naive_participant() {
    participant_.subscribe([this](const bench::message&) { ++told_; });
  }
  void receive(const presence::message_batch<bench::data>& batch) { participant_.on_presence(*batch); }
  [[nodiscard]] bool is_user_present(const std::string& id) { return participant_.is_user_present(id); }

 private:
  bench::naive::participant participant_;
  std::size_t told_ = 0;
};

/// All enter, update, are looked up and leave, each in a message of its own. The set grows while they enter.
template <class Rival>
void allocations(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto each = static_cast<double>(n);
  std::vector<std::shared_ptr<std::vector<bench::message>>> batches;
  for (const bench::message& m : messages_of(n)) batches.push_back(std::make_shared<std::vector<bench::message>>(1, m));
  const std::vector<presence::message_batch<bench::data>> sent{batches.begin(), batches.end()};
  for (auto _ : state) {
    Rival rival;
    const auto all = [&](action what, const char* name) {
      for (const auto& batch : batches) {
        batch->front().action = what;
        bench::renew(batch->front());
      }
      const bench::allocations since;
      for (const auto& batch : sent) rival.receive(batch);
      bench::note(state, name, since.count() / each);
    };
    all(action::enter, "of_an_enter");
    all(action::update, "of_an_update");
    const bench::allocations since;
    std::size_t found = 0;
    for (const auto& batch : sent) found += rival.is_user_present(batch->front().client_id) ? 1 : 0;
    bench::note(state, "of_a_lookup", since.count() / each);
    if (found != n) state.SkipWithError("members are missing");
    all(action::leave, "of_a_leave");
  }
}
void ten_thousand(benchmark::internal::Benchmark* b) { b->ArgName("members")->Arg(10'000)->Iterations(1); }
BENCHMARK_TEMPLATE(allocations, alone<presence_set>)->Name("allocations_of_set<presence>")->Apply(ten_thousand);
BENCHMARK_TEMPLATE(allocations, alone<naive_set>)->Name("allocations_of_set<naive>")->Apply(ten_thousand);
BENCHMARK_TEMPLATE(allocations, participant<presence::null_mutex>)
    ->Name("allocations_of_participant<presence>")
    ->Apply(ten_thousand);
BENCHMARK_TEMPLATE(allocations, participant<std::mutex>)
    ->Name("allocations_of_participant<presence_real_mutex>")
    ->Apply(ten_thousand);
BENCHMARK_TEMPLATE(allocations, naive_participant)->Name("allocations_of_participant<naive>")->Apply(ten_thousand);

// --- what a hub is made of ----------------------------------------------------------------------------------------------

constexpr std::size_t many = 1'000;

/// Bytes of each of many, while the handles themselves stand in memory that was there before.
template <class Work>
double bytes_of_each(Work&& work) {
  const bench::allocations since;
  for (std::size_t i = 0; i < many; ++i) work(i);
  return since.bytes_held() / static_cast<double>(many);
}

std::string room_name(std::size_t i) { return "room-" + std::to_string(i); }

template <class Hub>
struct sessions {
  explicit sessions(Hub& hub) {
    all.reserve(many);
    bytes = bytes_of_each([&](std::size_t i) { all.push_back(hub.connect(keys[i].client_id)); });
  }
  const std::vector<bench::key> keys = bench::spread(many);
  std::vector<typename Hub::session_type> all;
  double bytes = 0;
};

/// Sessions come, attach to one room, and enter; then one session comes to many rooms.
template <class Mutex>
void hub(benchmark::State& state) {
  using hub_type = bench::hub_of<Mutex>;
  using attachment = typename hub_type::session_type::attachment_type;
  const auto everything = presence::mode_set::all();
  const auto data = presence::shared_data<bench::data>::make(1U);
  for (auto _ : state) {
    bench::counting_sink sink;
    hub_type hub{bench::seeded()};
    const bench::allocations since;
    {
      sessions<hub_type> in{hub};
      bench::note(state, "session", in.bytes);
      std::vector<attachment> attached, elsewhere;
      attached.reserve(many);
      elsewhere.reserve(many);
      const double attachment_bytes = bytes_of_each(
          [&](std::size_t i) { attached.push_back(in.all[i].attach("a room", everything, std::ref(sink)).value()); });
      bench::note(state, "attachment", attachment_bytes);
      bench::note(state, "member",
                  bytes_of_each([&](std::size_t i) { attached[i].publish(bench::says(action::enter, data)); }));
      const double idle = bytes_of_each([&](std::size_t i) {
        elsewhere.push_back(in.all[0].attach(room_name(i), everything, std::ref(sink)).value());
      });
      bench::note(state, "idle_room", idle - attachment_bytes);
      bench::note(state, "room_of_one_member", idle - attachment_bytes + bytes_of_each([&](std::size_t i) {
                                                 elsewhere[i].publish(bench::says(action::enter, data));
                                               }));
    }
    bench::note(state, "left", since.bytes_held());
  }
}
BENCHMARK_TEMPLATE(hub, presence::null_mutex)->Name("bytes_in_hub<presence>")->Iterations(1);
BENCHMARK_TEMPLATE(hub, std::mutex)->Name("bytes_in_hub<presence_real_mutex>")->Iterations(1);

/// Allocations of an update that is there already, from its call to two who are told of it: by participants, with a handler, and
/// by an attachment to sinks. The data, which takes one if it is new, was made before.
template <class Mutex>
void updates_through_a_hub(benchmark::State& state) {
  using hub_type = bench::hub_of<Mutex>;
  using loopback = presence::loopback<bench::data, std::chrono::system_clock, presence::basic_no_backplane<Mutex>>;
  constexpr std::size_t times = 1'000;
  for (auto _ : state) {
    bench::counting_sink sink;
    hub_type hub{bench::seeded()};
    auto sender = hub.connect("sender");
    auto receiver = hub.connect("receiver");
    {
      const auto data = presence::shared_data<bench::data>::make(1U);
      auto from = sender.attach("sinks", presence::mode_set::all(), std::ref(sink)).value();
      const auto to = receiver.attach("sinks", presence::mode_set::all(), std::ref(sink)).value();
      from.publish(bench::says(action::enter, data));
      std::vector<std::vector<bench::message>> made;
      for (std::size_t i = 0; i < times; ++i) made.push_back(bench::says(action::update, data));
      const bench::allocations since;
      for (auto& each : made) from.publish(std::move(each));
      bench::note(state, "to_two_sinks", since.count() / static_cast<double>(times));
    }
    presence::basic_presence<bench::data, std::chrono::system_clock, loopback> from{sender.room("participants")};
    presence::basic_presence<bench::data, std::chrono::system_clock, loopback> to{receiver.room("participants")};
    const auto listening = to.subscribe([&sink](const bench::message& m) { sink(m); });
    std::size_t answered = 0;
    const auto handler = [&answered](std::error_code) { ++answered; };
    from.enter(1U, handler);
    const bench::allocations since;
    for (std::size_t i = 0; i < times; ++i) from.update(handler);  // without data: new data is one more
    bench::note(state, "to_two_participants", since.count() / static_cast<double>(times));
    if (answered != times + 1 || sink.told() < 3 * times) state.SkipWithError("not everybody was told");
  }
}
BENCHMARK_TEMPLATE(updates_through_a_hub, presence::null_mutex)
    ->Name("allocations_through_a_hub<presence>")
    ->Iterations(1);
BENCHMARK_TEMPLATE(updates_through_a_hub, std::mutex)
    ->Name("allocations_through_a_hub<presence_real_mutex>")
    ->Iterations(1);

/// Participants over the loopback, each alone in a room that is there already, with what the hub keeps for them.
template <class Mutex>
void participants(benchmark::State& state) {
  using hub_type = bench::hub_of<Mutex>;
  using loopback = presence::loopback<bench::data, std::chrono::system_clock, presence::basic_no_backplane<Mutex>>;
  using presence_type = presence::basic_presence<bench::data, std::chrono::system_clock, loopback>;
  for (auto _ : state) {
    bench::counting_sink sink;
    hub_type hub{bench::seeded()};
    const bench::allocations since;
    {
      auto keeper = hub.connect("keeper");
      std::vector<typename hub_type::session_type::attachment_type> kept;
      for (std::size_t i = 0; i < many; ++i) {
        kept.push_back(
            keeper.attach(room_name(i), presence::mode_set{presence::mode::subscribe}, std::ref(sink)).value());
      }
      sessions<hub_type> in{hub};
      std::vector<presence_type> here;
      std::vector<presence::subscription> listening;
      here.reserve(many);
      listening.reserve(many * 2);
      const double attached = bytes_of_each([&](std::size_t i) {
        here.emplace_back(in.all[i].room(room_name(i)));
        here.back().attach();
      });
      bench::note(state, "attached", attached);
      bench::note(state, "entered", attached + bytes_of_each([&](std::size_t i) { here[i].enter(1U); }));
      const auto listen = [&](std::size_t i) {
        listening.push_back(here[i].subscribe([&sink](const bench::message& m) { sink(m); }));
      };
      bench::note(state, "first_listener", bytes_of_each(listen));
      bench::note(state, "further_listener", bytes_of_each(listen));
    }
    bench::note(state, "left", since.bytes_held());
  }
}
BENCHMARK_TEMPLATE(participants, presence::null_mutex)->Name("bytes_of_participant<presence>")->Iterations(1);
BENCHMARK_TEMPLATE(participants, std::mutex)->Name("bytes_of_participant<presence_real_mutex>")->Iterations(1);

}  // namespace
