// One allocation fails, for every one of each public operation of hub, session and attachment: the state is as before,
// or the loss is told; everything can be done again; what a receiver knows is what the hub knows; nothing is left
// behind.
#include "support/counting_new.hpp"
#include <presence/basic_hub.hpp>
#include <presence/loopback.hpp>
#include <presence/session.hpp>
#include <presence/testing/checked_mutex.hpp>
#include <presence/testing/manual_clock.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

namespace presence::test::hub_allocation_failure_test {
namespace {

using namespace std::chrono_literals;

using backplane_type = basic_no_backplane<testing::checked_mutex>;
using hub_type = basic_hub<std::string, testing::manual_clock, backplane_type>;
using session_type = hub_type::session_type;
using attachment_type = session_type::attachment_type;
using message_type = message<std::string>;

const std::string lobby = "a room with a name that needs the heap, as most do not";

std::string long_id(int n) {
  return "a-client-whose-id-needs-the-heap-in-a-string-and-in-a-record-" + std::to_string(n);
}

message_type says(action what, std::string client_id = {}, std::string data = "data") {
  message_type m;
  m.action = what;
  m.client_id = std::move(client_id);
  m.data = shared_data<std::string>::make(std::move(data));
  return m;
}

/// Knows what it is told, and allocates nothing: it can only fail where the hub does.
class counting_sink {
 public:
  void on_attached(const attachment_info& info) {
    called();
    ++attached;
    if (!info.resumed) known_ = 0;
  }
  void on_sync(const message_batch<std::string>& page, const sync_cursor&) {
    called();
    for (const auto& m : *page) put(m);
  }
  bool on_presence(const message_batch<std::string>& batch) {
    called();
    ++batches;
    for (const auto& m : *batch) m.action == action::leave ? remove(m) : put(m);
    return true;
  }
  void on_detached(std::error_code) {
    called();
    ++detached;
  }

  /// Whether it knows just these members.
  [[nodiscard]] bool knows(const std::vector<member<std::string>>& all) const {
    return known_ == all.size() && std::all_of(all.begin(), all.end(), [&](const auto& m) {
             return std::any_of(members_.begin(), members_.begin() + static_cast<std::ptrdiff_t>(known_),
                                [&](const entry& e) { return e.is(m) && same(e.data, m.data); });
           });
  }
  /// From now on nobody may call it: for all that its owner knows, it has been destroyed.
  void gone() { gone_ = true; }

  int attached = 0;
  int detached = 0;
  int batches = 0;

 private:
  struct entry {
    std::array<char, 100> client_id{};
    std::array<char, 100> connection_id{};
    shared_data<std::string> data;
    template <class M>
    [[nodiscard]] bool is(const M& m) const {
      return client_id.data() == std::string_view{m.client_id} &&
             connection_id.data() == std::string_view{m.connection_id};
    }
  };

  void called() const { EXPECT_FALSE(gone_) << "called although its attachment was never made"; }
  [[nodiscard]] entry* find(const message_type& m) {
    const auto end = members_.begin() + static_cast<std::ptrdiff_t>(known_);
    const auto found = std::find_if(members_.begin(), end, [&](const entry& e) { return e.is(m); });
    return found != end ? &*found : nullptr;
  }
  void put(const message_type& m) {
    entry* at = find(m);
    if (at == nullptr) {
      at = &members_.at(known_++);
      at->client_id.fill(0);
      at->connection_id.fill(0);
      m.client_id.copy(at->client_id.data(), 99);
      m.connection_id.copy(at->connection_id.data(), 99);
    }
    at->data = m.data;
  }
  void remove(const message_type& m) {
    if (entry* at = find(m)) *at = members_.at(--known_);
  }

  std::array<entry, 40> members_;
  std::size_t known_ = 0;
  bool gone_ = false;
};

/// A room with a watcher, a gateway with two members, and a client whose end, loss and return are tried.
struct world {
  testing::manual_clock clock;
  hub_type hub{{}, clock};
  counting_sink watching;
  counting_sink speaking;
  counting_sink trying;
  counting_sink second;
  session_type watcher = hub.connect("watcher");
  session_type gateway = hub.connect(identity::wildcard());
  session_type client = hub.connect(long_id(7));
  attachment_type watch = watcher.attach(lobby, mode_set::all(), std::ref(watching)).value();
  attachment_type speak = gateway.attach(lobby, mode_set::all(), std::ref(speaking)).value();
  attachment_type try_out = client.attach(lobby, mode_set::all(), std::ref(trying)).value();
  std::string key = client.resume_key();
  int answered = 0;
  std::error_code answer;

  world() {
    speak.publish({says(action::enter, long_id(0)), says(action::enter, long_id(1))});
    try_out.publish({says(action::enter)});
  }
  [[nodiscard]] attachment_type::completion handler() {
    return [this](std::error_code why) {
      ++answered;
      answer = why;
    };
  }
  [[nodiscard]] std::vector<member<std::string>> truth() const {
    auto all = hub.members(lobby);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::tie(a.client_id, a.connection_id) < std::tie(b.client_id, b.connection_id);
    });
    return all;
  }
};

/// And somebody who lingers after a goodbye.
struct lingering_world : world {
  counting_sink parting;
  session_type guest = hub.connect(lingering(long_id(8)));
  attachment_type stay = guest.attach(lobby, mode_set::all(), std::ref(parting)).value();

  static identity lingering(std::string client_id) {
    identity who{std::move(client_id)};
    who.linger = 5s;
    return who;
  }
  lingering_world() { stay.publish({says(action::enter)}); }
};

[[nodiscard]] bool equal(const std::vector<member<std::string>>& a, const std::vector<member<std::string>>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.client_id == y.client_id && x.connection_id == y.connection_id && same(x.data, y.data) && x.id == y.id;
  });
}

/// Tries `work` with every one of its allocations failing in turn. After each, `check(world, outcome)`; then the room
/// goes on as if nothing had been, and in the end the hub is empty. Returns how many allocations there were.
template <class World = world, class Work, class Check>
std::uint64_t each_failure(Work&& work, Check&& check) {
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    auto w = std::make_unique<World>();
    const outcome how = with_failing_allocation(n, [&] { work(*w); });
    check(*w, how);
    bool told = false;
    const int before = w->watching.batches;
    w->speak.publish({says(action::enter, long_id(30))}, [&](std::error_code why) { told = !why; });
    EXPECT_TRUE(told) << "the room is dead";
    EXPECT_GT(w->watching.batches + w->watching.attached, before);
    EXPECT_TRUE(w->watching.knows(w->truth())) << "a receiver is wrong";
    EXPECT_TRUE(w->speaking.knows(w->truth())) << "the sender is wrong";
    w->try_out = {};
    w->client = {};
    w->speak = {};
    w->gateway = {};
    w->watch = {};
    w->watcher = {};
    w->clock.advance(1h);
    w->hub.run_due();
    EXPECT_EQ(w->hub.room_count(), 0U);
    EXPECT_EQ(w->hub.session_count(), 0U);
    if (::testing::Test::HasFailure()) return n;
    if (how == outcome::untouched) return n - 1;
  }
}
template <class Work>
std::uint64_t each_failure(Work&& work) {
  return each_failure(work, [](world&, outcome) {});
}

void expect_answer(const world& w, outcome how, const std::vector<member<std::string>>& before) {
  EXPECT_NE(how, outcome::threw) << "a publish answers its handler";
  EXPECT_EQ(w.answered, 1);
  if (w.answer) {
    EXPECT_EQ(w.answer, std::errc::not_enough_memory);
    EXPECT_TRUE(equal(w.truth(), before)) << "refused, and yet something changed";
  }
}

TEST(hub_allocation_failure, of_a_publish_answers_the_handler_and_changes_nothing) {
  std::vector<member<std::string>> before;
  int refused = 0;
  EXPECT_GE(each_failure(
                [&](world& w) {
                  const auto rest = std::exchange(allocator::fail_in, 0);
                  before = w.truth();
                  std::vector<message_type> one{says(action::enter, long_id(2))};
                  auto handler = w.handler();
                  allocator::fail_in = rest;
                  w.speak.publish(std::move(one), std::move(handler));
                },
                [&](world& w, outcome how) {
                  expect_answer(w, how, before);
                  refused += w.answer ? 1 : 0;
                }),
            4U);
  EXPECT_GE(refused, 3);
}

TEST(hub_allocation_failure, of_a_batch_undoes_what_was_applied_of_it) {
  std::vector<member<std::string>> before;
  int refused = 0;
  each_failure(
      [&](world& w) {
        const auto rest = std::exchange(allocator::fail_in, 0);
        before = w.truth();
        std::vector<message_type> batch{says(action::update, long_id(0), "new"), says(action::leave, long_id(1)),
                                        says(action::enter, long_id(2)), says(action::update, long_id(2), "newer")};
        for (int n = 3; n < 20; ++n) batch.push_back(says(action::enter, long_id(n)));
        batch.push_back(says(action::enter, long_id(1), "back"));
        auto handler = w.handler();
        allocator::fail_in = rest;
        w.speak.publish(std::move(batch), std::move(handler));
      },
      [&](world& w, outcome how) {
        expect_answer(w, how, before);
        refused += w.answer ? 1 : 0;
        if (!w.answer) return;
        w.answered = 0;
        w.speak.publish({says(action::update, long_id(0), "again"), says(action::leave, long_id(1))}, w.handler());
        EXPECT_EQ(w.answer, std::error_code{});  // it can be done again
        EXPECT_EQ(w.truth().size(), before.size() - 1);
      });
  EXPECT_GE(refused, 20);
}

TEST(hub_allocation_failure, of_an_attach_leaves_neither_a_hold_nor_a_sink) {
  int threw = 0;
  EXPECT_GE(each_failure(
                [&](world& w) {
                  auto made = w.client.attach("another room with a name that needs the heap", mode_set::all(),
                                              std::ref(w.second));
                  EXPECT_TRUE(made.has_value());
                },
                [&](world& w, outcome how) {
                  EXPECT_EQ(w.hub.room_count(), 1U);
                  if (how != outcome::threw) return;
                  ++threw;
                  w.second.gone();
                  w.client.close();
                }),
            5U);
  EXPECT_GE(threw, 4);
}

TEST(hub_allocation_failure, of_an_attach_beside_another_leaves_the_other_alone) {
  each_failure(
      [&](world& w) {
        auto made = w.client.attach(lobby, mode_set::all(), std::ref(w.second));
        if (made) w.try_out = std::move(*made);
      },
      [&](world& w, outcome how) {
        if (how == outcome::threw) w.second.gone();
        EXPECT_TRUE(how == outcome::threw || w.second.knows(w.truth())) << "attached, but deaf";
        w.try_out.publish({says(action::update)}, w.handler());
        EXPECT_EQ(w.answer, std::error_code{});
      });
}

TEST(hub_allocation_failure, of_a_connect_makes_no_session) {
  each_failure([](world& w) { (void)w.hub.connect(long_id(8)); },
               [](world& w, outcome) { EXPECT_EQ(w.hub.session_count(), 3U); });
}

TEST(hub_allocation_failure, of_a_detach_still_makes_the_members_leave) {
  const auto left = [](world& w, outcome how) {
    EXPECT_NE(how, outcome::threw);
    EXPECT_EQ(w.trying.detached, 1);
    EXPECT_EQ(w.truth().size(), 2U);
    EXPECT_TRUE(w.watching.knows(w.truth()));
  };
  EXPECT_GE(each_failure([](world& w) { w.try_out.detach(); }, left), 3U);
  EXPECT_GE(each_failure([](world& w) { (void)w.client.detach(lobby); }, left), 3U);
  EXPECT_GE(each_failure([](world& w) { w.try_out = {}; },
                         [](world& w, outcome how) {
                           EXPECT_NE(how, outcome::threw);
                           EXPECT_EQ(w.truth().size(), 2U);
                         }),
            3U);
  EXPECT_GE(each_failure([](world& w) { w.client.close(); }, left), 3U);
  EXPECT_GE(each_failure([](world& w) { w.client = {}; }, left), 3U);
}

TEST(hub_allocation_failure, of_a_goodbye_that_would_linger_is_one_that_does_not) {
  const auto left = [](lingering_world& w, outcome how) {
    EXPECT_NE(how, outcome::threw);
    EXPECT_EQ(w.parting.detached, 1);
    EXPECT_TRUE(w.truth().size() == 3U || w.truth().size() == 4U);  // gone, or there was memory and it lingers
    EXPECT_TRUE(w.watching.knows(w.truth()));
    w.clock.advance(5s);
    w.hub.run_due();
    EXPECT_EQ(w.truth().size(), 3U);
    EXPECT_EQ(w.hub.sessions_of(long_id(8)).size(), w.guest.connected() ? 1U : 0U);
    w.guest = {};
  };
  EXPECT_GE(each_failure<lingering_world>([](lingering_world& w) { w.guest.close(); }, left), 4U);
  EXPECT_GE(each_failure<lingering_world>([](lingering_world& w) { w.guest = {}; }, left), 4U);
  EXPECT_GE(each_failure<lingering_world>([](lingering_world& w) { w.stay.detach(); }, left), 3U);
}

TEST(hub_allocation_failure, of_a_drop_or_resume_can_be_made_good_by_calling_again) {
  EXPECT_GE(each_failure([](world& w) { w.client.drop(); },
                         [](world& w, outcome how) {
                           EXPECT_EQ(w.client.connected(), how == outcome::threw);
                           EXPECT_EQ(w.trying.detached, how == outcome::threw ? 0 : 1);
                           w.client.drop();
                           EXPECT_EQ(w.trying.detached, 1);
                           EXPECT_EQ(w.truth().size(), 3U);
                           w.client = w.hub.resume(w.key).value();
                           EXPECT_TRUE(w.trying.knows(w.truth()));
                         }),
            2U);
  EXPECT_GE(each_failure(
                [](world& w) {
                  const auto rest = std::exchange(allocator::fail_in, 0);
                  w.client.drop();
                  w.speak.publish({says(action::enter, long_id(3))});
                  allocator::fail_in = rest;
                  w.client = w.hub.resume(w.key).value();
                },
                [](world& w, outcome how) {
                  if (how == outcome::threw) w.client = w.hub.resume(w.key).value();
                  EXPECT_TRUE(w.client.connected());
                  EXPECT_TRUE(w.trying.knows(w.truth())) << "resumed, but deaf";
                }),
            3U);
}

TEST(hub_allocation_failure, of_a_hand_over_changes_nothing) {
  struct by_pointer {
    counting_sink* to;
    void on_attached(const attachment_info& info) { to->on_attached(info); }
    void on_sync(const message_batch<std::string>& page, const sync_cursor& at) { to->on_sync(page, at); }
    bool on_presence(const message_batch<std::string>& batch) { return to->on_presence(batch); }
    void on_detached(std::error_code why) { to->on_detached(why); }
  };
  const auto take_up = [](world& w) {
    auto back = w.hub.resume(w.key, [&](std::string_view) { return by_pointer{&w.second}; }).value();
    w.client = std::move(back.session);
    w.try_out = std::move(back.attachments.at(0));
  };
  for (const bool lost : {true, false}) {
    EXPECT_GE(each_failure(
                  [&](world& w) {
                    const auto rest = std::exchange(allocator::fail_in, 0);
                    if (lost) w.client.drop();
                    w.speak.publish({says(action::enter, long_id(3))});
                    allocator::fail_in = rest;
                    take_up(w);
                  },
                  [&](world& w, outcome how) {
                    if (how == outcome::threw) {
                      EXPECT_EQ(w.client.connected(), !lost);
                      EXPECT_EQ(w.second.attached, 0);
                      take_up(w);
                    }
                    EXPECT_TRUE(w.client.connected());
                    EXPECT_EQ(w.second.attached, 1);
                    if (lost) {
                      EXPECT_TRUE(w.second.knows(w.truth()));
                    }
                  }),
              5U)
        << lost;
  }
}

TEST(hub_allocation_failure, of_a_moderator_is_made_good_by_calling_again) {
  const auto gone = [](world& w) {
    const auto left = w.truth();
    return std::none_of(left.begin(), left.end(), [](const auto& m) { return m.client_id == long_id(7); });
  };
  EXPECT_GE(each_failure([](world& w) { w.hub.kick(long_id(7)); },
                         [&](world& w, outcome how) {
                           if (how == outcome::threw) {
                             EXPECT_EQ(w.hub.kick(long_id(7)), 1U);
                           }
                           EXPECT_TRUE(gone(w));
                           EXPECT_FALSE(w.client.connected());
                           EXPECT_EQ(w.trying.detached, 1);
                         }),
            1U);
  EXPECT_GE(each_failure([](world& w) { w.hub.ban(long_id(7), 1h); },
                         [&](world& w, outcome how) {
                           if (how == outcome::threw) w.hub.ban(long_id(7), 1h);
                           EXPECT_TRUE(gone(w));
                           EXPECT_FALSE(w.client.connected());
                           EXPECT_EQ(w.hub.try_connect(long_id(7)).error(), errc::banned);
                         }),
            3U);
}

TEST(hub_allocation_failure, of_a_resync_is_tried_again) {
  EXPECT_GE(each_failure([](world& w) { w.try_out.resync(); },
                         [](world& w, outcome how) {
                           EXPECT_NE(how, outcome::threw);
                           EXPECT_EQ(w.trying.attached, 2);
                           EXPECT_TRUE(w.trying.knows(w.truth()));
                         }),
            3U);
}

TEST(hub_allocation_failure, of_an_eviction_evicts_nobody_untold) {
  EXPECT_GE(each_failure([](world& w) { (void)w.hub.evict(lobby, long_id(0)); },
                         [](world& w, outcome how) {
                           EXPECT_EQ(w.truth().size(), how == outcome::threw ? 3U : 2U);
                           EXPECT_TRUE(w.watching.knows(w.truth()));
                           EXPECT_EQ(w.hub.evict(lobby, long_id(0)), how == outcome::threw ? 1U : 0U);
                         }),
            3U);
}

TEST(hub_allocation_failure, of_run_due_still_ends_what_is_due) {
  EXPECT_GE(each_failure(
                [](world& w) {
                  const auto rest = std::exchange(allocator::fail_in, 0);
                  w.client.drop();
                  w.clock.advance(15s);
                  allocator::fail_in = rest;
                  w.hub.run_due();
                },
                [](world& w, outcome) {
                  w.hub.run_due();
                  EXPECT_EQ(w.truth().size(), 2U);
                  EXPECT_TRUE(w.watching.knows(w.truth()));
                }),
            3U);
}

TEST(hub_allocation_failure, of_queries_is_thrown) {
  EXPECT_GE(each_failure([](world& w) {
              (void)w.hub.members(lobby);
              (void)w.hub.member_count(lobby);
              (void)w.hub.is_user_present(lobby, long_id(0));
              (void)w.hub.bytes();
              (void)w.hub.next_deadline();
            }),
            2U);
}

TEST(hub_allocation_failure, of_the_hubs_end_is_none) {
  for (std::uint64_t n = 1; n < 4; ++n) {
    world w;
    EXPECT_NE(with_failing_allocation(n, [&] { w.hub = hub_type{}; }), outcome::absorbed) << n;
    if (w.trying.detached == 0) continue;  // the new hub could not be made
    EXPECT_EQ(w.trying.detached, 1);
    EXPECT_FALSE(w.client.connected());
  }
  auto w = std::make_unique<world>();
  auto ends = std::make_unique<hub_type>(hub_options{}, w->clock);
  auto session = ends->connect("x");
  counting_sink sink;
  auto room = session.attach(lobby, mode_set::all(), std::ref(sink)).value();
  room.publish({says(action::enter)});
  EXPECT_EQ(with_failing_allocation(1, [&] { ends.reset(); }), outcome::untouched);
  EXPECT_EQ(sink.detached, 1);
}

TEST(hub_allocation_failure, of_a_participants_attach_is_reported_and_can_be_repeated) {
  for (std::uint64_t n = 1; n < 40; ++n) {
    world w;
    loopback<std::string, testing::manual_clock, backplane_type> transport = w.client.room(lobby);
    struct receiver final : transport_receiver<std::string> {
      void on_state(const state_change& change) override { last = change; }
      void on_presence(const message_batch<std::string>&) override {}
      void on_sync(const message_batch<std::string>&, const sync_cursor&) override {}
      void on_published(publish_token, std::error_code) override {}
      state_change last{};
    } to;
    transport.bind(&to);
    const outcome how = with_failing_allocation(n, [&] { transport.attach(mode_set::all()); });
    EXPECT_NE(how, outcome::threw);
    if (to.last.state == room_state::failed) {
      EXPECT_EQ(to.last.error, std::errc::not_enough_memory);
      transport.attach(mode_set::all());
    }
    EXPECT_EQ(to.last.state, room_state::attached);
    transport.bind(nullptr);
    if (how == outcome::untouched) {
      EXPECT_GT(n, 4U);
      break;
    }
  }
}

/// A sink that its attachment owns: its end is code of the application's.
struct heavy_sink {
  explicit heavy_sink(int& found) : held(&found) {}
  heavy_sink(heavy_sink&& other) noexcept : held(std::exchange(other.held, nullptr)) {}
  heavy_sink& operator=(heavy_sink&&) = delete;
  ~heavy_sink() {
    if (held != nullptr) *held += static_cast<int>(testing::checked_mutex::held_by_this_thread());
  }
  void on_attached(const attachment_info&) {}
  void on_sync(const message_batch<std::string>&, const sync_cursor&) {}
  bool on_presence(const message_batch<std::string>&) { return true; }
  void on_detached(std::error_code) {}
  int* held;
};

TEST(hub_allocation_failure, destroys_no_sink_under_a_lock) {
  using checked_hub = basic_hub<std::string, testing::manual_clock, basic_no_backplane<testing::checked_mutex>>;
  int held = 0;
  for (std::uint64_t n = 1;; ++n) {
    testing::manual_clock clock;
    checked_hub hub{{}, clock};
    auto alice = hub.connect("alice");
    auto kept = alice.attach("attic", mode_set::all(), heavy_sink{held}).value();
    const std::string key = alice.resume_key();
    const outcome how = with_failing_allocation(n, [&] {
      auto made = alice.attach("lobby", mode_set::all(), heavy_sink{held});
      auto back = hub.resume(key, [&](std::string_view) { return heavy_sink{held}; });
    });
    EXPECT_EQ(held, 0) << n;
    if (how == outcome::untouched || ::testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace presence::test::hub_allocation_failure_test
