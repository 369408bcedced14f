// A deterministic simulation: a hub, participants, and connections that break, all decided by one seed.
#ifndef PRESENCE_TESTING_SIMULATION_HPP
#define PRESENCE_TESTING_SIMULATION_HPP

#include <presence/basic_hub.hpp>
#include <presence/basic_presence.hpp>
#include <presence/testing/faulty_link.hpp>
#include <presence/testing/faulty_transport.hpp>
#include <presence/testing/manual_clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// A small generator whose numbers are the same on every platform (SplitMix64): a seed is all that a run needs.
class seeded_random {
 public:
  /// The same numbers for the same seed.
  explicit seeded_random(std::uint64_t seed) noexcept : state_(seed) {}

  /// The next number, of 64 bits.
  [[nodiscard]] std::uint64_t operator()() noexcept {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  /// 0 … bound - 1. Precondition: bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept { return (*this)() % bound; }
  /// True in so many cases out of a hundred.
  [[nodiscard]] bool chance(std::uint64_t percent) noexcept { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

/// What the weather may do.
struct simulation_options {
  std::string room = "room";                        ///< in which all meet
  hub_options hub{};                                ///< of the hub; `random` is replaced by one from the seed
  std::chrono::milliseconds longest_pause{20'000};  ///< the clock moves by at most this in a step
  std::uint64_t cut_percent = 6;                    ///< of the steps
  std::uint64_t connect_percent = 12;               ///< of the steps
  std::uint64_t pause_percent = 10;                 ///< of the steps
  std::uint64_t restart_per_mille = 5;              ///< of the steps: the hub is replaced by one that knows nothing
};

/// A hub on a manual clock and participants behind faulty links. Each `step` carries a frame, lets time pass, or breaks or
/// mends something; between the steps an application under test does what it does. After `heal` everything is
/// connected and delivered, and every participant that wants to be attached must agree with the hub.
///
/// The same seed and the same calls give the same run. One thread only. Participants stay where they are: references to
/// them hold until they are removed.
template <class Data>
class simulation {
 public:
  using hub_type = simulated_hub<Data>;                                              ///< the hub
  using link_type = faulty_link<Data>;                                               ///< a client's connection
  using presence_type = basic_presence<Data, manual_clock, faulty_transport<Data>>;  ///< a client's participant

  /// One client: its link, which outlives it, and its presence.
  struct participant {
    /// As `add` makes it.
    participant(hub_type& hub, const identity& who, const std::string& room, const manual_clock& clock,
                presence_options options, link_observer<Data>* observer)
        : link(hub, who, room, observer),
          presence(std::make_unique<presence_type>(faulty_transport<Data>{link}, options, clock)) {}

    link_type link;                           ///< its connection
    std::unique_ptr<presence_type> presence;  ///< null once removed
  };

  /// A hub with nobody in it. Throws as the hub's constructor does.
  explicit simulation(std::uint64_t seed, simulation_options options = {})
      : options_(std::move(options)),
        random_(seed) {
    auto ids = std::make_shared<seeded_random>(random_());
    options_.hub.random = [ids] { return (*ids)(); };
    hub_ = std::make_unique<hub_type>(options_.hub, clock_);
  }

  /// Adds a client that is connected and not attached yet.
  participant& add(identity who, presence_options options = {}, link_observer<Data>* observer = nullptr) {
    participants_.push_back(
        std::make_unique<participant>(*hub_, std::move(who), options_.room, clock_, options, observer));
    return *participants_.back();
  }

  /// Destroys the client's presence: its program ends in good order, or crashes and leaves its members to the grace period.
  void remove(participant& which, bool crashes = false) {
    if (crashes) which.link.let_crash();
    which.presence.reset();
  }

  /// Something happens, by chance. What exactly is told to `on_note`.
  void step() {
    const std::uint64_t dice = random_.below(100);
    const std::size_t count = participants_.size();
    participant* at = count == 0 ? nullptr : participants_[static_cast<std::size_t>(random_.below(count))].get();
    if (random_.below(1000) < options_.restart_per_mille) return restart();
    if (dice < options_.pause_percent || at == nullptr) return pause(random_.below(100) < 80 ? 3 : 0);
    if (dice < options_.pause_percent + options_.connect_percent) {
      if (!at->link.up()) return connect(*at, !random_.chance(10));
    } else if (dice < options_.pause_percent + options_.connect_percent + options_.cut_percent) {
      if (at->link.up()) return cut(*at, random_.below(4));
      return suspend(*at);
    }
    deliver(*at, 1 + random_.below(3), random_());
  }
  /// So many steps.
  void run(std::size_t steps) {
    for (; steps > 0; --steps) step();
  }

  // --- what can happen, also by hand --------------------------------------------------------------------------------------

  /// Carries a few frames in random directions and, within what the transport promises, in random order.
  void deliver(participant& at, std::uint64_t frames, std::uint64_t dice) {
    note("deliver", index(at), frames);
    seeded_random random{dice};
    for (; frames > 0; --frames) {
      const bool upwards = random.chance(50);
      if (upwards && at.link.waiting_up() > 0) {
        at.link.deliver_up();
      } else {
        at.link.deliver_down(random.chance(30));
      }
    }
  }
  /// Breaks the connection; of what is on its way to the hub so many frames still reach it.
  void cut(participant& at, std::uint64_t reach_hub) {
    note("cut", index(at), reach_hub);
    at.link.cut(static_cast<std::size_t>(reach_hub));
  }
  /// Brings the connection back, by a resume or as a new one. Does nothing for a client that was removed.
  void connect(participant& at, bool resume = true) {
    if (at.presence == nullptr) return;
    note(resume ? "connect" : "connect anew", index(at), 0);
    at.link.connect(*hub_, resume);
  }
  /// Tells the participant that its connection has been away for long.
  void suspend(participant& at) {
    note("suspend", index(at), 0);
    at.link.suspend();
  }
  /// Time passes: up to `longest_pause`, divided by `divisor` times ten, and what is due is done.
  void pause(std::uint64_t divisor = 0) {
    const auto most = static_cast<std::uint64_t>(options_.longest_pause.count()) / (divisor > 0 ? divisor * 10 : 1) + 1;
    advance(std::chrono::milliseconds{random_.below(most)});
  }
  /// So much time passes, and what is due is done.
  void advance(std::chrono::milliseconds by) {
    note("advance", 0, static_cast<std::uint64_t>(by.count()));
    clock_.advance(by);
    hub_->run_due();
  }
  /// The hub is gone, with all it knew, and another one takes its place.
  void restart() {
    note("restart", 0, 0);
    for (auto& p : participants_) p->link.cut();
    hub_ = std::make_unique<hub_type>(options_.hub, clock_);
    if (restarted_) restarted_();
  }

  /// All links come up, everything is delivered, and the grace of whoever is gone passes.
  void heal() {
    note("heal", 0, 0);
    for (int round = 0; round < 2; ++round) {
      for (auto& p : participants_) {
        p->link.set_capacity(1'000'000);
        if (p->presence != nullptr) p->link.connect(*hub_);
      }
      settle();
      clock_.advance(std::max(options_.hub.grace, options_.hub.quiet_start));
      hub_->run_due();
      settle();
    }
  }
  /// Delivers all that is on its way.
  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (auto& p : participants_) {
        for (; p->link.waiting_up() > 0; moved = true) p->link.deliver_up();
        for (; p->link.waiting_down() > 0; moved = true) p->link.deliver_down();
      }
    }
  }

  [[nodiscard]] hub_type& hub() noexcept { return *hub_; }            ///< the hub of now
  [[nodiscard]] manual_clock& clock() noexcept { return clock_; }     ///< the hub's and everybody's
  [[nodiscard]] seeded_random& random() noexcept { return random_; }  ///< what decides
  /// All that were added, also those that were removed.
  [[nodiscard]] const std::vector<std::unique_ptr<participant>>& participants() const noexcept { return participants_; }
  /// The place of a participant among `participants()`, as `on_note` tells it. Linear.
  [[nodiscard]] std::size_t index(const participant& of) const noexcept {
    std::size_t i = 0;
    while (participants_[i].get() != &of) ++i;
    return i;
  }
  /// Who is in the room, as the hub knows it.
  [[nodiscard]] std::vector<member<Data>> members() const { return hub_->members(options_.room); }

  /// Called with each thing that happens, before it happens.
  void on_note(std::function<void(const std::string&)> log) { log_ = std::move(log); }
  /// Called after the hub was replaced.
  void on_restart(std::function<void()> restarted) { restarted_ = std::move(restarted); }

 private:
  void note(const char* what, std::size_t who, std::uint64_t how) {
    if (log_) log_(std::string{what} + ' ' + std::to_string(who) + ' ' + std::to_string(how));
  }

  simulation_options options_;
  seeded_random random_;
  manual_clock clock_;
  std::unique_ptr<hub_type> hub_;
  std::vector<std::unique_ptr<participant>> participants_;
  std::function<void(const std::string&)> log_;
  std::function<void()> restarted_;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
