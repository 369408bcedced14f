// Choosing a codec. Data that stays in the program needs none; data that leaves it travels as a payload, and each
// participant has a codec for the payloads of its hub. JSON has an example of its own: json_codec.cpp.
#include <presence/codec/text.hpp>
#include <presence/presence.hpp>

#include <iostream>
#include <memory>
#include <string>

// --- identity: any type, also one that could not be copied, and nothing is copied --------------------------------------

struct document {
  std::unique_ptr<std::string> text;
};

void share_within_the_program() {
  presence::hub<document> hub;
  auto alice = hub.connect("alice"), bob = hub.connect("bob"), carol = hub.connect("carol");
  presence::local_presence<document> a{alice.room("desk")}, b{bob.room("desk")}, c{carol.room("desk")};
  b.attach();
  c.attach();
  a.enter({std::make_unique<std::string>("a long text")});

  const auto seen_by_bob = b.get("alice").value(), seen_by_carol = c.get("alice").value();
  std::cout << std::boolalpha << "the same document: " << same(seen_by_bob[0].data, seen_by_carol[0].data) << '\n';
}

// --- payloads: one hub, and a codec for each participant ----------------------------------------------------------------

enum class mood { happy, busy };

/// A codec is a struct with two functions. What comes in is not to be trusted: decode says no rather than guess.
struct mood_codec {
  using value_type = mood;
  using payload_type = presence::payload;

  [[nodiscard]] presence::result<presence::payload> encode(mood m) const {
    return presence::payload::text(m == mood::happy ? "happy" : "busy");
  }
  [[nodiscard]] presence::result<mood> decode(const presence::payload& raw) const {
    if (raw.content() == "happy") return mood::happy;
    if (raw.content() == "busy") return mood::busy;
    return presence::errc::invalid_data;
  }
};

template <class Codec>
using participant = presence::basic_presence<
    typename Codec::value_type, std::chrono::system_clock,
    presence::loopback<presence::payload, std::chrono::system_clock, presence::no_backplane, Codec>>;

void encode_and_decode() {
  presence::hub<presence::payload> hub;
  auto alice = hub.connect("alice"), bob = hub.connect("bob");
  participant<presence::text_codec> a{alice.room("desk", presence::text_codec{})};
  participant<mood_codec> b{bob.room("desk", mood_codec{})};

  auto sub = b.subscribe([](const auto& event) {
    std::cout << event.client_id << ' ' << event.action << ": ";
    if (event.data) {
      std::cout << (*event.data == mood::happy ? "happy" : "busy") << '\n';
    } else {  // whoever sent it, the member is there: only its data is not understood
      std::cout << event.data.error().message() << ", received \"" << event.data.raw()->content() << "\"\n";
    }
  });
  a.enter("happy");
  a.update("out for lunch");
  b.enter(mood::busy);
  std::cout << "bob's payload, as text: " << *a.get("bob").value()[0].data << '\n';
}

int main() {
  share_within_the_program();
  encode_and_decode();
}
