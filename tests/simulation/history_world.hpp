// The world of a history: a simulation with an independent model of the hub and a watch over every participant.
#ifndef PRESENCE_TESTS_SIMULATION_HISTORY_WORLD_HPP
#define PRESENCE_TESTS_SIMULATION_HISTORY_WORLD_HPP

#include "simulation/history_robot.hpp"
#include "simulation/hub_model.hpp"
#include "simulation/wishes.hpp"
#include <presence/testing/simulation.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// What a history is made of.
enum class deed : std::uint8_t {
  enter,
  update,
  leave,
  enter_client,
  update_client,
  leave_client,
  subscribe,
  unsubscribe,
  get,
  attach,
  detach,
  deliver,
  cut,
  connect,
  connect_anew,
  suspend,
  pause,
  long_pause,
  resync,
  restart,
  create,
  destroy,
  crash,
  congest,
  batch,
  evict,
  get_some,
  leave_with_data,
  act_inside,
  several,
};
inline constexpr std::size_t deed_count = static_cast<std::size_t>(deed::several) + 1;

[[nodiscard]] constexpr std::string_view to_string(deed d) noexcept {
  constexpr std::array<std::string_view, deed_count> names{
      "enter",     "update",      "leave",        "enter_client",    "update_client", "leave_client",
      "subscribe", "unsubscribe", "get",          "attach",          "detach",        "deliver",
      "cut",       "connect",     "connect_anew", "suspend",         "pause",         "long_pause",
      "resync",    "restart",     "create",       "destroy",         "crash",         "congest",
      "batch",     "evict",       "get_some",     "leave_with_data", "act_inside",    "several"};
  return names[static_cast<std::size_t>(d)];
}

/// One step. It carries its own chance, so that removing other steps changes little about it.
struct history_step {
  deed what;
  std::uint64_t who;
  std::uint64_t how;
};

/// How a history ended, and what it covered.
struct history_outcome {
  std::string problem;  ///< empty: every promise was kept
  std::string log;
  std::array<std::uint64_t, deed_count> deeds{};
  link_counters links;
  std::uint64_t events = 0, user_events = 0, checks = 0, operations = 0, refused = 0, expired = 0;
  std::uint64_t batches = 0, evicted = 0, calls_inside = 0, certain_wishes = 0;
};

/// Runs steps and checks, after each: the events a listener got, folded over its snapshot, are the participant's set;
/// no event is impossible; the hub is what the model says. At the end: everybody equals the hub, "am I present?" is
/// true, every operation was told once, and nothing is left.
class history_world {
  using data = std::uint64_t;
  using world = simulation<data>;
  using content = hub_model::content;

  struct watch {
    world::participant* at = nullptr;
    std::string client_id;
    subscription events, users, states, ends;
    wishes wished;
    content seen;                  // folded from the events
    std::set<std::string> online;  // folded from the user events
    bool watching = false;
    bool quiet = false;                  // does not want events
    std::optional<history_step> inside;  // what its listener does when it is called next
    bool behind = false;  // in this step its listener has let frames arrive that it will be told of later
  };

 public:
  history_world(std::uint64_t seed, bool with_log)
      : simulation_(seed, options(seed)),
        with_log_(with_log),
        model_(simulation_.clock(), options().hub.grace),
        baseline_(simulation_.hub().bytes()) {
    simulation_.on_note([this](const std::string& what) { write(what); });
    simulation_.on_restart([this] {
      robot_.reset();
      model_.forget();
    });
    for (std::uint64_t i = 0; i < 3; ++i) create(i);
  }

  history_world(const history_world&) = delete;
  history_world& operator=(const history_world&) = delete;
  ~history_world() {
    robot_.reset();
    for (const auto& w : watches_) simulation_.remove(*w->at);  // while there is a model to be told
  }

  void perform(const history_step& step) {
    ++outcome_.deeds[static_cast<std::size_t>(step.what)];
    if (with_log_) write("-- " + std::string{to_string(step.what)} + ' ' + std::to_string(step.how % 1000));
    watch& w = *watches_[static_cast<std::size_t>(step.who % watches_.size())];
    act(step, w);
    check();
    for (const auto& each : watches_) each->behind = false;
  }

  void finish() {
    if (failed()) return;
    time_passes_ = true;
    simulation_.heal();
    time_passes_ = false;
    outcome_.expired += model_.expire();
    check();
    check_convergence();
    check_wishes();
    robot_.reset();
    for (const auto& w : watches_) {
      w->events.unsubscribe();
      w->users.unsubscribe();
      w->states.unsubscribe();
      w->ends.unsubscribe();
      simulation_.remove(*w->at);
    }
    simulation_.advance(options().hub.grace);
    for (std::size_t i = 0; i < told_.size(); ++i) {
      if (told_[i] != 1) fail("operation " + std::to_string(i) + " completed " + std::to_string(told_[i]) + " times");
    }
    if (simulation_.hub().room_count() != 0) fail("a room is left");
    if (simulation_.hub().session_count() != 0) fail("a session is left");
    if (simulation_.hub().bytes() != baseline_) fail("the hub's memory is not back where it was");
  }

  [[nodiscard]] bool failed() const noexcept { return !outcome_.problem.empty(); }
  [[nodiscard]] history_outcome outcome() {
    for (const auto& p : simulation_.participants()) outcome_.links += p->link.counters;
    return std::move(outcome_);
  }

 private:
  static constexpr std::size_t most_participants = 8;
  /// Off: one without events whose enter was accepted, but whose echo a full buffer refused, is not entered again at a
  /// new hub and takes itself for present (seed 11981, 250 steps; issue 8, kinds A and F).
  static constexpr bool quiet_know_themselves = true;
  static constexpr std::string_view guests[] = {"guest-a", "guest-b", "guest-c"};

  /// The hubs of every fifth history start quietly: their syncs stay open for a while.
  [[nodiscard]] static simulation_options options(std::uint64_t seed = 0) {
    simulation_options o;
    if (seed % 5 == 4) o.hub.quiet_start = std::chrono::milliseconds{8'000};
    o.hub.grace = std::chrono::milliseconds{15'000};
    o.hub.sync_page = 2;  // many pages, for many moments between them
    o.hub.limits.members_per_room = 12;
    o.hub.limits.extras_size = 64;
    return o;
  }

  /// `*` stands for those who may act for anybody.
  [[nodiscard]] static identity who_is(const std::string& client_id) {
    return client_id == "*" ? identity::wildcard() : identity{client_id};
  }

  void create(std::uint64_t how) {
    if (watches_.size() >= most_participants) return;
    watches_.push_back(std::make_unique<watch>());
    come(*watches_.back(), how);
    subscribe(*watches_.back());
  }

  /// Somebody new. Some share a client id, some may act for anybody, some want no events, and some have hardly room for
  /// what comes while their listeners are busy.
  void come(watch& w, std::uint64_t how) {
    w.client_id = how % 4 == 3 ? "*" : "client-" + std::to_string(how % 3);
    w.quiet = how / 16 % 8 == 7;
    presence_options o;
    o.enable_events = !w.quiet;
    if (how / 128 % 4 == 3) o.max_backlog = static_cast<std::size_t>(2 + how / 512 % 3);
    w.at = &simulation_.add(who_is(w.client_id), o, &model_);
    w.wished = {};
    w.ends = w.at->presence->subscribe_state([&w](const room_event& e) {
      const bool ended = e.current == room_state::detached || e.current == room_state::failed;
      if (ended && e.previous != e.current) w.wished.left(!e.error);
    });
    write("create " + w.client_id + (w.quiet ? ", quiet" : "") + ", backlog " + std::to_string(o.max_backlog));
  }

  /// A destroyed one is replaced in its place, so that there is always somebody.
  void destroy(watch& w, bool crashes, std::uint64_t how) {
    w.watching = false;
    w.ends.unsubscribe();
    simulation_.remove(*w.at, crashes);
    w.seen.clear();
    w.online.clear();
    w.inside.reset();
    come(w, how);
  }

  void subscribe(watch& w) {
    auto& presence = *w.at->presence;
    w.events.unsubscribe();
    w.users.unsubscribe();
    w.states.unsubscribe();
    if (w.quiet) return;
    w.seen = set_of(w);
    w.online = users_of(w);
    w.watching = true;
    w.states = presence.subscribe_state([&w](const room_event& e) {
      if (e.current != room_state::detached && e.current != room_state::failed) return;
      w.seen.clear();  // nothing is known any more, and no leave is told (RTP5a)
      w.online.clear();
    });
    w.events = presence.subscribe([this, &w](const event<data>& e) { fold(w, e); });
    w.users = presence.subscribe_users([this, &w](const user_event& e) {
      ++outcome_.user_events;
      const bool known = w.online.contains(e.client_id);
      if (e.change == user_change::online) {
        if (known) fail("online, but was online: " + e.client_id);
        w.online.insert(e.client_id);
      } else {
        if (!known) fail("offline, but was not online: " + e.client_id);
        w.online.erase(e.client_id);
      }
    });
  }

  void fold(watch& w, const event<data>& e) {
    note_event(w, e);
    if (!w.inside) return;
    const history_step now = *std::exchange(w.inside, std::nullopt);
    write("   inside: " + std::string{to_string(now.what)});
    w.behind = true;
    ++outcome_.calls_inside;
    if (now.what != deed::deliver) return act(now, w);
    for (std::uint64_t i = 0; i <= now.how % 3; ++i) publish_batch(now.how + i);
    for (std::uint64_t i = 0; i < 20 && w.at->link.waiting_down() > 0; ++i) w.at->link.deliver_down();
  }

  void note_event(watch& w, const event<data>& e) {
    ++outcome_.events;
    const hub_model::key key{e.connection_id, e.client_id};
    const auto known = w.seen.find(key);
    const bool visible = known != w.seen.end();
    const bool syncing = w.at->link.syncing() || w.behind;  // then live messages may come before the page they build on
    if (with_log_) {
      write("   " + std::to_string(simulation_.index(*w.at)) + " is told " + std::string{to_string(e.action)} + ' ' +
            e.connection_id + ' ' + e.client_id + ' ' + std::to_string(e.data ? *e.data : 0));
    }
    if (e.action == action::leave) {
      if (!visible) return fail("leave of an absent member " + e.client_id);
      if (e.reason == leave_reason::none) fail("leave without a reason");
      w.seen.erase(known);
      return;
    }
    if (e.action == action::enter && visible && !syncing) fail("enter of a present member " + e.client_id);
    if (e.action == action::update && !visible && !syncing) fail("update of an absent member " + e.client_id);
    w.seen[key] = e.data ? *e.data : 0;
  }

  void act(const history_step& step, watch& w) {
    auto& presence = *w.at->presence;
    const std::string guest{guests[step.how % std::size(guests)]};
    const data value = step.how % 1000;
    switch (step.what) {
      case deed::enter: return presence.enter(value, asked(w, w.client_id, action::enter, value));
      case deed::update:
        if (step.how % 16 == 0) {  // the hub refuses these
          return presence.update(value, extras::from_json(std::string(100, 'x')),
                                 asked(w, w.client_id, action::update, value, true));
        }
        return presence.update(value, asked(w, w.client_id, action::update, value));
      case deed::leave: return presence.leave(asked(w, w.client_id, action::leave));
      case deed::enter_client: return presence.enter_client(guest, value, asked(w, guest, action::enter, value));
      case deed::update_client: return presence.update_client(guest, value, asked(w, guest, action::update, value));
      case deed::leave_client: return presence.leave_client(guest, asked(w, guest, action::leave));
      case deed::subscribe: return subscribe(w);
      case deed::unsubscribe: w.watching = false; return presence.unsubscribe_all();
      case deed::get: {
        auto done = told();
        return presence.get(query{}, [done = std::move(done)](const auto& answer) mutable { done(answer.error()); });
      }
      case deed::attach: return presence.attach(told());
      case deed::detach: w.wished.detaching(); return presence.detach(told());
      case deed::deliver: return simulation_.deliver(*w.at, 1 + step.how % 6, step.how);
      case deed::cut: return simulation_.cut(*w.at, step.how % 4);
      case deed::connect: return simulation_.connect(*w.at, true);
      case deed::connect_anew: return simulation_.connect(*w.at, false);
      case deed::suspend: return simulation_.suspend(*w.at);
      case deed::pause: return pass(std::chrono::milliseconds{step.how % 400});
      case deed::long_pause: return pass(std::chrono::milliseconds{step.how % 20'000});
      case deed::resync: return w.at->link.ask_for_sync();
      case deed::restart: return simulation_.restart();
      case deed::create: return create(step.how);
      case deed::destroy: return destroy(w, false, step.how);
      case deed::crash: return destroy(w, true, step.how);
      case deed::batch: return publish_batch(step.how);
      case deed::evict: return evict(step.how);
      case deed::get_some: return get_some(presence, step.how);
      case deed::leave_with_data:
        if (step.how % 4 == 0) return presence.leave_client(guest, value, asked(w, guest, action::leave));
        return presence.leave(value, asked(w, w.client_id, action::leave));
      case deed::act_inside: {
        // Calls of the participant, and more frames than it may have room for, while its listeners are busy.
        static constexpr deed possible[] = {
            deed::enter,  deed::update,    deed::leave,   deed::enter_client, deed::unsubscribe,     deed::detach,
            deed::attach, deed::get,       deed::deliver, deed::get_some,     deed::leave_with_data, deed::deliver,
            deed::resync, deed::subscribe, deed::batch,   deed::evict,        deed::several};
        w.inside = history_step{possible[step.how / 1'000 % std::size(possible)], step.who, step.how / 32'000};
        return;
      }
      case deed::several: {
        batch<data> together;
        if (step.how % 2 == 0) together.enter(value, asked(w, w.client_id, action::enter, value));
        together.update_client(guest, value, asked(w, guest, action::update, value));
        const std::string other{guests[(step.how + 1) % std::size(guests)]};
        if (step.how % 5 != 0) together.leave_client(other, asked(w, other, action::leave));
        return presence.publish(std::move(together));
      }
      case deed::congest: return w.at->link.set_capacity(step.how % 3 == 0 ? 1'000'000 : step.how % 4);
    }
  }

  void publish_batch(std::uint64_t how) {
    if (robot_ == nullptr) robot_ = std::make_unique<history_robot>(simulation_.hub(), options().room, model_);
    if (const std::string wrong = robot_->publish(2 + how % 4, how); !wrong.empty()) fail(wrong);
    ++outcome_.batches;
  }

  void evict(std::uint64_t how) {
    std::string whom = how % 3 == 0 ? "client-" + std::to_string(how / 3 % 3) : "robot-" + std::to_string(how / 3 % 4);
    if (how % 3 == 1) whom = guests[how / 3 % std::size(guests)];
    for (const auto& w : watches_) w->wished.ended(whom);
    const std::size_t known = model_.evict(whom);
    const std::size_t gone = simulation_.hub().evict(options().room, whom);
    outcome_.evicted += gone;
    // Inside of what tells that members have timed out, the model may not know so yet.
    if (gone != known && !time_passes_) fail("not everybody was evicted: " + whom);
  }

  /// A part of the set, at once and once in sync: exactly those of the whole that match.
  void get_some(world::presence_type& presence, std::uint64_t how) {
    query some;
    if (how % 3 != 0) some.client_id = "client-" + std::to_string(how / 3 % 3);
    if (how % 3 != 1) {
      some.connection_id = watches_[static_cast<std::size_t>(how / 9 % watches_.size())]->at->link.connection_id();
    }
    const auto check_part = [this, some](const auto& part) {
      for (const auto& m : part) {
        if (!some.client_id.empty() && m.client_id != some.client_id) fail("get shows a client that was not asked for");
        if (!some.connection_id.empty() && m.connection_id != some.connection_id) fail("get shows another connection");
      }
    };
    if (const auto part = presence.get(some)) {
      check_part(*part);
      std::size_t matching = 0;
      presence.for_each([&](const member_view<data>& m) {
        if ((some.client_id.empty() || m.client_id == some.client_id) &&
            (some.connection_id.empty() || m.connection_id == some.connection_id)) {
          ++matching;
        }
      });
      if (part->size() != matching) fail("get does not show everybody who matches");
    }
    presence.get(some, [check_part, done = told()](const auto& answer) mutable {
      if (answer) check_part(*answer);
      done(answer.error());
    });
  }

  void pass(std::chrono::milliseconds by) {
    time_passes_ = true;
    simulation_.advance(by);
    time_passes_ = false;
    outcome_.expired += model_.expire();
  }

  /// A handler that counts. Whatever happens, it must be called once.
  [[nodiscard]] std::function<void(std::error_code)> told(bool must_fail = false) {
    const std::size_t number = told_.size();
    told_.push_back(0);
    ++outcome_.operations;
    return [this, number, must_fail](std::error_code outcome) {
      ++told_[number];
      if (with_log_) write("   operation " + std::to_string(number) + ": " + (outcome ? outcome.message() : "done"));
      if (outcome) ++outcome_.refused;
      if (must_fail && !outcome) fail("what the hub must refuse was accepted");
      if (told_[number] > 1) fail("operation " + std::to_string(number) + " completed twice");
    };
  }

  /// The handler of an operation, which also tells what became of the wish.
  [[nodiscard]] std::function<void(std::error_code)> asked(watch& w, const std::string& client_id, action what,
                                                           data value = 0, bool must_fail = false) {
    const std::uint64_t number = w.wished.called(client_id);
    return [&w, of = w.at, client_id, what, value, number, done = told(must_fail)](std::error_code outcome) {
      done(outcome);
      if (w.at == of) w.wished.answered(client_id, number, what, value, outcome);
    };
  }

  [[nodiscard]] static content set_of(const watch& w) {
    content now;
    w.at->presence->for_each([&](const member_view<data>& m) {
      now[{std::string{m.connection_id}, std::string{m.client_id}}] = m.data ? *m.data : 0;
    });
    return now;
  }
  [[nodiscard]] static std::set<std::string> users_of(const watch& w) {
    std::set<std::string> users;
    w.at->presence->for_each([&](const member_view<data>& m) { users.emplace(m.client_id); });
    return users;
  }
  [[nodiscard]] content hub_content() const {
    content now;
    for (const auto& m : simulation_.members()) now[{m.connection_id, m.client_id}] = m.data ? *m.data : 0;
    return now;
  }

  void check() {
    ++outcome_.checks;
    if (const content now = hub_content(); now != model_.members) {
      describe("hub", now);
      describe("acknowledged", model_.members);
      fail("the hub is not what it acknowledged");
    }
    if (robot_ != nullptr && robot_->seen() != model_.members) {
      describe("robot", robot_->seen());
      describe("acknowledged", model_.members);
      fail("who is attached to the hub was told something else than it acknowledged");
    }
    for (const auto& w : watches_) {
      if (!w->watching) continue;
      if (const content now = set_of(*w); now != w->seen) {
        describe("set", now);
        describe("events", w->seen);
        fail("the events do not add up to the set of " + std::to_string(simulation_.index(*w->at)));
      }
      if (users_of(*w) != w->online)
        fail("the user events do not add up for " + std::to_string(simulation_.index(*w->at)));
      if (w->at->presence->user_count() != w->online.size()) fail("the count of users is wrong");
    }
  }

  /// Everything is connected, delivered, and quiet.
  void check_convergence() {
    const content truth = hub_content();
    for (const auto& w : watches_) {
      auto& presence = *w->at->presence;
      const std::string who = std::to_string(simulation_.index(*w->at));
      const bool there = truth.contains({w->at->link.connection_id(), w->client_id});
      const self_state self = presence.self().state;
      if (there && presence.state() != room_state::attached) fail("present but not attached: " + who);
      if (w->quiet && !quiet_know_themselves) continue;
      if ((self == self_state::present) != there)
        fail("self() of " + who + " is wrong: " + std::string{to_string(self)});
      if (presence.state() != room_state::attached || w->quiet) continue;
      if (const content now = set_of(*w); now != truth) {
        describe("hub", truth);
        describe("set", now);
        fail(who + " did not converge to the hub");
      }
    }
  }

  /// What the hub has is what was wished, however often the participant entered it again by itself. A full room may have
  /// kept somebody out.
  void check_wishes() {
    const content truth = hub_content();
    for (const auto& w : watches_) {
      outcome_.certain_wishes += w->wished.certain();
      for (const std::string& client_id : w->wished.client_ids()) {
        const auto found = truth.find({w->at->link.connection_id(), client_id});
        const wishes::wish there = found != truth.end() ? wishes::wish{found->second} : std::nullopt;
        if (!there && truth.size() >= options().hub.limits.members_per_room) continue;
        const std::string wrong = w->wished.problem(client_id, there);
        if (!wrong.empty()) fail(std::to_string(simulation_.index(*w->at)) + ": " + wrong);
      }
    }
  }

  void describe(const std::string& what, const content& members) {
    for (const auto& [member, value] : members) {
      write(what + ": " + member.first + ' ' + member.second + ' ' + std::to_string(value));
    }
  }
  void fail(const std::string& why) {
    if (outcome_.problem.empty()) outcome_.problem = why;
    write("FAILED: " + why);
  }
  void write(const std::string& line) {
    if (with_log_) outcome_.log += line + '\n';
  }

  history_outcome outcome_;
  std::vector<int> told_;
  world simulation_;
  const bool with_log_;
  bool time_passes_ = false;
  hub_model model_;
  const std::size_t baseline_;
  std::vector<std::unique_ptr<watch>> watches_;
  std::unique_ptr<history_robot> robot_;  // once it was needed
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
