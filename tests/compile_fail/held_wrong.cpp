// What is held wrong and does not compile. Each `#line` names a wrong way: an error has to be found there, and where a text
// follows, it has to be said.
#include <presence/presence.hpp>

#include <memory>
#include <string>
#include <utility>

#pragma GCC diagnostic error "-Wunused-result"
#pragma GCC diagnostic error "-Wdeprecated-declarations"

using hub_type = presence::hub<std::string>;

struct outbox {
  void on_attached(const presence::attachment_info&) {}
  void on_sync(const presence::message_batch<std::string>&, const presence::sync_cursor&) {}
  bool on_presence(const presence::message_batch<std::string>&) { return true; }
  void on_detached(std::error_code) {}
};

/// Lacks the last of the four.
struct half_an_outbox {
  void on_attached(const presence::attachment_info&) {}
  void on_sync(const presence::message_batch<std::string>&, const presence::sync_cursor&) {}
  bool on_presence(const presence::message_batch<std::string>&) { return true; }
};

constexpr auto all = presence::mode_set::all();

void right(hub_type& hub, hub_type::session_type& session, hub_type::participant& p) {
  auto sub = p.subscribe([](const auto&) {});
  auto attached = session.attach("lobby", all, outbox{});
  auto attachment = std::move(attached).value();
  auto moved = std::move(attachment);
  auto back = hub.resume("key", [](std::string_view) { return outbox{}; });
}

#ifdef PRESENCE_MUST_FAIL
void wrong(hub_type& hub, hub_type::session_type& session, hub_type::participant& p,
           hub_type::attachment_type& attachment, presence::subscription& sub, outbox& sink) {
#line 1 "forgotten_subscription"  // says: nodiscard
  p.subscribe([](const auto&) {});
#line 1 "forgotten_attachment"  // says: nodiscard
  session.attach("lobby", all, outbox{});
#line 1 "forgotten_session"  // says: nodiscard
  hub.connect("alice");
#line 1 "forgotten_resume"  // says: nodiscard
  hub.resume("key");
#line 1 "forgotten_participant"  // says: nodiscard
  session.join("lobby");
#line 1 "forgotten_tracked"  // says: nodiscard
  presence::tracked(std::make_shared<outbox>(), [](auto&, const auto&) {});
#line 1 "sink_by_reference"  // says: say std::ref
  auto by_reference = session.attach("lobby", all, sink);
#line 1 "copied_attachment"
  auto copied_attachment = attachment;
#line 1 "copied_session"
  auto copied_session = session;
#line 1 "copied_subscription"
  auto copied_subscription = sub;
#line 1 "copied_participant"
  auto copied_participant = p;
#line 1 "copied_hub"
  auto copied_hub = hub;
#line 1 "sink_by_raw_pointer"
  auto by_pointer = session.attach("lobby", all, &sink);
#line 1 "sink_without_on_detached"  // says: on_detached
  auto half = session.attach("lobby", all, half_an_outbox{});
#line 1 "resume_with_a_reference_to_a_sink"
  auto back = hub.resume("key", [&](std::string_view) -> outbox& { return sink; });
#line 1 "listener_of_something_else"
  auto listens = p.subscribe([](int) {});
#line 1 "data_of_another_type"
  p.enter(outbox{});
#line 1 "handler_for_something_else"
  p.enter("here", [](int, int) {});
}
#endif
