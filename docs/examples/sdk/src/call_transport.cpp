#include "call_transport.hpp"

#include <presence/error.hpp>
#include <presence/sync_cursor.hpp>

namespace parley {

using presence::errc;
using presence::room_state;

void call_end::connect() {
  if (refused()) return;
  ++attempts_;
  welcomed_ = false;
  static_cast<void>(messages_.take());
  channel_ = std::make_unique<channel>(*loop_, who_.port, *this);
  say(writer{kind::hello}
          .text(who_.ticket)
          .text(who_.name)
          .text(who_.room)
          .text(key_)
          .number(goes_on_ ? 1 : 0)
          .number(heard_));
}

void call_end::bind(receiver* to) {
  to_ = to;
  if (to != nullptr) return;
  on_lost = nullptr;
  welcomed_ = false;
  if (channel_ == nullptr) return;
  say(writer{kind::goodbye});
  channel_->leave_it_to_the_other_side();
  channel_.reset();
}

void call_end::attach(presence::mode_set modes) {
  if (refusal_) return become({room_state::failed, false, false, {}, refusal_});
  wanted_ = modes;
  if (welcomed_) say(writer{kind::attach}.number(modes.bits()));
}

void call_end::detach() {
  wanted_.reset();
  if (welcomed_) {
    detaching_ = true;
    return say(writer{kind::detach});
  }
  goes_on_ = false;
  if (channel_ != nullptr) connect();  // what that has said is true no longer
  become({room_state::detached, false, false, {}, {}});
}

void call_end::resync() {
  if (welcomed_) return say(writer{kind::resync});
  heard_ = nothing_known;  // then the answer is the sync that comes with the connection
}

void call_end::publish(std::vector<message> messages, presence::publish_token token) {
  unanswered_.insert(token);
  if (!welcomed_) return answer(token, errc::disconnected);
  std::vector<std::string> frames;
  std::size_t bytes = 0;
  for (message& m : messages) {
    m.connection_id = connection_id_;  // which an id is of
    frames.push_back(to_frame(m));
    bytes += frames.back().size();
    if (frames.back().size() > max_frame || bytes > max_publish || frames.size() == max_publish_messages) {
      return answer(token, errc::message_too_large);
    }
  }
  for (const auto& frame : frames) channel_->send(frame);
  say(writer{kind::publish}.number(token));
}

void call_end::say(const writer& frame) {
  if (channel_ == nullptr) return;
  channel_->send(frame.bytes());
  if (frame.bytes()[0] != static_cast<char>(kind::ping)) ++traffic_;
}

void call_end::on_broken() {
  const auto keep = shared_from_this();
  channel_.reset();
  if (std::exchange(welcomed_, false)) {
    if (std::exchange(detaching_,
                      false)) {  // it is not known whether the server has heard it: the next connection says so
      goes_on_ = false;
      become({room_state::detached, false, false, {}, {}});
    }
    if (wanted_) become({room_state::attaching, false, false, {}, errc::disconnected});
    while (!unanswered_.empty()) {
      if (to_ == nullptr) break;
      answer(*unanswered_.begin(), errc::disconnected);
    }
  }
  if (on_lost) on_lost();
}

void call_end::on_frame(std::string_view frame) {
  const auto keep = shared_from_this();
  reader fields{frame};
  const auto what = fields.what();
  if (what == kind::ping) {
    last_ping_ = fields.number();
    return;
  }
  ++traffic_;
  if (!welcomed_) {  // before that a server says one of these, and later neither
    if (what == kind::welcome) return welcome(fields);
    if (what == kind::refused) return refuse(to_error(fields.number()));
    return;
  }
  if (!what) return;
  if (heard_ != nothing_known) ++heard_;
  hear(*what, fields, frame);
}

void call_end::welcome(reader fields) {
  const auto connection_id = fields.text(), key = fields.text();
  const bool same = fields.number() != 0;
  const auto told = fields.number();
  if (!fields.ok()) return on_broken();
  connection_id_ = connection_id;
  key_ = key;
  heard_ = told;
  welcomed_ = goes_on_ = true;
  if (!same && wanted_) say(writer{kind::attach}.number(wanted_->bits()));  // else the server attaches it by itself
}

void call_end::refuse(std::error_code why) {
  refusal_ = why ? why : errc::bad_request;  // a server that does not say why
  channel_.reset();
  if (std::exchange(wanted_, std::nullopt)) become({room_state::failed, false, false, {}, refusal_});
}

void call_end::hear(kind what, reader fields, std::string_view frame) {
  if (to_ == nullptr) return;
  switch (what) {
    case kind::one:
      if (!messages_.add(frame, fields)) say(writer{kind::resync});  // something was missed
      return;
    case kind::live: return to_->on_presence(presence::make_batch(messages_.take()));
    case kind::page: {
      const auto page = presence::make_batch(messages_.take());
      const auto cursor = presence::parse_sync_cursor(fields.text());
      return cursor ? to_->on_sync(page, *cursor) : say(writer{kind::resync});
    }
    case kind::attached: {
      attempts_ = 0;
      const bool resumed = fields.number() != 0, has_members = fields.number() != 0;
      const auto modes = presence::modes_from(static_cast<std::int64_t>(fields.number()));
      return become({room_state::attached, resumed, has_members, modes.value_or(presence::mode_set{}), {}});
    }
    case kind::detached:
    case kind::failed:
      detaching_ = false;
      if (const auto why = to_error(fields.number())) {
        wanted_.reset();
        return become({what == kind::failed ? room_state::failed : room_state::detached, false, false, {}, why});
      }
      return become({room_state::detached, false, false, {}, {}});
    case kind::published: {
      const auto token = fields.number();
      return answer(token, to_error(fields.number()));
    }
    default: return;
  }
}

}  // namespace parley
