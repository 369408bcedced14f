// The size of data that a hub takes: in bytes for every type that has a size, and no limit claimed for others.
// A program of its own: its hubs of many types would be too much beside the other files.
#include "support/hub_fixture.hpp"
#include <presence/data_traits.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test::hub_data_size_test {
namespace {

struct without_size {
  std::vector<char> bytes;
};

/// Measuring it runs a function of the test's.
struct measured {
  std::function<std::size_t()> size;
};

}  // namespace
}  // namespace presence::test::hub_data_size_test

template <>
struct presence::data_traits<presence::test::hub_data_size_test::measured> {
  static std::size_t size(const test::hub_data_size_test::measured& data) { return data.size(); }
};

namespace presence::test::hub_data_size_test {
namespace {

template <class Data>
using hub_of = basic_hub<Data, testing::manual_clock, checked_backplane>;

struct silent_sink {
  void on_attached(const attachment_info&) {}
  template <class Page>
  void on_sync(const Page&, const sync_cursor&) {}
  template <class Batch>
  bool on_presence(const Batch&) {
    return true;
  }
  void on_detached(std::error_code) {}
};

/// What a hub with such limits says to an enter with this data.
template <class Data>
std::error_code entered(Data data, hub_limits limits = {}) {
  hub_options options;
  options.limits = limits;
  hub_of<Data> hub{options};
  silent_sink sink;
  auto session = hub.connect("alice");
  auto room = session.attach("lobby", mode_set::all(), std::ref(sink)).value();
  message<Data> m;
  m.action = action::enter;
  m.data = shared_data<Data>::make(std::move(data));
  std::error_code outcome = make_error_code(errc::operation_aborted);
  room.publish({m}, [&](std::error_code said) { outcome = said; });
  return outcome;
}

hub_limits at_most(std::size_t bytes) {
  hub_limits limits;
  limits.data_size = bytes;
  return limits;
}

TEST(hub_data_size, limit_is_in_bytes_for_every_type_that_has_a_size_S25) {
  EXPECT_EQ(entered(std::vector<double>(8192)), std::error_code{});
  EXPECT_EQ(entered(std::vector<double>(8193)), errc::message_too_large);
  EXPECT_EQ(entered(std::vector<std::string>(65, std::string(1000, 'x'))), std::error_code{});
  EXPECT_EQ(entered(std::vector<std::string>(66, std::string(1000, 'x'))), errc::message_too_large);
  EXPECT_EQ(entered(std::u16string(4, u'x'), at_most(8)), std::error_code{});
  EXPECT_EQ(entered(std::u16string(5, u'x'), at_most(8)), errc::message_too_large);
  EXPECT_EQ(entered(std::uint64_t{1}, at_most(8)), std::error_code{});
  EXPECT_EQ(entered(std::uint64_t{1}, at_most(7)), errc::message_too_large);
  EXPECT_EQ(entered(std::string(8, 'x'), at_most(8)), std::error_code{});
}

TEST(hub_data_size, type_without_a_size_has_no_limit_and_a_hub_of_it_cannot_be_given_one_S25) {
  EXPECT_EQ(entered(without_size{std::vector<char>(1 << 20)}), std::error_code{});
  hub_options options;
  options.limits.data_size = 1 << 21;
  EXPECT_THROW(hub_of<without_size>{options}, std::invalid_argument);
  using map = std::map<std::string, std::string>;
  EXPECT_THROW(hub_of<map>{options}, std::invalid_argument);
  hub_of<std::string> fine{options};
  EXPECT_EQ(fine.room_count(), 0U);
}

TEST(hub_data_size, measuring_runs_without_a_lock_and_what_it_throws_is_answered_S26) {
  std::size_t locks = 99;
  EXPECT_EQ(entered(measured{[&] {
              locks = testing::checked_mutex::held_by_this_thread();
              return std::size_t{1};
            }}),
            std::error_code{});
  EXPECT_EQ(locks, 0U);
  EXPECT_EQ(entered(measured{[]() -> std::size_t { throw std::runtime_error{"no"}; }}), errc::invalid_data);
}

}  // namespace
}  // namespace presence::test::hub_data_size_test
