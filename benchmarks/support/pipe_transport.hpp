// A transport with nothing behind it: the benchmark is the network.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_PIPE_TRANSPORT_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_PIPE_TRANSPORT_HPP

#include "workload.hpp"
#include <presence/codec.hpp>
#include <presence/transport.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

template <class Mutex>
class pipe_transport {
 public:
  using codec_type = presence::identity_codec<data>;
  using mutex_type = Mutex;
  using receiver = presence::transport_receiver<data>;

  /// Where the benchmark gets hold of the participant on the other end.
  explicit pipe_transport(receiver*& other_end) : other_end_(&other_end) {}

  [[nodiscard]] std::string_view client_id() const { return "observer"; }
  [[nodiscard]] std::string connection_id() const { return "observer-1"; }
  void bind(receiver* to) { *other_end_ = to; }
  void attach(presence::mode_set modes) {
    (*other_end_)->on_state({presence::room_state::attached, false, false, modes, {}});
  }
  void detach() { (*other_end_)->on_state({presence::room_state::detached, false, false, {}, {}}); }
  void publish(const std::vector<message>&, presence::publish_token token) { (*other_end_)->on_published(token, {}); }
  void resync() { attach(presence::mode_set::all()); }

 private:
  receiver** other_end_;
};

}  // namespace bench

#endif
