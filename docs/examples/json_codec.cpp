// A struct that travels as JSON, so that programs in other languages can read it, and metadata beside it.
#include <presence/codec/json.hpp>
#include <presence/presence.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <string>
#include <vector>

struct status {
  std::string text;
  std::vector<int> open_files;
};
BOOST_DESCRIBE_STRUCT(status, (), (text, open_files))  // all that the codec needs to know

using codec = presence::json_codec<status>;
using participant = presence::basic_presence<
    status, std::chrono::system_clock,
    presence::loopback<presence::payload, std::chrono::system_clock, presence::no_backplane, codec>>;

int main() {
  presence::hub<presence::payload> hub;
  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  participant a{alice.room("editor", codec{})}, b{bob.room("editor", codec{})};

  auto sub = b.subscribe([](const auto& event) {
    std::cout << event.client_id << ": " << event.data->text << ", " << event.data->open_files.size() << " files\n";
    const auto extras = presence::parse_extras(event.extras);  // extras are any object: no type is agreed on
    if (const auto* version = extras->if_contains("version")) std::cout << "  version " << *version << '\n';
  });
  a.enter({"typing", {3, 14}});
  a.update({"reviewing", {3}}, presence::make_extras({{"version", {1, 2}}, {"beta", true}}));

  // What went over the wire:
  const auto sent = codec{}.encode({"reviewing", {3}});
  std::cout << sent->content() << '\n';
}
