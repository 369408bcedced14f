// A transport that cannot be asked for a sync.
#include <presence/presence.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

struct nowhere {
  using codec_type = presence::identity_codec<int>;
  using mutex_type = presence::null_mutex;
  std::string_view client_id() const { return "me"; }
  std::string connection_id() const { return "c"; }
  void bind(presence::transport_receiver<int>*) {}
  void attach(presence::mode_set) {}
  void detach() {}
#ifndef PRESENCE_MUST_FAIL
  void resync() {}
#endif
  void publish(std::vector<presence::message<int>>, presence::publish_token) {}
};

void enter(presence::basic_presence<int, std::chrono::system_clock, nowhere>& p) { p.enter(1); }
