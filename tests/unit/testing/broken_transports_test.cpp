// transport_conformance passes what is correct and notices each of many things that can be wrong with a transport.
//
// The suite runs over a transport that is broken as an environment variable says. Without one it is correct, and the
// suite's tests are tests like all others. Those of `broken_transports` start this program again, once for each fault.
#include "support/broken_transport.hpp"
#include "support/fault.hpp"
#include <presence/codec/text.hpp>
#include <presence/presence.hpp>
#include <presence/testing/faulty_transport.hpp>
#include <presence/testing/manual_clock.hpp>
#include <presence/testing/transport_conformance.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presence::test::testing_broken_transports_test {
namespace {

constexpr const char* variable = "PRESENCE_TEST_FAULT";

/// What this run of the program breaks.
[[nodiscard]] fault chosen() {
  const char* const name = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nobody changes it
  if (name == nullptr) return fault::none;
  for (const fault_entry& f : faults) {
    if (f.name == name) return f.which;
  }
  ADD_FAILURE() << "there is no fault " << name;
  return fault::none;
}

/// In one process, with threads: for what shows in a call that another thread makes.
struct breakable_loopback {
  using backplane = basic_no_backplane<std::mutex>;
  using hub_type = basic_hub<payload, testing::manual_clock, backplane>;
  using correct = loopback<payload, testing::manual_clock, backplane, text_codec>;
  using transport_type = broken_transport<correct>;

  transport_type connect(std::string_view client_id) {
    sessions.push_back(hub.connect(client_id == "*" ? identity::wildcard() : identity{client_id}));
    return {sessions.back().room("lobby", text_codec{}), chosen()};
  }
  void settle() {}
  static payload payload_of(int n) { return payload::text(std::to_string(n)); }
  void drop(std::size_t nth) { sessions[nth].drop(); }
  void restore(std::size_t nth) { sessions[nth] = hub.resume(std::string{sessions[nth].resume_key()}).value(); }
  void expire(std::size_t) {
    clock.advance(*hub.due_in());
    hub.run_due();
  }

  testing::manual_clock clock;
  hub_type hub{{.sync_page = 10}, clock};
  std::vector<hub_type::session_type> sessions;
};

/// Over a wire on which everything takes its time: for lost connections.
struct breakable_link {
  /// A faulty link is of one thread, whatever the mutex of its participant.
  struct correct : testing::faulty_transport<payload> {
    using mutex_type = null_mutex;
    using testing::faulty_transport<payload>::faulty_transport;
  };
  using transport_type = broken_transport<correct>;

  transport_type connect(std::string_view client_id) {
    links.push_back(std::make_unique<testing::faulty_link<payload>>(
        hub, client_id == "*" ? identity::wildcard() : identity{client_id}, "lobby"));
    return {correct{*links.back()}, chosen()};
  }
  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (const auto& link : links) {
        for (; link->waiting_up() > 0; moved = true) link->deliver_up();
        for (; link->waiting_down() > 0; moved = true) link->deliver_down();
      }
    }
  }
  static payload payload_of(int n) { return payload::text(std::to_string(n)); }
  void drop(std::size_t nth) { links[nth]->cut(); }
  void restore(std::size_t nth) { links[nth]->connect(hub); }
  void reconnect(std::size_t nth) { links[nth]->connect(hub, false); }
  void expire(std::size_t) {
    clock.advance(*hub.due_in());
    hub.run_due();
  }

  testing::manual_clock clock;
  testing::simulated_hub<payload> hub{{.sync_page = 10}, clock};
  std::vector<std::unique_ptr<testing::faulty_link<payload>>> links;
};

/// What a run of the suite over a broken transport says, and how it ended.
struct run {
  std::string output;
  int status = 0;
};

[[nodiscard]] run suite_over(const fault_entry& broken) {
  const std::string command = std::string{variable} + '=' + std::string{broken.name} + " '" +
                              ::testing::internal::GetArgvs().front() +
                              "' '--gtest_filter=breakable/*' --gtest_brief=1 --gtest_color=no 2>&1";
  run made;
  FILE* const pipe = popen(command.c_str(), "r");  // NOLINT(cert-env33-c): the command is ours
  if (pipe == nullptr) return {"cannot be started", -1};
  std::array<char, 4096> some{};
  for (std::size_t n = 0; (n = std::fread(some.data(), 1, some.size(), pipe)) > 0;) made.output.append(some.data(), n);
  made.status = pclose(pipe);
  return made;
}

class broken_transports : public ::testing::TestWithParam<fault_entry> {};

TEST_P(broken_transports, the_suite_notices) {
  const auto [output, status] = suite_over(GetParam());
  EXPECT_NE(status, 0);
  EXPECT_NE(output.find("[==========]"), std::string::npos) << "it did not come to its end:\n" << output;
  EXPECT_EQ(output.find("Sanitizer"), std::string::npos) << output;
  for (const auto* typed : {"0", "1"}) {
    const std::string line =
        "[  FAILED  ] breakable/transport_conformance/" + std::string{typed} + '.' + std::string{GetParam().noticed_by};
    if (output.find(line + ',') != std::string::npos || output.find(line + '\n') != std::string::npos) return;
  }
  ADD_FAILURE() << GetParam().noticed_by << " did not notice:\n" << output;
}

INSTANTIATE_TEST_SUITE_P(each, broken_transports, ::testing::ValuesIn(faults),
                         [](const auto& of) { return std::string{of.param.name}; });

}  // namespace
}  // namespace presence::test::testing_broken_transports_test

namespace presence::testing {
using breakable = ::testing::Types<test::testing_broken_transports_test::breakable_loopback,
                                   test::testing_broken_transports_test::breakable_link>;
INSTANTIATE_TYPED_TEST_SUITE_P(breakable, transport_conformance, breakable);
}  // namespace presence::testing
