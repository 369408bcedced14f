// The wire that the documents show keeps the contract that they state.
#define main example_main  // never called: it has no return, which only a main may do without
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"
#include "../../docs/examples/custom_wire.cpp"
#pragma GCC diagnostic pop
#undef main

#include <presence/testing/transport_conformance.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace examples_custom_wire_test {
namespace {

class line_harness {
 public:
  using transport_type = line_transport;

  line_transport connect(std::string_view client_id) {
    auto& made = connections_.emplace_back(std::make_unique<connection>(hub_.connect(who_is(client_id))));
    made->end->client_id = client_id;
    return line_transport{made->end};
  }
  void settle() {
    for (bool quiet = false; !quiet;) {
      quiet = true;
      for (const auto& c : connections_) {
        while (carry(c->line, c->server, c->end)) quiet = false;
      }
    }
  }
  void drop(std::size_t nth) { connections_[nth]->session.drop(); }
  void restore(std::size_t nth) {
    auto& session = connections_[nth]->session;
    session = hub_.resume(session.resume_key()).value();
  }
  void reconnect(std::size_t nth) {
    auto& c = *connections_[nth];
    c.session = hub_.connect(who_is(c.end->client_id));
    c.end->say({"attach", std::string{to_string(presence::mode_set::all())}});
  }
  static std::string payload_of(int n) { return "number " + std::to_string(n) + "\n 100%"; }

 private:
  [[nodiscard]] static presence::identity who_is(std::string_view client_id) {
    return client_id == "*" ? presence::identity::wildcard() : presence::identity{client_id};
  }
  struct connection {
    explicit connection(hub_type::session_type opened) : session(std::move(opened)) {}
    hub_type::session_type session;
    std::shared_ptr<wire> line = std::make_shared<wire>();
    std::shared_ptr<client_end> end = std::make_shared<client_end>(client_end{line, {}});
    server_end server{session, line};
  };

  hub_type hub_;
  std::vector<std::unique_ptr<connection>> connections_;
};

}  // namespace
}  // namespace examples_custom_wire_test

namespace presence::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(CustomWireExample, transport_conformance,
                               ::testing::Types<examples_custom_wire_test::line_harness>);
}
