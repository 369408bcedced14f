// The package's component of Ably's protocol: both formats compile, and what they need is linked.
#include <presence/ably/frame.hpp>

int main() {
  presence::ably::protocol_message attach;
  attach.action = presence::ably::protocol_action::attach;
  attach.channel = "room";
  for (const auto format : {presence::ably::format::json, presence::ably::format::msgpack}) {
    const auto read = presence::ably::decode(presence::ably::encode(attach, format), format);
    if (!read || *read != attach) return 1;
  }
  return 0;
}
