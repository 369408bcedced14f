// Loopback keeps the contract of transports: with each kind of mutex, with and without serialization, as itself and inside an
// any_transport.
// A program of its own: its rooms of many types would be too much beside the other files.
#include "support/counted.hpp"
#include <presence/any_transport.hpp>
#include <presence/codec/text.hpp>
#include <presence/presence.hpp>
#include <presence/testing/checked_mutex.hpp>
#include <presence/testing/manual_clock.hpp>
#include <presence/testing/transport_conformance.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::test::participant_loopback_conformance_test {
namespace {

template <class Mutex, class Codec>
struct loopback_harness {
  using wire = typename Codec::payload_type;
  using backplane_type = basic_no_backplane<Mutex>;
  using hub_type = basic_hub<wire, testing::manual_clock, backplane_type>;
  using transport_type = loopback<wire, testing::manual_clock, backplane_type, Codec>;

  transport_type connect(std::string_view client_id) {
    sessions.push_back(hub.connect(client_id == "*" ? identity::wildcard() : identity{client_id}));
    if constexpr (std::is_same_v<Codec, identity_codec<wire>>) {
      return sessions.back().room("lobby");
    } else {
      return sessions.back().room("lobby", Codec{});
    }
  }
  void settle() {}  // what a call causes is delivered when it returns
  static wire payload_of(int n) {
    if constexpr (std::is_same_v<wire, payload>) {
      return payload::text(std::to_string(n));
    } else {
      return wire(n);
    }
  }
  void drop(std::size_t nth) { sessions[nth].drop(); }
  void restore(std::size_t nth) { sessions[nth] = hub.resume(std::string{sessions[nth].resume_key()}).value(); }
  void expire(std::size_t) {
    clock.advance(*hub.due_in());
    hub.run_due();
  }

  testing::manual_clock clock;
  hub_type hub{{.sync_page = 10}, clock};
  std::vector<typename hub_type::session_type> sessions;
};

/// The same behind a type that says nothing of it.
template <class Mutex, class Codec>
struct any_harness : loopback_harness<Mutex, Codec> {
  using transport_type = any_transport<typename Codec::value_type, Codec, Mutex>;
  transport_type connect(std::string_view client_id) { return loopback_harness<Mutex, Codec>::connect(client_id); }
};

}  // namespace
}  // namespace presence::test::participant_loopback_conformance_test

namespace presence::testing {

using test::counted;
using test::participant_loopback_conformance_test::any_harness;
using test::participant_loopback_conformance_test::loopback_harness;
using loopbacks =
    ::testing::Types<loopback_harness<std::mutex, identity_codec<counted>>,
                     loopback_harness<null_mutex, identity_codec<counted>>,
                     loopback_harness<checked_mutex, identity_codec<counted>>, loopback_harness<std::mutex, text_codec>,
                     loopback_harness<null_mutex, text_codec>, loopback_harness<checked_mutex, text_codec>>;
INSTANTIATE_TYPED_TEST_SUITE_P(loopback, transport_conformance, loopbacks);

using erased =
    ::testing::Types<any_harness<std::mutex, identity_codec<counted>>, any_harness<checked_mutex, text_codec>>;
INSTANTIATE_TYPED_TEST_SUITE_P(any_transport, transport_conformance, erased);

}  // namespace presence::testing
