// The transport that the documents show keeps the contract that they state.
#define main example_main  // never called: it has no return, which only a main may do without
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"
#include "../../docs/examples/custom_transport.cpp"
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

namespace examples_custom_transport_test {
namespace {

class queue_harness {
 public:
  using transport_type = queue_transport;

  queue_transport connect(std::string_view client_id) {
    auto& made = connections_.emplace_back(std::make_unique<connection>(hub_.connect(who_is(client_id))));
    made->end->client_id = client_id;
    return queue_transport{made->end};
  }
  void settle() {
    for (bool quiet = false; !quiet;) {
      quiet = true;
      for (const auto& c : connections_) {
        quiet = quiet && c->line->requests.empty() && c->line->answers.empty();
        c->server.pump();
        pump(c->end);
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
    c.line->requests.push_back(attach_request{presence::mode_set::all()});
  }
  static payload payload_of(int n) { return payload::text(std::to_string(n)); }

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
}  // namespace examples_custom_transport_test

namespace presence::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(CustomTransportExample, transport_conformance,
                               ::testing::Types<examples_custom_transport_test::queue_harness>);
}
