// What the threads share: a hub, some participants, keys of sessions, attachments that change hands.
#ifndef PRESENCE_TESTS_SIMULATION_THREADED_WORLD_HPP
#define PRESENCE_TESTS_SIMULATION_THREADED_WORLD_HPP

#include "threaded_player.hpp"
#include "threaded_view.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presence::threaded {

using std::chrono::milliseconds;

/// Something that any thread may look at or exchange. The lock is never held while the library is called.
template <class T>
class shared_place {
 public:
  [[nodiscard]] T look() const {
    const std::lock_guard lock{mutex_};
    return value_;
  }
  [[nodiscard]] T exchange(T by) {
    const std::lock_guard lock{mutex_};
    return std::exchange(value_, std::move(by));
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

/// One of each round.
class world {
 public:
  static constexpr std::size_t rooms = 4;
  static constexpr milliseconds longest_wait{4'000};  ///< of what the hub's options and identities say

  explicit world(seeded_random& random) : options_(with_permissions(some_options(random))) { (void)replace_hub(); }

  /// Two bits for each client and room: who may not be present, and who may not receive.
  void forbid(std::uint64_t bits) { forbidden_ = bits; }

  [[nodiscard]] bool starts_quietly() const noexcept { return options_.quiet_start > milliseconds{0}; }
  [[nodiscard]] std::shared_ptr<hub_type> hub() const { return hub_.look(); }
  /// A hub that knows nothing. Returns the one before, to be let go of.
  std::shared_ptr<hub_type> replace_hub() {
    backplane_type seen{std::make_shared<checking_observer>()};
    return hub_.exchange(std::make_shared<hub_type>(options_, clock, std::move(seen)));
  }

  [[nodiscard]] static std::string some_room(seeded_random& random) {
    return "room" + std::to_string(random.below(rooms));
  }
  /// In a hub of few rooms and people.
  [[nodiscard]] static identity someone(seeded_random& random) {
    const auto name = "client" + std::to_string(random.below(5));
    identity who = random.chance(30) ? identity::wildcard(name) : identity{name};
    if (random.chance(10)) who.capabilities = mode_set{mode::presence};
    if (random.chance(10)) who.grace = milliseconds{random.below(2'000)};
    if (random.chance(10)) who.linger = milliseconds{random.below(2'000)};
    return who;
  }

  manual_clock clock;
  std::array<shared_place<std::shared_ptr<player>>, 6> players;
  std::array<shared_place<std::shared_ptr<view>>, 3> views;  ///< whoever takes one is its owner from then on
  std::array<shared_place<std::string>, 4> keys;             ///< of sessions, to be taken over

 private:
  [[nodiscard]] hub_options with_permissions(hub_options made) {
    made.authorize = [this](const identity& who, std::string_view room) {
      const auto place = (who.client_id.empty() ? 0U : static_cast<unsigned>(who.client_id.back())) * rooms +
                         static_cast<unsigned>(room.back());
      const std::uint64_t denied = forbidden_ >> (2 * (place % 32));
      mode_set allowed;
      if ((denied & 1U) == 0) allowed = allowed | mode::presence;
      if ((denied & 2U) == 0) allowed = allowed | mode::subscribe;
      return allowed;
    };
    return made;
  }
  /// Small bounds as often as large ones, so that all of them are met.
  [[nodiscard]] static hub_options some_options(seeded_random& random) {
    hub_options made;
    made.grace = milliseconds{random.below(4'000)};
    if (random.chance(30)) made.linger = milliseconds{random.below(1'000)};
    if (random.chance(20)) made.quiet_start = milliseconds{random.below(2'000)};
    made.sync_page = 1 + random.below(4);
    made.show_lost = random.chance(30);
    if (random.chance(30)) made.limits.members_per_room = 3 + random.below(5);
    if (random.chance(20)) made.limits.messages_per_second = 20;
    if (random.chance(50)) made.limits.outbox_messages = 4 + random.below(30);
    if (random.chance(20)) made.limits.outbox_bytes = 2'000;
    return made;
  }

  std::atomic<std::uint64_t> forbidden_{0};
  const hub_options options_;
  shared_place<std::shared_ptr<hub_type>> hub_;
};

}  // namespace presence::threaded

#endif
