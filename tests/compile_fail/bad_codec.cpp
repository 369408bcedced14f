// A codec that cannot read what it writes, in a transport that has everything else.
#include <presence/presence.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

struct one_way {
  using value_type = int;
  using payload_type = presence::payload;
  presence::result<presence::payload> encode(int n) const { return presence::payload::text(std::to_string(n)); }
#ifndef PRESENCE_MUST_FAIL
  presence::result<int> decode(const presence::payload& raw) const { return static_cast<int>(raw.size()); }
#endif
};

struct nowhere {
  using codec_type = one_way;
  using mutex_type = presence::null_mutex;
  std::string_view client_id() const { return "me"; }
  std::string connection_id() const { return "c"; }
  void bind(presence::transport_receiver<presence::payload>*) {}
  void attach(presence::mode_set) {}
  void detach() {}
  void resync() {}
  void publish(std::vector<presence::message<presence::payload>>, presence::publish_token) {}
};

void enter(presence::basic_presence<int, std::chrono::system_clock, nowhere>& p) { p.enter(1); }
