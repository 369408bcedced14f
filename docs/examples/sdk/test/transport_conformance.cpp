// The SDK's transport keeps presence's contract: over real sockets, and without waiting for time.
#include "call_transport.hpp"
#include "loop_core.hpp"
#include "switchboard.hpp"
#include <presence/testing/transport_conformance.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley {
namespace {

class call_harness {
 public:
  using transport_type = call_transport;

  call_transport connect(std::string_view client_id) {
    auto& end = ends_.emplace_back(
        std::make_shared<call_end>(loop_, call_end::identity{board_.port(), "room", std::string{client_id}, "ticket"}));
    welcome(*end);
    return call_transport{end};
  }
  /// Pings go behind everything that was said. Two rounds in which nothing else was said: nothing is under way.
  void settle() {
    for (int quiet = 0; quiet < 2; ++quiet) {
      const auto before = traffic();
      ++round_;
      for (const auto& end : ends_) end->ping(round_);
      run_until([&] { return std::all_of(ends_.begin(), ends_.end(), [&](const auto& end) { return heard(*end); }); });
      if (traffic() != before) quiet = -1;
    }
  }
  static presence::payload payload_of(int n) { return presence::payload::text("number " + std::to_string(n)); }

  void drop(std::size_t nth) {
    auto& end = *ends_[nth];
    board_.drop_connection(end.connection_id());
    run_until([&] { return !end.welcomed(); });
  }
  void restore(std::size_t nth) { welcome(*ends_[nth]); }
  void reconnect(std::size_t nth) {
    ends_[nth]->forget_session();
    restore(nth);
  }
  void expire(std::size_t) {
    loop_->ahead += grace;
    board_.run_due();
  }

 private:
  static constexpr std::chrono::milliseconds grace = std::chrono::hours{1};

  [[nodiscard]] static std::optional<presence::identity> let_in(std::string_view name, std::string_view) {
    return name == "*" ? presence::identity::wildcard() : presence::identity{name};
  }
  void welcome(call_end& end) {
    end.connect();
    run_until([&] { return end.welcomed(); });
  }
  /// One that is not connected has nothing under way.
  [[nodiscard]] bool heard(const call_end& end) const { return !end.welcomed() || end.last_ping() == round_; }
  [[nodiscard]] std::uint64_t traffic() const {
    return std::accumulate(ends_.begin(), ends_.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& end) { return sum + end->traffic(); });
  }
  template <class Done>
  void run_until(Done done) {
    while (!done()) uv_run(&loop_->uv, UV_RUN_ONCE);
  }

  std::shared_ptr<loop_core> loop_ = std::make_shared<loop_core>();
  switchboard board_{loop_, 0, let_in, grace};
  std::vector<std::shared_ptr<call_end>> ends_;
  std::uint64_t round_ = 0;
};

}  // namespace
}  // namespace parley

namespace presence::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Parley, transport_conformance, ::testing::Types<parley::call_harness>);
}
