// The poorest legal policies: each has what its concept asks for and nothing else. basic_presence and basic_hub are
// instantiated with them in full, and every function is called.
#include <presence/presence.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::test::policies_archetypes_test {

/// Nothing but what `Data` must have: it can be moved.
class poor_data final {
 public:
  explicit poor_data(int v) noexcept : value(v) {}
  poor_data(poor_data&&) noexcept = default;
  poor_data& operator=(poor_data&&) = delete;
  ~poor_data() = default;
  const int value;
};

/// Copies, and says the time in a unit of its own, by something that is not even a `std::chrono::time_point`.
class poor_clock final {
 public:
  explicit poor_clock(int thirds) noexcept : thirds_(thirds) {}
  poor_clock(const poor_clock&) = default;
  poor_clock& operator=(const poor_clock&) = delete;
  ~poor_clock() = default;

  struct instant {
    int thirds;
    [[nodiscard]] std::chrono::duration<std::int64_t, std::ratio<1, 3>> time_since_epoch() const {
      return std::chrono::duration<std::int64_t, std::ratio<1, 3>>{thirds};
    }
  };
  [[nodiscard]] instant now() const { return {thirds_}; }

 private:
  const int thirds_;
};
static_assert(clock<poor_clock> && !std::default_initializable<poor_clock> && !std::movable<poor_clock>);

/// Locks and unlocks.
class poor_mutex final {
 public:
  poor_mutex() = default;
  poor_mutex(const poor_mutex&) = delete;
  void lock() { inner_.lock(); }
  void unlock() { inner_.unlock(); }

 private:
  std::mutex inner_;
};
static_assert(mutex<poor_mutex> && is_locking<poor_mutex>);

/// Copies, has no default, and answers with what only converts to a result.
class poor_codec final {
 public:
  using value_type = poor_data;
  using payload_type = payload;

  struct decoded {
    int value;
    operator result<poor_data>() const { return poor_data{value}; }
  };

  explicit poor_codec(int offset) noexcept : offset_(offset) {}
  poor_codec(const poor_codec&) = default;
  poor_codec& operator=(const poor_codec&) = delete;
  ~poor_codec() = default;

  [[nodiscard]] payload encode(const poor_data& data) const {
    return payload::text(std::to_string(data.value + offset_));
  }
  [[nodiscard]] decoded decode(const payload& raw) const { return {std::stoi(std::string{raw.content()}) - offset_}; }

 private:
  const int offset_;
};
static_assert(codec<poor_codec> && !std::default_initializable<poor_codec> && !std::is_copy_assignable_v<poor_codec>);

/// Only moves, and grants and echoes whatever it is asked.
template <class Codec>
class poor_transport final {
 public:
  using codec_type = Codec;
  using mutex_type = poor_mutex;
  using wire = typename Codec::payload_type;

  struct named {
    operator std::string_view() const { return "poor"; }
    operator std::string() const { return "poor"; }
  };

  explicit poor_transport(Codec with) : codec_(std::make_unique<Codec>(std::move(with))) {}
  poor_transport(poor_transport&&) = default;
  poor_transport& operator=(poor_transport&&) = default;

  [[nodiscard]] named client_id() const { return {}; }
  [[nodiscard]] named connection_id() const { return {}; }
  [[nodiscard]] const Codec& codec() const { return *codec_; }

  void bind(transport_receiver<wire>* to) { to_ = to; }
  void attach(mode_set modes) { tell({room_state::attached, false, false, modes, {}}); }
  void detach() { tell({room_state::detached, false, false, {}, {}}); }
  void resync() { attach(mode_set::all()); }
  void publish(std::vector<message<wire>> messages, publish_token token) {
    for (auto& m : messages) {
      m.client_id = m.client_id.empty() ? "poor" : m.client_id;
      m.connection_id = "poor";
      m.id = {++serial_, 0, id_origin::connection};
    }
    to_->on_presence(make_batch(std::move(messages)));
    to_->on_published(token, {});
  }

 private:
  void tell(const state_change& change) { to_->on_state(change); }

  std::unique_ptr<Codec> codec_;
  transport_receiver<wire>* to_ = nullptr;
  std::uint64_t serial_ = 0;
};
using serializing_transport = poor_transport<poor_codec>;
using direct_transport = poor_transport<identity_codec<poor_data>>;
static_assert(transport<serializing_transport> && transport<direct_transport>);
static_assert(!std::default_initializable<direct_transport> && !std::copyable<direct_transport>);

/// Only moves, and takes messages of one kind.
template <class Data>
class poor_backplane final {
 public:
  using mutex_type = poor_mutex;

  explicit poor_backplane(std::vector<std::string>& log) noexcept : log_(&log) {}
  poor_backplane(poor_backplane&&) noexcept = default;
  poor_backplane& operator=(poor_backplane&&) noexcept = default;

  int publish(std::string_view room, const message_batch<Data>& changes) {
    for (const auto& m : *changes) log_->push_back(std::string{room} + ' ' + std::string{to_string(m.action)});
    return 0;
  }

 private:
  std::vector<std::string>* log_;
};
static_assert(backplane<poor_backplane<poor_data>, poor_data>);
static_assert(!std::default_initializable<poor_backplane<poor_data>> && !std::copyable<poor_backplane<poor_data>>);
static_assert(!backplane<poor_backplane<poor_data>, payload>);

/// Answers with what only converts to bool.
class poor_sink final {
 public:
  struct yes {
    operator bool() const { return true; }
  };
  poor_sink() = default;
  poor_sink(const poor_sink&) = delete;
  void on_attached(const attachment_info&) { ++calls; }
  void on_sync(const message_batch<poor_data>&, const sync_cursor&) { ++calls; }
  yes on_presence(const message_batch<poor_data>&) {
    ++calls;
    return {};
  }
  void on_detached(std::error_code) { ++calls; }
  int calls = 0;
};
static_assert(presence_sink<poor_sink, poor_data>);

using poor_hub = basic_hub<poor_data, poor_clock, poor_backplane<poor_data>>;
using payload_hub = basic_hub<payload, poor_clock, poor_backplane<payload>>;
using looped = loopback<poor_data, poor_clock, poor_backplane<poor_data>>;
using looped_payload = loopback<payload, poor_clock, poor_backplane<payload>, poor_codec>;

}  // namespace presence::test::policies_archetypes_test

// Every member that is not a template.
namespace poor = presence::test::policies_archetypes_test;
template class presence::basic_presence<poor::poor_data, poor::poor_clock, poor::serializing_transport>;
template class presence::basic_presence<poor::poor_data, poor::poor_clock, poor::direct_transport>;
template class presence::basic_presence<poor::poor_data, poor::poor_clock, poor::looped>;
template class presence::basic_hub<poor::poor_data, poor::poor_clock, poor::poor_backplane<poor::poor_data>>;
template class presence::basic_session<poor::poor_data, poor::poor_clock, poor::poor_backplane<poor::poor_data>>;
template class presence::basic_attachment<poor::poor_data, poor::poor_clock, poor::poor_backplane<poor::poor_data>>;
template class presence::loopback<poor::poor_data, poor::poor_clock, poor::poor_backplane<poor::poor_data>>;
template class presence::basic_member_set<poor::poor_data>;

namespace presence::test::policies_archetypes_test {
namespace {

/// Calls every function of a participant. Returns how many events it heard of.
template <class Presence>
int use(Presence& p) {
  int heard = 0;
  const auto count = [&](const auto&) { ++heard; };
  const auto done = [](std::error_code) {};
  const extras beside{{"k", "v"}};
  subscription all = p.subscribe(count);
  const subscription some = p.subscribe(action::enter | action::leave, count);
  const subscription by_user = p.subscribe_users(count);
  const subscription by_state = p.subscribe_state([](const room_event&) {});
  const subscription by_error = p.subscribe_errors([](const failure&) {});
  p.attach();
  p.attach(done);
  p.enter();
  p.enter(poor_data{1}, done);
  p.enter(poor_data{1}, beside, done);
  p.update(done);
  p.update(poor_data{2});
  p.update(poor_data{2}, beside);
  p.enter_client("poor", poor_data{3}, beside, done);
  p.enter_client("poor", poor_data{3});
  p.enter_client("poor");
  p.update_client("poor", poor_data{4}, beside, done);
  p.update_client("poor", poor_data{4});
  p.update_client("poor");
  p.update(poor_data{7});
  EXPECT_EQ(p.get().value().at(0).data->value, 7);
  EXPECT_EQ(p.get("poor").value().size(), 1U);
  EXPECT_EQ(p.get(query{"poor", "nowhere"}).value().size(), 0U);
  bool got = false;
  p.get({}, [&](auto&& members) { got = members.value().size() == 1; });
  EXPECT_TRUE(got);
  p.for_each([&](const auto& m) { EXPECT_EQ(m.client_id, "poor"); });
  EXPECT_TRUE(p.is_user_present("poor"));
  EXPECT_EQ(p.users().value().size(), 1U);
  EXPECT_EQ(p.size() + p.user_count(), 2U);
  EXPECT_GT(p.version() + p.bytes(), 0U);
  EXPECT_EQ(p.state(), room_state::attached);
  EXPECT_TRUE(p.sync_complete());
  EXPECT_EQ(p.client_id(), "poor");
  EXPECT_FALSE(p.connection_id().empty());
  EXPECT_EQ(p.self().state, self_state::present);
  p.leave_client("poor", poor_data{5}, beside, done);
  p.leave_client("poor", poor_data{5});
  p.leave_client("poor");
  p.leave();
  p.leave(poor_data{6});
  p.leave(poor_data{6}, beside, done);
  all.unsubscribe();
  p.detach();
  p.detach(done);
  p.unsubscribe_all();
  Presence other = std::move(p);
  p = std::move(other);
  EXPECT_EQ(p.state(), room_state::detached);
  return heard;
}

TEST(archetypes, a_participant_with_the_poorest_transport_codec_and_clock) {
  basic_presence<poor_data, poor_clock, serializing_transport> p{
      serializing_transport{poor_codec{100}}, {}, poor_clock{9}};
  EXPECT_GT(use(p), 10);
}

TEST(archetypes, a_participant_with_the_poorest_transport_and_data) {
  basic_presence<poor_data, poor_clock, direct_transport> p{direct_transport{{}}, {}, poor_clock{9}};
  EXPECT_GT(use(p), 10);
}

TEST(archetypes, a_participant_in_the_poorest_hub) {
  std::vector<std::string> log;
  poor_hub hub{{}, poor_clock{9}, poor_backplane<poor_data>{log}};
  auto session = hub.connect("poor");
  basic_presence<poor_data, poor_clock, looped> p{session.room("lobby"), {}, poor_clock{9}};
  EXPECT_GT(use(p), 10);
  EXPECT_FALSE(log.empty());
  EXPECT_EQ(log.front(), "lobby enter");
  EXPECT_EQ(log.back(), "lobby leave");
}

TEST(archetypes, a_participant_in_a_hub_of_payloads_with_the_poorest_codec) {
  std::vector<std::string> log;
  payload_hub hub{{}, poor_clock{9}, poor_backplane<payload>{log}};
  auto session = hub.connect("poor");
  basic_presence<poor_data, poor_clock, looped_payload> p{session.room("lobby", poor_codec{100}), {}, poor_clock{9}};
  EXPECT_GT(use(p), 10);
}

TEST(archetypes, the_poorest_hub_can_do_everything) {
  std::vector<std::string> log;
  poor_hub hub{{}, poor_clock{9}, poor_backplane<poor_data>{log}};
  auto alice = hub.try_connect(identity{"alice"}).value();
  poor_sink sink;
  {
    auto room = alice.attach("lobby", mode_set::all(), std::ref(sink)).value();
    message<poor_data> m;
    m.action = action::enter;
    m.data = shared_data<poor_data>::make(1);
    room.publish({m});
    room.publish({m}, [](std::error_code outcome) { EXPECT_FALSE(outcome); });
    room.resync();
    EXPECT_EQ(room.modes(), mode_set::all());
    EXPECT_EQ(hub.members("lobby").at(0).updated_at, time_point{std::chrono::seconds{3}});  // nine thirds
    EXPECT_EQ(hub.member_count("lobby"), 1U);
    EXPECT_TRUE(hub.is_user_present("lobby", "alice"));
    EXPECT_EQ(hub.evict("lobby", "alice"), 1U);
    room.detach();
  }
  EXPECT_GT(sink.calls, 4);
  EXPECT_TRUE(alice.connected());
  EXPECT_EQ(alice.client_id(), "alice");
  alice.drop();
  EXPECT_TRUE(hub.next_deadline().has_value());
  auto back = hub.resume(alice.resume_key()).value();
  EXPECT_EQ(back.connection_id(), alice.connection_id());
  back.close();
  EXPECT_EQ(hub.run_due(), 0U);
  EXPECT_EQ(hub.room_count() + hub.session_count(), 0U);
  EXPECT_GT(hub.bytes(), 0U);
  poor_hub other = std::move(hub);
  hub = std::move(other);
}

}  // namespace
}  // namespace presence::test::policies_archetypes_test
