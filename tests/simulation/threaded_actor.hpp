// A thread that does what comes to its mind, outside of callbacks and inside.
#ifndef PRESENCE_TESTS_SIMULATION_THREADED_ACTOR_HPP
#define PRESENCE_TESTS_SIMULATION_THREADED_ACTOR_HPP

#include "threaded_world.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace presence::threaded {

/// What belongs to one thread, and what it does. Sessions, attachments and some participants are its own: they are for
/// one thread at a time. Everything else is the world's.
class actor {
 public:
  actor(world& all, std::uint64_t seed) : world_(all), random_(seed) {}

  void play(std::size_t steps) {
    current() = this;
    for (std::size_t i = 0; i < steps; ++i) {
      ++progress();
      left_inside_ = 6;
      step();
      doing_ = "letting go";
      let_go();
    }
    doing_ = "nothing";
    current() = nullptr;
  }

  /// What the thread that calls a callback does inside of it: nothing, where it is nobody's.
  [[nodiscard]] static std::uint64_t inside(watched& of) {
    actor* const me = current();
    if (me == nullptr) return 50;
    if (me->left_inside_ > 0 && watched::depth() <= 4 && me->random_.chance(25)) {
      --me->left_inside_;
      if (me->random_.chance(10)) {
        me->end_view_of(of);
      } else {
        me->step();
      }
    }
    return me->random_.below(100);
  }
  [[nodiscard]] static std::uint64_t inside_player(watched& of, std::shared_ptr<player> who) {
    actor* const me = current();
    if (me == nullptr) return 50;
    if (who != nullptr && me->random_.chance(2)) me->end_player(who);
    const auto dice = inside(of);
    me->let_go_of(std::move(who));
    return dice;
  }

  // --- when all threads stand still --------------------------------------------------------------------------------

  void settle() {
    const auto hub = world_.hub();
    for (auto& session : sessions_) {
      if (session == nullptr || session->connected()) continue;
      if (auto back = hub->resume(session->resume_key())) *session = std::move(*back);
    }
    for (const auto& each : players_) {
      if (each != nullptr) (*each)->attach();
    }
    for (const auto& each : views_) {
      if (each->told->behind()) each->attachment.resync();
    }
  }
  template <class Visit>
  void for_each_player(Visit&& visit) const {
    for (const auto& each : players_) {
      if (each != nullptr) visit(*each);
    }
  }
  template <class Visit>
  void for_each_view(Visit&& visit) const {
    for (const auto& each : views_) visit(*each);
  }
  /// Everything ends, in some order.
  void end() {
    std::vector<std::function<void()>> all;
    for (auto& each : sessions_) all.emplace_back([&each] { each.reset(); });
    for (auto& each : players_) all.emplace_back([&each] { each.reset(); });
    for (auto& each : views_) all.emplace_back([&each] { each.reset(); });
    while (!all.empty()) {
      std::swap(all[random_.below(all.size())], all.back());
      all.back()();
      all.pop_back();
    }
    views_.clear();
  }

  [[nodiscard]] const char* doing() const { return doing_; }

 private:
  [[nodiscard]] static actor*& current() {
    static thread_local actor* of_this_thread = nullptr;
    return of_this_thread;
  }

  void step() {
    const auto dice = random_.below(100);
    if (dice < 15) return session_step();
    if (dice < 60) return player_step();
    if (dice < 90) return view_step();
    hub_step();
  }

  // --- the hub -----------------------------------------------------------------------------------------------------

  void hub_step() {
    const auto hub = world_.hub();
    switch (random_.below(11)) {
      case 8:
        doing_ = "kick";
        if (random_.chance(30)) (void)hub->kick("client" + std::to_string(random_.below(5)));
        (void)hub->sessions_of("client1");
        (void)hub->rooms_of("client2");
        break;
      case 7:
        doing_ = "ask again who may what";
        world_.forbid(random_() & random_() & random_());
        (void)hub->reauthorize();
        break;
      case 9:
        doing_ = "close a room";
        if (random_.chance(20)) (void)hub->close_room(world::some_room(random_));
        (void)hub->occupancy(world::some_room(random_));
        (void)hub->rooms();
        break;
      case 0:
        doing_ = "evict";
        (void)hub->evict(world::some_room(random_), "client" + std::to_string(random_.below(5)));
        break;
      case 1:
      case 2:
        doing_ = "run_due";
        world_.clock.advance(milliseconds{random_.below(500)});
        (void)hub->run_due();
        break;
      case 3: (void)hub->members(world::some_room(random_)); break;
      case 4: (void)hub->is_user_present(world::some_room(random_), "client1"); break;
      case 5:
        (void)hub->room_count();
        (void)hub->session_count();
        (void)hub->bytes();
        break;
      case 6: (void)hub->due_in(); break;
      default:
        doing_ = "replace the hub";
        if (random_.chance(5)) (void)world_.replace_hub();
        break;
    }
    doing_ = "hub";
  }

  // --- sessions ----------------------------------------------------------------------------------------------------

  /// Its own session, connected if need be. Valid until anything is called.
  [[nodiscard]] session_type* some_session() {
    auto& place = sessions_[random_.below(sessions_.size())];
    while (place == nullptr) {
      doing_ = "connect";
      const auto hub =
          world_.hub();  // it may have been replaced: then it ends here, and calls back before the next look
      place = std::make_unique<session_type>(hub->connect(world::someone(random_)));
    }
    return place.get();
  }
  void session_step() {
    session_type& session = *some_session();
    switch (random_.below(11)) {
      case 10: return take_over(session.resume_key());
      case 0:
      case 1:
        doing_ = "drop";
        session.drop();
        break;
      case 2:
      case 3:
      case 4: resume(session.resume_key()); break;
      case 5: resume(world_.keys[random_.below(world_.keys.size())].look()); break;
      case 6: (void)world_.keys[random_.below(world_.keys.size())].exchange(session.resume_key()); break;
      case 7:
        doing_ = "close";
        session.close();
        break;
      case 8:
        doing_ = "detach by name";
        (void)session.detach(world::some_room(random_));
        break;
      default: {
        doing_ = "end a session";
        auto& place = sessions_[random_.below(sessions_.size())];
        const auto last = std::exchange(place, nullptr);  // it may be asked for again while it ends
        break;
      }
    }
    doing_ = "session";
  }
  void resume(const std::string& key) {
    doing_ = "resume";
    auto back = world_.hub()->resume(key);
    auto& place = sessions_[random_.below(sessions_.size())];
    if (back) {
      const auto last = std::exchange(place, std::make_unique<session_type>(std::move(*back)));
    } else {
      const auto last = std::exchange(place, nullptr);
    }
  }

  /// With new sinks for all its attachments, whoever has those.
  void take_over(const std::string& key) {
    doing_ = "resume with sinks";
    std::vector<std::shared_ptr<view>> made;
    auto back = world_.hub()->resume(key, [&](std::string_view room) {
      made.push_back(std::make_shared<view>(std::string{room}, true, &inside));
      made.back()->told->among_pages = world_.starts_quietly();
      return made.back()->told;
    });
    auto& place = sessions_[random_.below(sessions_.size())];
    if (!back) {
      const auto last = std::exchange(place, nullptr);
      return;
    }
    const auto last = std::exchange(place, std::make_unique<session_type>(std::move(back->session)));
    for (auto& each : back->attachments) {
      for (const auto& of : made) {
        if (of->room == each.room()) of->attachment = std::move(each);
      }
    }
    views_.insert(views_.end(), made.begin(), made.end());
  }

  // --- participants ------------------------------------------------------------------------------------------------

  [[nodiscard]] std::shared_ptr<player> make_player() {
    presence_options options;
    options.enable_events = !random_.chance(15);
    options.queue_operations = !random_.chance(10);
    if (random_.chance(30)) options.max_backlog = 1 + random_.below(8);
    if (random_.chance(20)) options.max_queued_operations = 3;
    const auto room = world::some_room(random_);
    doing_ = "make a participant";
    auto made = std::make_shared<player>(room, some_session()->room(room), options, world_.clock, &inside_player);
    made->start(options.enable_events);
    return made;
  }
  void player_step() {
    if (random_.chance(30)) return own_player_step();
    auto& place = world_.players[random_.below(world_.players.size())];
    auto who = place.look();
    if (who == nullptr || random_.chance(2)) {
      let_go_of(std::move(who));
      return let_go_of(place.exchange(make_player()));
    }
    act(**who, who->handler());
    if (random_.chance(15)) listen(*who);
    let_go_of(std::move(who));
  }
  /// Called without anything that keeps it: it may end while it is being called.
  void own_player_step() {
    auto& place = players_[random_.below(players_.size())];
    if (place == nullptr || random_.chance(3)) return let_go_of(std::exchange(place, make_player()));
    if (random_.chance(15)) {
      auto who = place;
      listen(*who);
      return let_go_of(std::move(who));
    }
    auto handler = place->handler();
    act(**place, std::move(handler));
  }
  void listen(player& who) {
    doing_ = "listen";
    switch (random_.below(12)) {
      case 0: who.stop_all_listening(); break;
      case 1:
      case 2:
      case 3:
      case 4:
      case 5: who.stop_listening(random_); break;
      default:
        if (who.folds()) who.listen(random_);  // else it throws that it has no events
    }
  }
  template <class Handler>
  void act(presence_type& who, Handler handler) {
    const auto name = "client" + std::to_string(random_.below(5));
    const auto data = std::to_string(random_());
    doing_ = "participant";
    if (random_.chance(3)) return who.detach(std::move(handler));
    switch (random_.below(13)) {
      case 0:
      case 1:
      case 2: return who.enter(data, std::move(handler));
      case 3:
      case 4: return who.update(data, std::move(handler));
      case 5: return who.leave(std::move(handler));
      case 6: return who.enter_client(name, data, std::move(handler));
      case 7: return who.update_client(name, data, std::move(handler));
      case 8: return who.leave_client(name, std::move(handler));
      case 9: return who.get({}, std::move(handler));
      case 10: return who.get({name, {}}, std::move(handler));
      case 11: {
        batch<data_type> several;
        several.enter(data);
        several.leave_client(name + " too");
        several.enter_client(name + " as well", data);
        return who.publish(std::move(several), std::move(handler));
      }
      default: return who.attach(std::move(handler));
    }
  }

  /// Whoever `who` is, it stands nowhere any more, where this thread may say so.
  void end_player(const std::shared_ptr<player>& who) {
    for (auto& place : players_) {
      if (place == who) return let_go_of(std::exchange(place, nullptr));
    }
    auto& place = world_.players[random_.below(world_.players.size())];
    let_go_of(place.exchange(nullptr));
  }

  // --- attachments -------------------------------------------------------------------------------------------------

  void view_step() {
    if (views_.empty() || (views_.size() < 6 && random_.chance(15))) return attach();
    const std::size_t which = random_.below(views_.size());
    view& it = *views_[which];
    switch (random_.below(12)) {
      case 0: doing_ = "resync"; return it.attachment.resync();
      case 1:
        if (!it.told->watch->may_be_waited_for() || !random_.chance(50)) return;
        return end_view(which);
      case 2:
        if (!random_.chance(30)) return;
        doing_ = "detach";
        return it.attachment.detach();
      case 3: return hand_over(which);
      default: return publish(it);
    }
  }
  void attach() {
    doing_ = "attach";
    const bool all = !random_.chance(15);
    const auto room = world::some_room(random_);
    auto made = std::make_shared<view>(room, all, &inside);
    made->told->among_pages = world_.starts_quietly();
    auto answer = some_session()->attach(room, all ? mode_set::all() : mode_set{mode::presence}, std::ref(*made->told));
    if (!answer) return;
    made->attachment = std::move(*answer);
    views_.push_back(std::move(made));
  }
  void publish(view& to) {
    doing_ = "publish";
    std::vector<message<data_type>> batch(1 + random_.below(3));
    for (auto& m : batch) {
      m.action = std::array{action::enter, action::update, action::leave}[random_.below(3)];
      if (random_.chance(30)) m.client_id = "client" + std::to_string(random_.below(5));
      if (random_.chance(80)) m.data = shared_data<data_type>::make(std::to_string(random_()));
    }
    to.attachment.publish(std::move(batch), [noted = promised_by(to.told->watch)](std::error_code) {
      noted->keep();
      noted->owner().callback([&] { (void)inside(noted->owner()); });
    });
  }
  void end_view(std::size_t which) {
    doing_ = "end an attachment";
    std::swap(views_[which], views_.back());
    auto last = std::move(views_.back());
    views_.pop_back();
    last.reset();
  }
  void end_view_of(const watched& of) {
    for (std::size_t i = 0; i < views_.size(); ++i) {
      if (views_[i]->told->watch.get() == &of) return end_view(i);
    }
  }
  /// Only outside of callbacks: inside, this thread may be in the middle of a call of it.
  void hand_over(std::size_t which) {
    if (watched::depth() > 0) return;
    views_[which] = world_.views[random_.below(world_.views.size())].exchange(std::move(views_[which]));
    if (views_[which] != nullptr) return;
    views_.erase(views_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  // --- ends --------------------------------------------------------------------------------------------------------

  /// Perhaps the last to hold it: then it ends here, which waits for whoever is in one of its callbacks.
  void let_go_of(std::shared_ptr<player> who) {
    if (who == nullptr) return;
    if (watched::depth() == 0 || who->watch->on_this_stack()) return who.reset();
    later_.push_back(std::move(who));
  }
  void let_go() {
    while (!later_.empty()) {
      auto who = std::move(later_.back());
      later_.pop_back();
      who.reset();
    }
  }

  world& world_;
  seeded_random random_;
  std::array<std::unique_ptr<session_type>, 3> sessions_;
  std::array<std::shared_ptr<player>, 3> players_;
  std::vector<std::shared_ptr<view>> views_;
  std::vector<std::shared_ptr<player>> later_;
  std::size_t left_inside_ = 0;
  std::atomic<const char*> doing_{"nothing"};
};

}  // namespace presence::threaded

#endif
