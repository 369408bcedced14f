#include "replay.hpp"

#include <stdexcept>
#include <utility>

namespace replay {
namespace {

constexpr auto room_name = "room";

presence::hub_options with_grace(std::chrono::milliseconds grace) {
  presence::hub_options options;
  options.grace = grace;
  return options;
}

/// Only the observer looks. Participants who do not are told about themselves alone, which saves nine tenths of the work.
presence::presence_options looking_away() {
  presence::presence_options options;
  options.enable_events = false;
  return options;
}

}  // namespace

room::room(std::chrono::milliseconds grace, std::function<void(presence::time_point)> on_time)
    : grace_(grace),
      on_time_(std::move(on_time)),
      hub_(with_grace(grace), clock_),
      observer_session_(hub_.connect("observer")),
      observer_(observer_session_.room(room_name), {}, clock_) {
  observer_.attach();
}

void room::do_what_is_due(presence::time_point until) {
  for (auto due = hub_.next_deadline(); due && *due <= until; due = hub_.next_deadline()) {
    on_time_(*due);
    clock_.advance(*due - clock_.now());
    hub_.run_due();
  }
}

void room::advance(presence::time_point until) {
  do_what_is_due(until);
  on_time_(until);
  clock_.advance(until - clock_.now());
}

void room::finish() {
  const auto end = clock_.now() + grace_;
  do_what_is_due(end);
  clock_.advance(end - clock_.now());  // `on_time_` is not told: nobody need wait for a time when nothing happens
}

room::connections::iterator room::open(const trace_line& line) {
  auto session = hub_.connect(line.client);
  participant self{session.room(room_name), looking_away(), clock_};
  return connections_.emplace(line.connection, connection{std::move(session), std::move(self)}).first;
}

bool room::apply(const trace_line& line) {
  auto found = connections_.find(line.connection);
  const bool comes = line.what == happening::enter || line.what == happening::update;
  if (found == connections_.end()) {
    if (!comes) return false;
    found = open(line);
  } else if (found->second.session.client_id() != line.client) {
    throw std::invalid_argument{"the connection is that of another client"};
  }
  auto& [session, self] = found->second;

  std::error_code outcome;
  const auto keep = [&](std::error_code e) { outcome = e; };  // called before enter, update or leave returns
  switch (line.what) {
    case happening::enter: self.enter(keep); break;
    case happening::update: self.update(keep); break;
    case happening::leave:
      self.leave(keep);
      session.close();
      break;
    case happening::drop: session.drop(); break;
  }
  if (!comes) connections_.erase(found);  // what was dropped stays in the room for its grace period all the same
  if (outcome) throw std::system_error{outcome, "the hub refuses"};
  return true;
}

}  // namespace replay
