// Everything may be done inside any callback, to the very end of the hub. On one thread.
#include "support/hub_world.hpp"
#include <presence/backplane.hpp>
#include <presence/mutex.hpp>
#include <presence/testing/checked_mutex.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace presence::test::hub_reentrancy_test {
namespace {

template <class Mutex>
class hub_reentrancy : public ::testing::Test {
 public:
  using world = hub_world<basic_no_backplane<Mutex>>;

  struct deed {
    const char* name;
    std::function<void(world&)> run;
  };
  struct occasion {
    const char* name;
    typename world::place where;
    std::function<void(world&)> bring_about;
  };

  [[nodiscard]] static std::vector<deed> deeds() {
    return {
        {"subscribe",
         [](world& w) {
           if (w.a) w.listen();
         }},
        {"unsubscribe", [](world& w) { w.heard.clear(); }},
        {"unsubscribe all",
         [](world& w) {
           if (w.a) w.a->unsubscribe_all();
         }},
        {"enter",
         [](world& w) {
           if (w.a) w.a->enter("x", w.once());
         }},
        {"enter of another",
         [](world& w) {
           if (w.c) w.c->enter("x", w.once());
         }},
        {"leave",
         [](world& w) {
           if (w.a) w.a->leave(w.once());
         }},
        {"get",
         [](world& w) {
           if (w.a) w.a->get({}, w.once());
         }},
        {"detach",
         [](world& w) {
           if (w.a) w.a->detach(w.once());
         }},
        {"attach",
         [](world& w) {
           if (w.a) w.a->attach(w.once());
         }},
        {"detach and attach",
         [](world& w) {
           if (!w.a) return;
           w.a->detach(w.once());
           w.a->attach(w.once());
         }},
        {"destroy the presence", [](world& w) { w.destroy_presence(); }},
        {"destroy another presence", [](world& w) { w.destroy_other_presence(); }},
        {"publish",
         [](world& w) {
           if (w.room) w.room->publish({w.enter()}, w.once());
         }},
        {"detach the attachment",
         [](world& w) {
           if (w.room) w.room->detach();
         }},
        {"resync the attachment",
         [](world& w) {
           if (w.room) w.room->resync();
         }},
        {"destroy the attachment", [](world& w) { w.destroy_attachment(); }},
        {"attach again",
         [](world& w) {
           if (w.bob) w.attach_bob();
         }},
        {"close the session",
         [](world& w) {
           if (w.alice) w.alice->close();
         }},
        {"close the sink's session",
         [](world& w) {
           if (w.bob) w.bob->close();
         }},
        {"drop the session",
         [](world& w) {
           if (w.alice) w.alice->drop();
         }},
        {"drop and resume the sessions",
         [](world& w) {
           if (!w.hub) return;
           for (auto* session : {&w.alice, &w.bob}) {
             if (!*session) continue;
             (*session)->drop();
             auto back = w.hub->resume((*session)->resume_key());
             if (back) **session = std::move(*back);
           }
         }},
        {"destroy the session", [](world& w) { w.alice.reset(); }},
        {"destroy the sink's session", [](world& w) { w.bob.reset(); }},
        {"evict",
         [](world& w) {
           if (w.hub)
             for (const char* id : {"alice", "bob", "carol"}) (void)w.hub->evict("lobby", id);
         }},
        {"run what is due",
         [](world& w) {
           if (w.carol) w.carol->drop();
           w.clock.advance(std::chrono::minutes{1});
           if (w.hub) w.hub->run_due();
         }},
        {"connect another",
         [](world& w) {
           if (!w.hub) return;
           auto session = w.hub->connect("dave");
           typename world::presence_type d{session.room("lobby"), {}, w.clock};
           d.enter("d");
         }},
        {"destroy the hub", [](world& w) { w.hub.reset(); }},
        {"destroy all",
         [](world& w) {
           w.hub.reset();
           w.bob.reset();
           w.destroy_attachment();
           w.alice.reset();
           w.destroy_presence();
           w.heard.clear();
           w.destroy_other_presence();
           w.carol.reset();
         }},
    };
  }

  [[nodiscard]] static std::vector<occasion> occasions() {
    const auto resume_bob = [](world& w) {
      w.bob->drop();
      if (w.c) w.c->update("missed");
      auto back =
          w.hub ? w.hub->resume(w.bob->resume_key()) : result<typename world::session_type>{errc::connection_closed};
    };
    return {
        {"sink attached", world::attached, [](world& w) { w.attach_bob(); }},
        {"sink resumed", world::attached, resume_bob},
        {"sink resynced", world::attached, [](world& w) { w.room->resync(); }},
        {"sink synced", world::synced, [](world& w) { w.attach_bob(); }},
        {"sink gets an event", world::live, [](world& w) { w.a->update("u", w.once()); }},
        {"sink gets its own event", world::live, [](world& w) { w.room->publish({w.enter()}, w.once()); }},
        {"sink gets an eviction", world::live, [](world& w) { (void)w.hub->evict("lobby", "carol"); }},
        {"sink gets a time-out", world::live,
         [](world& w) {
           w.carol->drop();
           w.clock.advance(std::chrono::minutes{1});
           w.hub->run_due();
         }},
        {"sink detached", world::detached, [](world& w) { w.room->detach(); }},
        {"sink's session closed", world::detached, [](world& w) { w.bob->close(); }},
        {"sink's session lost", world::detached, [](world& w) { w.bob->drop(); }},
        {"hub destroyed", world::detached, [](world& w) { w.hub.reset(); }},
        {"event of another", world::event, [](world& w) { w.c->update("u", w.once()); }},
        {"event of itself", world::event, [](world& w) { w.a->update("u", w.once()); }},
        {"user event", world::users, [](world& w) { w.c->leave(w.once()); }},
        {"connection lost", world::state, [](world& w) { w.alice->drop(); }},
        {"room detaching", world::state, [](world& w) { w.a->detach(w.once()); }},
        {"hub destroyed, state", world::state, [](world& w) { w.hub.reset(); }},
        {"error", world::error, [](world& w) { w.a->enter_client("bob"); }},
        {"operation completed", world::handler, [](world& w) { w.a->update("u", w.once()); }},
        {"publish completed", world::handler, [](world& w) { w.room->publish({w.enter()}, w.once()); }},
        {"publish refused", world::handler, [](world& w) { w.room->publish({}, w.once()); }},
        {"get answered", world::handler, [](world& w) { w.a->get({}, w.once()); }},
        {"detach completed", world::handler, [](world& w) { w.a->detach(w.once()); }},
    };
  }
};

using mutexes = ::testing::Types<testing::checked_mutex, null_mutex, std::mutex>;
TYPED_TEST_SUITE(hub_reentrancy, mutexes);

TYPED_TEST(hub_reentrancy, anything_may_be_done_inside_any_callback) {
  for (const auto& when : TestFixture::occasions()) {
    for (const auto& what : TestFixture::deeds()) {
      SCOPED_TRACE(std::string{when.name} + ": " + what.name);
      typename TestFixture::world w;
      bool done = false;
      w.inside(when.where, [&] {
        done = true;
        what.run(w);
      });
      when.bring_about(w);
      EXPECT_TRUE(done) << "did not come about";
      w.hook = {};
      // and what is left goes on
      if (w.c) w.c->update("later", w.once());
      if (w.a) w.a->update("later", w.once());
      if (w.room) w.room->publish({w.enter()}, w.once());
      w.clock.advance(std::chrono::minutes{1});
      if (w.hub) w.hub->run_due();
    }
  }
}

}  // namespace
}  // namespace presence::test::hub_reentrancy_test
