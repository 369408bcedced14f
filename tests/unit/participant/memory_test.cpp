// What a participant allocates and copies: counted.
#include "support/counted.hpp"
#include "support/counting_new.hpp"
#include "support/messages.hpp"
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>
#include <presence/testing/scripted_transport.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test::participant_memory_test {
namespace {

/// The modes of delivery in which costs are promised.
template <class Mutex>
class presence_memory : public ::testing::Test {
 protected:
  using transport_type = testing::scripted_transport<counted, identity_codec<counted>, Mutex>;

  presence_memory() : presence_memory(transport_type{"me"}) {}

  /// As many updates of one member, ready to be pushed.
  std::vector<message_batch<counted>> updates(std::size_t count) {
    std::vector<message_batch<counted>> made;
    for (std::size_t n = 0; n < count; ++n) {
      made.push_back(make_batch<counted>({update<counted>("user-1000001", "conn-100002").serial(++serial_).data(1)}));
    }
    return made;
  }

  std::uint64_t serial_ = 0;
  typename transport_type::script_type room;
  basic_presence<counted, testing::manual_clock, transport_type> p;

 private:
  explicit presence_memory(transport_type transport) : room(transport.script()), p(std::move(transport)) {}
};

using mutexes = ::testing::Types<null_mutex, std::mutex>;
TYPED_TEST_SUITE(presence_memory, mutexes);

TYPED_TEST(presence_memory, an_update_of_a_member_with_one_listener_allocates_nothing) {
  int heard = 0;
  const subscription sub = this->p.subscribe([&](const event<counted>& e) { heard += e.data->value; });
  for (const auto& warm : this->updates(4)) this->room.push(warm);
  const auto batches = this->updates(1000);
  counted::reset();
  const allocation_scope counting;
  for (const auto& batch : batches) this->room.push(batch);
  const auto allocations = counting.allocations();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(counted::copies() + counted::moves(), 0);
  EXPECT_EQ(heard, 1004);
}

TYPED_TEST(presence_memory, an_update_with_listeners_of_every_kind_allocates_nothing) {
  int heard = 0;
  const auto count = [&](const auto&) { ++heard; };
  const subscription any = this->p.subscribe(count);
  const subscription some = this->p.subscribe(action::enter | action::update, count);
  const subscription one = this->p.subscribe(action::update, count);
  const subscription other = this->p.subscribe(action::leave, count);
  const subscription by_user = this->p.subscribe_users(count);
  for (const auto& warm : this->updates(4)) this->room.push(warm);
  const auto batches = this->updates(1000);
  heard = 0;
  const allocation_scope counting;
  for (const auto& batch : batches) this->room.push(batch);
  const auto allocations = counting.allocations();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(heard, 3000);
}

TYPED_TEST(presence_memory, an_update_nobody_listens_to_allocates_nothing) {
  this->p.attach();
  for (const auto& warm : this->updates(4)) this->room.push(warm);
  const auto batches = this->updates(1000);
  const allocation_scope counting;
  for (const auto& batch : batches) this->room.push(batch);
  const auto allocations = counting.allocations();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(this->p.version(), 1004U);
}

TYPED_TEST(presence_memory, an_update_of_an_own_member_allocates_nothing) {
  const subscription sub = this->p.subscribe([](const auto&) {});
  const auto own = [&](int n) {
    return make_batch<counted>({update<counted>("me", "c1").serial(static_cast<std::uint64_t>(n)).data(n)});
  };
  std::vector<message_batch<counted>> batches;
  for (int n = 1; n <= 104; ++n) batches.push_back(own(n));
  for (int n = 0; n < 4; ++n) this->room.push(batches[static_cast<std::size_t>(n)]);
  const allocation_scope counting;
  for (std::size_t n = 4; n < batches.size(); ++n) this->room.push(batches[n]);
  const auto allocations = counting.allocations();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(this->p.self().state, self_state::present);
}

TYPED_TEST(presence_memory, queries_that_copy_nothing_allocate_nothing) {
  this->p.attach();
  this->room.push(this->updates(1).front());
  const allocation_scope counting;
  std::size_t seen = this->p.is_user_present("user-1000001") ? 1 : 0;
  seen += this->p.size() + this->p.user_count();
  this->p.for_each([&](const auto&) { ++seen; });
  const auto allocations = counting.allocations();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(seen, 4U);
}

TYPED_TEST(presence_memory, everything_is_given_back) {
  const allocation_scope counting;
  {
    typename TestFixture::transport_type transport{"me"};
    auto script = transport.script();
    basic_presence<counted, testing::manual_clock, typename TestFixture::transport_type> other{std::move(transport)};
    other.subscribe([](const auto&) {}).release();
    const subscription sub = other.subscribe_users([](const auto&) {});
    other.enter(counted{1});
    script.by_hand(testing::transport_call::publish);
    other.update(counted{2});
    for (std::uint64_t n = 0; n < 1000; ++n) {
      script.push(enter<counted>("user-" + std::to_string(n), "conn").serial(n));
      script.forget_calls();
    }
    script.push({enter<counted>("", "c2"), leave<counted>("user-1", "conn").serial(2000)});
  }
  const auto live = counting.live_bytes();
  EXPECT_EQ(live, 0);
}

TEST(presence_copies, loopback_copies_no_data_from_the_sender_to_any_receiver) {
  hub<counted> h;
  auto alice = h.connect("alice");
  auto bob = h.connect("bob");
  auto carol = h.connect("carol");
  local_presence<counted> a{alice.room("lobby")};
  local_presence<counted> b{bob.room("lobby")};
  std::vector<const counted*> seen;
  const auto note = [&](const event<counted>& e) { seen.push_back(e.data.get()); };
  const subscription sub_a = a.subscribe(note);
  const subscription sub_b = b.subscribe(note);
  counted::reset();
  a.enter(counted{1});
  local_presence<counted> c{carol.room("lobby")};
  const subscription sub_c = c.subscribe(note);  // by a sync
  a.update(counted{2});
  a.leave();
  EXPECT_EQ(counted::copies(), 0);
  ASSERT_EQ(seen.size(), 9U);
  for (const std::size_t same : {1U, 2U}) EXPECT_EQ(seen[same], seen[0]);
  for (const std::size_t same : {4U, 5U, 6U, 7U, 8U}) EXPECT_EQ(seen[same], seen[3]);  // a leave has the last data
}

TEST(presence_copies, queries_share_the_data) {
  single_threaded_hub<counted> h;
  auto alice = h.connect("alice");
  single_threaded_presence<counted> a{alice.room("lobby")};
  a.enter(counted{1});
  counted::reset();
  EXPECT_EQ(a.get().value().at(0).data->value, 1);
  EXPECT_EQ(h.members("lobby").at(0).data.get(), a.get("alice").value().at(0).data.get());
  EXPECT_EQ(counted::copies() + counted::moves(), 0);
}

// --- memory runs out ------------------------------------------------------------------------------------------------------

TEST(presence_out_of_memory, whatever_fails_on_the_way_in_the_set_is_right_after_another_sync) {
  using transport_type = testing::scripted_transport<std::string>;
  const std::string big(50, 'x');  // ids and data that need memory
  for (std::uint64_t nth = 1; nth < 200; ++nth) {
    SCOPED_TRACE(nth);
    transport_type transport{"me"};
    auto room = transport.script();
    basic_presence<std::string, testing::manual_clock, transport_type> p{std::move(transport)};
    int heard = 0;
    const subscription sub = p.subscribe([&](const auto&) { ++heard; });
    const subscription by_user = p.subscribe_users([](const auto&) {});
    room.push(enter(big + "0", "conn0").data(big));
    const auto batch = make_batch<std::string>({enter(big + "1", "conn1").data(big),
                                                update(big + "0", "conn0").serial(1), enter(big + "2", "conn2"),
                                                leave(big + "1", "conn1").serial(1), enter(big + "3", "conn3")});
    room.attach_with({.has_members = true});
    const outcome how = with_failing_allocation(nth, [&] { room.push(batch); });
    if (room.count(testing::transport_call::resync) == 0) p.attach();  // an occasion to ask for the sync
    if (room.count(testing::transport_call::resync) > 0) {
      room.sync("s:",
                {present(big + "0", "conn0").serial(1), present(big + "2", "conn2"), present(big + "3", "conn3")});
    } else if (how == outcome::threw) {
      room.push(batch);  // it never came in, and the transport knows
    }
    EXPECT_EQ(p.size(), 3U);
    EXPECT_TRUE(p.is_user_present(big + "3"));
    EXPECT_GE(heard, 4);
    if (how == outcome::untouched) return;
  }
  FAIL() << "there was always another allocation";
}

TEST(presence_out_of_memory, an_operation_tells_the_caller_and_the_next_one_works) {
  using transport_type = testing::scripted_transport<std::string>;
  for (std::uint64_t nth = 1; nth < 200; ++nth) {
    SCOPED_TRACE(nth);
    int called = 0;
    bool worked = false;
    outcome how = outcome::untouched;
    {
      basic_presence<std::string, testing::manual_clock, transport_type> p{transport_type{"me"}};
      const subscription sub = p.subscribe([](const auto&) {});
      how = with_failing_allocation(nth, [&] { p.enter(std::string(50, 'x'), [&](std::error_code) { ++called; }); });
      p.update("y", [&](std::error_code outcome) { worked = !outcome; });
    }
    EXPECT_TRUE(worked);
    EXPECT_LE(called, 1);
    EXPECT_TRUE(called == 1 || how == outcome::threw);
    if (how == outcome::untouched) return;
  }
  FAIL() << "there was always another allocation";
}

}  // namespace
}  // namespace presence::test::participant_memory_test
