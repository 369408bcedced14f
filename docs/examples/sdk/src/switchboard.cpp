#include "switchboard.hpp"

#include "channel.hpp"
#include "frames.hpp"
#include <presence/error.hpp>
#include <presence/mode.hpp>
#include <presence/sink.hpp>
#include <presence/sync_cursor.hpp>

#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

namespace parley {

using presence::errc;

/// What the hub calls. The attachment owns it.
struct switchboard::sink {
  switchboard* board;
  seat* at;

  void on_attached(const presence::attachment_info& info);
  void on_sync(const message_batch& page, const presence::sync_cursor& cursor);
  bool on_presence(const message_batch& messages);
  void on_detached(std::error_code why);
};

/// A session in its room. It outlives its connection by the grace period.
struct switchboard::seat {
  explicit seat(hub_type::session_type opened, std::string where)
      : session(std::move(opened)),
        room(std::move(where)) {}

  void tell(const writer& frame);
  void tell(const message_batch& messages, const writer& what_they_are);
  void tell_attached(bool goes_on, bool has_members, presence::mode_set modes) {
    tell(writer{kind::attached}.number(goes_on ? 1 : 0).number(has_members ? 1 : 0).number(modes.bits()));
  }

  hub_type::session_type session;
  std::string room;
  line* on = nullptr;      // none: the connection is lost
  std::uint64_t told = 0;  // frames, whether they arrived or not
  bool attached = false, resumed = false, behind = false;
  hub_type::attachment_type attachment;  // last: it calls the sink until it is gone
};

/// A connection: hears what a client says. Nothing that it hears is believed.
class switchboard::line : public channel::user {
 public:
  line(switchboard& of, uv_stream_t* listener) : board_(of), channel_(*of.loop_, listener, *this) {}
  virtual ~line() = default;

  void say(std::string_view frame) { channel_.send(frame); }
  [[nodiscard]] bool full() const { return channel_.full(); }

  seat* at = nullptr;

 private:
  void on_frame(std::string_view frame) override;
  void on_drained() override;
  void on_broken() override { board_.hang_up(*this); }

  void begin(reader fields);
  void take(seat& place) {
    at = &place;
    place.on = this;
    place.behind = false;
  }
  void hear(kind what, reader fields, std::string_view frame);
  void attach(reader fields);
  void publish(std::uint64_t token);

  switchboard& board_;
  channel channel_;
  bool refused_ = false;
  collector messages_{max_publish, max_publish_messages};
};

// --- what the hub says -----------------------------------------------------------------------------------------------

void switchboard::seat::tell(const writer& frame) {
  ++told;
  if (on != nullptr) on->say(frame.bytes());
}
void switchboard::seat::tell(const message_batch& messages, const writer& what_they_are) {
  told += messages->size();
  if (on != nullptr) {
    for (const message& m : *messages) on->say(to_frame(m));
  }
  tell(what_they_are);
}

void switchboard::sink::on_attached(const presence::attachment_info& info) {
  at->attached = true;
  at->resumed = info.resumed;
  if (at->on == nullptr) return;  // in a resume: `begin` tells
  at->tell_attached(info.resumed, info.has_members, info.modes);
}
void switchboard::sink::on_sync(const message_batch& page, const presence::sync_cursor& cursor) {
  at->tell(page, writer{kind::page}.text(to_string(cursor)));
}
bool switchboard::sink::on_presence(const message_batch& messages) {
  if (at->on != nullptr && at->on->full()) {  // a resync makes up for it, once there is room
    at->behind = true;
    return false;
  }
  at->tell(messages, writer{kind::live});
  return true;
}
void switchboard::sink::on_detached(std::error_code why) {
  if (why == errc::disconnected) return;  // until it comes back
  at->attached = false;
  at->tell(writer{kind::detached}.number(to_number(why)));
  if (at->on == nullptr) board->end(*at);  // which ends this as well
}

// --- what a client says ----------------------------------------------------------------------------------------------

void switchboard::line::on_frame(std::string_view frame) {
  reader fields{frame};
  const auto what = fields.what();
  if (refused_) {  // the client closes, unless it had left already
    if (what == kind::goodbye) board_.hang_up(*this);
    return;
  }
  if (at == nullptr && what == kind::hello) return begin(fields);
  if (at == nullptr || !what) return board_.hang_up(*this);
  hear(*what, fields, frame);
}

void switchboard::line::begin(reader fields) {
  const auto ticket = fields.text(), name = fields.text(), room = fields.text(), key = fields.text();
  const bool goes_on = fields.number() != 0;
  const auto heard = fields.number();
  if (!fields.ok()) return board_.hang_up(*this);
  const auto refuse = [this](std::error_code why) {
    refused_ = true;  // the client closes
    say(writer{kind::refused}.number(to_number(why)).bytes());
  };
  const auto welcome = [this](bool same) {
    const auto& session = at->session;
    say(writer{kind::welcome}
            .text(session.connection_id())
            .text(session.resume_key())
            .number(same ? 1 : 0)
            .number(at->told)
            .bytes());
  };
  auto who = board_.lets_in_(name, ticket);
  if (!who) return refuse(errc::not_permitted);
  if (auto back = board_.hub_.resume(key)) {
    seat& was = *board_.seats_.find(back->connection_id())->second;  // each session has one
    was.session = std::move(*back);
    board_.cut_off(was);
    if (goes_on && was.attached && was.session.client_id() == who->client_id && was.room == room) {
      take(was);
      welcome(true);
      // The hub knows what it has told, and only the client what of it has arrived.
      if (was.resumed && heard == was.told) return was.tell_attached(true, true, was.attachment.modes());
      return was.attachment.resync();
    }
    board_.end(was);
  }
  auto made = board_.hub_.try_connect(std::move(*who));
  if (!made) return refuse(made.error());
  std::string id = made->connection_id();
  auto& place = board_.seats_[std::move(id)];
  place = std::make_unique<seat>(std::move(*made), std::string{room});
  take(*place);
  welcome(false);
}

void switchboard::line::hear(kind what, reader fields, std::string_view frame) {
  switch (what) {
    case kind::one:
      if (!messages_.add(frame, fields)) board_.hang_up(*this);
      return;
    case kind::publish: return publish(fields.number());
    case kind::attach: return attach(fields);
    case kind::detach: return at->attached ? at->attachment.detach() : at->tell(writer{kind::detached}.number(0));
    case kind::resync: return at->attachment.resync();
    case kind::goodbye: return board_.end(*at);
    case kind::ping: return say(writer{kind::ping}.number(fields.number()).bytes());
    default: return board_.hang_up(*this);
  }
}

void switchboard::line::attach(reader fields) {
  const auto modes = presence::modes_from(static_cast<std::int64_t>(fields.number()));
  auto made = at->session.attach(at->room, modes.value_or(presence::mode_set{}), sink{&board_, at});
  if (!made) return at->tell(writer{kind::failed}.number(to_number(made.error())));
  at->attachment = std::move(*made);
}

void switchboard::line::publish(std::uint64_t token) {
  if (!at->attached) return at->tell(writer{kind::published}.number(token).number(to_number(errc::invalid_room_state)));
  // The hub answers after it has told the room, so that the sender's own event is on its way before.
  at->attachment.publish(messages_.take(), [to = at, token](std::error_code outcome) {
    to->tell(writer{kind::published}.number(token).number(to_number(outcome)));
  });
}

void switchboard::line::on_drained() {
  if (at != nullptr && std::exchange(at->behind, false)) at->attachment.resync();
}

// --- lines, seats and time -------------------------------------------------------------------------------------------

struct switchboard::listener : pinned {
  uv_tcp_t tcp{};
  switchboard* owner = nullptr;
};

switchboard::switchboard(std::shared_ptr<loop_core> on, int port, doorkeeper lets_in, std::chrono::milliseconds grace)
    : loop_(std::move(on)),
      lets_in_(std::move(lets_in)),
      due_(*loop_, [this] { run_due(); }),
      hub_(
          [&] {
            presence::hub_options options;
            options.grace = grace;
            options.sync_page = 100;
            options.on_earlier_deadline = [this] { due_.start(std::chrono::milliseconds{0}); };
            return options;
          }(),
          loop_clock{loop_}),
      listener_(new listener) {
  listener_->owner = this;
  uv_tcp_init(&loop_->uv, &listener_->tcp);
  listener_->tcp.data = static_cast<pinned*>(listener_);
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", port, &address);
  int status = uv_tcp_bind(&listener_->tcp, reinterpret_cast<const sockaddr*>(&address), 0);
  const auto come = [](uv_stream_t* at, int) noexcept {
    static_cast<listener*>(static_cast<pinned*>(at->data))->owner->accept();
  };
  if (status == 0) status = uv_listen(reinterpret_cast<uv_stream_t*>(&listener_->tcp), 128, come);
  int size = sizeof address;
  if (status == 0) status = uv_tcp_getsockname(&listener_->tcp, reinterpret_cast<sockaddr*>(&address), &size);
  if (status != 0) {
    close(reinterpret_cast<uv_handle_t*>(&listener_->tcp));
    throw std::system_error{-status, std::generic_category(), "parley: cannot listen"};
  }
  port_ = ntohs(address.sin_port);
}

switchboard::~switchboard() {
  close(reinterpret_cast<uv_handle_t*>(&listener_->tcp));
  for (auto& [id, left] : seats_) left->on = nullptr;
  lines_.clear();
  while (!seats_.empty()) end(*seats_.begin()->second);
}

void switchboard::accept() {
  auto made = std::make_unique<line>(*this, reinterpret_cast<uv_stream_t*>(&listener_->tcp));
  if (lines_.size() == max_lines) return;
  lines_.emplace(made.get(), std::move(made));
}

void switchboard::cut_off(seat& from) {
  line* const old = std::exchange(from.on, nullptr);
  if (old == nullptr) return;
  old->at = nullptr;
  hang_up(*old);
}

void switchboard::hang_up(line& gone) {
  const auto ending = lines_.extract(&gone);
  if (gone.at == nullptr) return;
  seat& left = *std::exchange(gone.at, nullptr);
  left.on = nullptr;
  left.attached ? left.session.drop() : end(left);
}

void switchboard::end(seat& gone) {
  cut_off(gone);
  const auto ending = seats_.extract(gone.session.connection_id());  // the hub tells the others while it goes
}

void switchboard::drop_connections() {
  while (!lines_.empty()) hang_up(*lines_.begin()->second);
}
void switchboard::drop_connection(const std::string& connection_id) {
  const auto found = seats_.find(connection_id);
  if (found != seats_.end() && found->second->on != nullptr) hang_up(*found->second->on);
}

void switchboard::run_due() {
  hub_.run_due();
  if (const auto next = hub_.due_in()) due_.start(*next);
}

}  // namespace parley
