// The package's JSON component: the optional header compiles, and what it needs is linked.
#include <presence/codec/json.hpp>
#include <presence/presence.hpp>

#include <boost/describe/class.hpp>

#include <string>

struct status {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(status, (), (text))

int main() {
  const presence::json_codec<status> codec;
  const auto sent = codec.encode({"online"});
  return sent && codec.decode(*sent).value().text == "online" ? 0 : 1;
}
