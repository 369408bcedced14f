#include "call_transport.hpp"
#include "errors.hpp"
#include "loop_core.hpp"
#include <presence/basic_presence.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <parley/parley.hpp>
#include <utility>

namespace parley {
namespace {

using participant = presence::basic_presence<voice, loop_clock, call_transport>;

[[nodiscard]] person person_of(const std::string& name, const presence::shared_data<voice>& shows) {
  return {text{name}, shows ? std::optional{*shows} : std::nullopt};
}
[[nodiscard]] change change_of(presence::action what) {
  switch (what) {
    case presence::action::enter: return change::joined;
    case presence::action::update: return change::changed;
    case presence::action::leave: return change::left;
    default: return change::found;
  }
}
[[nodiscard]] presence::presence_options bounded() {
  presence::presence_options options;
  options.max_queued_operations = options.max_pending_operations = 256;
  return options;
}

/// At once, then more and more seldom.
[[nodiscard]] std::chrono::milliseconds delay_of(unsigned attempts) {
  return std::chrono::milliseconds{attempts == 0 ? 0 : 50 << std::min(attempts, 7U)};
}

}  // namespace

struct call::parts {
  parts(std::shared_ptr<loop_core> on, options how)
      : loop(std::move(on)),
        end(std::make_shared<call_end>(
            loop, call_end::identity{how.port, std::string{how.room.view()}, std::string{how.name.view()},
                                     std::string{how.ticket.view()}})),
        again(*loop, [this] { end->connect(); }),
        here(call_transport{end}, bounded(), loop_clock{loop}) {
    end->on_lost = [this] { again.start(delay_of(end->attempts())); };
    end->connect();
    if (how.on_connection) {
      states = here.subscribe_state([tell = std::move(how.on_connection)](const presence::room_event& e) {
        const bool was = e.previous == presence::room_state::attached, is = e.current == presence::room_state::attached;
        if (was != is) tell(is);
      });
    }
    if (how.on_error) {
      errors = here.subscribe_errors(
          [tell = std::move(how.on_error)](const presence::failure& f) { tell(told_as(f.code)); });
    }
    events = here.subscribe([tell = std::move(how.on_event)](const presence::event<voice>& e) {
      if (tell) tell({change_of(e.action), person_of(e.client_id, e.data)});
    });
  }

  [[nodiscard]] static participant::completion handler(done then) {
    if (!then) return {};
    return [then = std::move(then)](std::error_code outcome) { then(told_as(outcome)); };
  }

  std::shared_ptr<loop_core> loop;
  std::shared_ptr<call_end> end;
  timer again;
  participant here;
  presence::subscription states, errors, events;
};

call::call(loop& on, options how) : parts_(std::make_unique<parts>(on.core_, std::move(how))) {}
call::call(call&&) noexcept = default;
call& call::operator=(call&&) noexcept = default;
call::~call() = default;

void call::join(voice shows, done then) { parts_->here.enter(std::move(shows), parts::handler(std::move(then))); }
void call::update(voice shows, done then) { parts_->here.update(std::move(shows), parts::handler(std::move(then))); }
void call::leave(done then) { parts_->here.leave(parts::handler(std::move(then))); }

bool call::connected() const { return parts_->here.state() == presence::room_state::attached; }

std::vector<person> call::people() const {
  std::vector<person> all;
  parts_->here.for_each(
      [&](const auto& member) { all.push_back(person_of(std::string{member.client_id}, member.data)); });
  return all;
}

}  // namespace parley
