// What a hub hands out: a session, and a session's attachment to a room.
#ifndef PRESENCE_SESSION_HPP
#define PRESENCE_SESSION_HPP

#include <presence/batch.hpp>
#include <presence/detail/hub/hub_core.hpp>
#include <presence/fwd.hpp>
#include <presence/loopback.hpp>
#include <presence/mode.hpp>
#include <presence/options.hpp>
#include <presence/publishing.hpp>
#include <presence/result.hpp>
#include <presence/sink.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI {

/// A session attached to a room with a sink of yours. Destroying it detaches; but while the connection is lost its
/// members stay for the grace period, and where another handle has resumed the session they stay for that one. When the
/// destructor has returned, the sink and the handlers are not running and will not run, unless it was called from
/// inside one. Handlers that were still to come have been told `operation_aborted`. A sink that it owns is not called any
/// more, but may be destroyed a little later, by another thread that is just telling the room something.
///
/// Concurrency: as `basic_hub`; one object is for one thread at a time.
template <class Data, class Clock, class Backplane>
class basic_attachment : public publishing<basic_attachment<Data, Clock, Backplane>, Data> {
  using core = detail::hub_core<Data, Clock, Backplane>;

 public:
  /// `void(std::error_code)`, called exactly once, after the room's receivers have been told.
  using completion = detail::publish_completion;

  basic_attachment() noexcept = default;  ///< to nothing, as a moved-from one
  ///@{
  /// Takes the attachment over; the one that this was ends as by the destructor.
  basic_attachment(basic_attachment&&) noexcept = default;
  basic_attachment& operator=(basic_attachment&& other) noexcept {
    if (this != &other) {
      give_up();
      session_ = std::move(other.session_);
      attachment_ = std::exchange(other.attachment_, {});
      owner_ = other.owner_;
    }
    return *this;
  }
  ///@}
  /// Detaches, see above. Never fails.
  ~basic_attachment() { give_up(); }

  // `enter`, `update`, `leave` and those for a client are in <presence/publishing.hpp>: a `publish` of one message each.

  /// Several messages at once. All or nothing: if one message is refused none is applied. Messages need an action; the
  /// client id where the session may act for several; data and extras. The hub fills in the rest, but keeps the id of a
  /// re-entry that it gave out itself. Errors: `bad_request` for no message or an action that cannot be published;
  /// `message_too_large`; `invalid_client_id`; `invalid_data` for extras that are no JSON object, or a payload that is
  /// not what it says; `not_permitted`; `evicted`; `rate_limited`; `room_full`; `banned`; `disconnected` while the
  /// connection is lost; `invalid_room_state` when detached; `operation_aborted`; `overloaded`, from inside a callback;
  /// `std::errc::not_enough_memory`. A handler that is told one of the last three may be called before this returns,
  /// ahead of those of earlier calls. Outside of all callbacks this waits where too much is still to be told
  /// (T11). Without a handler nobody is told an error. Linear in the messages, then in the receivers.
  void publish(std::vector<message<Data>> messages, completion handler = {}) {
    if (session_ == nullptr) {
      if (handler) handler(make_error_code(errc::operation_aborted));
      return;
    }
    const auto s = session_;  // a callback may destroy this
    const auto at = attachment_;
    s->hub->publish(*s, at, std::move(messages), std::move(handler));
  }

  /// The same for a batch. Errors beside those: `bad_request` for a batch that names a client twice.
  template <std::same_as<batch<Data>> Batch>  // so that `publish({})` means no messages
  void publish(Batch all, completion handler = {}) {
    handler = detail::batch_access::completion_of(all, std::move(handler));
    auto& entries = detail::batch_access::entries(all);
    std::vector<message<Data>> messages;  // where there are none the hub refuses that
    if (session_ != nullptr && detail::names_each_once(entries, session_->who.client_id)) {
      messages.reserve(entries.size());
      for (auto& each : entries) messages.push_back(message_of(std::move(each)));
    }
    publish(std::move(messages), std::move(handler));
  }

  /// The sink is told `on_detached` without an error, and the members leave, if this was the session's last attachment
  /// to the room (H5, H12), or linger (H26). Detaching again does nothing. Never fails. Linear in these members.
  void detach() {
    const auto s = session_;  // a callback may destroy this
    const auto at = attachment_;
    if (s != nullptr) s->hub->detach(*s, at);
  }

  /// Asks for the room anew: `on_attached`, not resumed, and a sync. For a sink that could not keep up. Does nothing
  /// while one waits to be told already (H13, H32). Never fails. Linear in the room's members.
  void resync() {
    const auto s = session_;  // a callback may destroy this
    const auto at = attachment_;
    if (s != nullptr) s->hub->resync(at);
  }

  /// The room's name, in the hub's spelling; empty for a moved-from attachment.
  [[nodiscard]] std::string_view room() const noexcept {
    return session_ != nullptr ? std::string_view{attachment_.where->name} : std::string_view{};
  }
  /// The id of its session; empty for a moved-from attachment.
  [[nodiscard]] const std::string& connection_id() const noexcept {
    static const std::string none;
    return session_ != nullptr ? session_->connection_id : none;
  }
  /// What it may do now: what was granted at first, or by `basic_hub::reauthorize` since.
  [[nodiscard]] mode_set modes() const noexcept {
    return session_ != nullptr ? attachment_.record->modes.load() : mode_set{};
  }

 private:
  template <class, class, class>
  friend class basic_hub;
  template <class, class, class>
  friend class basic_session;
  template <class, class, class, class>
  friend class loopback;
  friend class publishing<basic_attachment, Data>;

  void operate(action what, std::string* client_id, shared_data<Data> data, extras&& extra, completion handler) {
    std::vector<message<Data>> one(1);
    one.front().action = what;
    if (client_id != nullptr) one.front().client_id = std::move(*client_id);
    one.front().data = std::move(data);
    one.front().extras = std::move(extra);
    publish(std::move(one), std::move(handler));
  }
  [[nodiscard]] static message<Data> message_of(detail::batch_entry<Data>&& one) {
    message<Data> made;
    made.action = one.what;
    made.client_id = std::move(one.client_id);
    made.data = std::move(one.data);
    made.extras = std::move(one.extras);
    return made;
  }

  basic_attachment(typename core::session_ptr s, std::uint32_t owner, typename core::attachment at) noexcept
      : session_(std::move(s)),
        attachment_(std::move(at)),
        owner_(owner) {}

  void give_up() noexcept {
    if (const auto s = std::exchange(session_, nullptr)) s->hub->forget(*s, attachment_, owner_, true);
    attachment_ = {};
  }

  typename core::session_ptr session_;
  typename core::attachment attachment_;
  std::uint32_t owner_ = 0;  // of the session when it was made
};

/// One connection of one client to a hub. Destroying it closes it, unless the connection was dropped: then the grace
/// period goes on, and `basic_hub::resume` may still take it up.
///
/// Concurrency: as `basic_hub`; one object is for one thread at a time.
template <class Data, class Clock, class Backplane>
class basic_session {
  using core = detail::hub_core<Data, Clock, Backplane>;

 public:
  using attachment_type = basic_attachment<Data, Clock, Backplane>;  ///< what `attach` gives

  basic_session() noexcept = default;  ///< of no hub, as a moved-from one: `connection_closed` is all that it says
  ///@{
  /// Takes the session over; the one that this was ends as by the destructor.
  basic_session(basic_session&&) noexcept = default;
  basic_session& operator=(basic_session&& other) noexcept {
    if (this != &other) {
      finish();
      session_ = std::move(other.session_);
      owner_ = other.owner_;
    }
    return *this;
  }
  ///@}
  /// Closes the session where it is connected and this handle's.
  ~basic_session() { finish(); }

  /// Public, unique for the life of the hub, not guessable. Empty for a moved-from session.
  [[nodiscard]] const std::string& connection_id() const noexcept {
    return session_ != nullptr ? session_->connection_id : none();
  }
  /// As the hub spells it; empty for an anonymous session and for a moved-from one.
  [[nodiscard]] const std::string& client_id() const noexcept {
    return session_ != nullptr ? session_->who.client_id : none();
  }
  /// Secret: whoever has it can take the session over. Empty for a moved-from session.
  [[nodiscard]] const std::string& resume_key() const noexcept {
    return session_ != nullptr ? session_->resume_key : none();
  }

  /// Whether this handle is its session's and the session is connected: not dropped, closed or taken over. O(1).
  [[nodiscard]] bool connected() const {
    if (session_ == nullptr) return false;
    const std::lock_guard lock{session_->mutex};
    return session_->state == detail::session_state::connected && session_->owner == owner_;
  }

  /// A room as the transport of a `basic_presence` in this process. Attaches nothing yet. It stays the session's when
  /// that is resumed; from a handle that is not its session's any more it only says `connection_closed`.
  [[nodiscard]] loopback<Data, Clock, Backplane> room(std::string_view name) const {
    return loopback<Data, Clock, Backplane>{session_, !mine(), name, {}};
  }
  /// The same where the hub carries payloads and the participant has data of its own.
  template <codec Codec>
  requires std::same_as<typename Codec::payload_type, Data>
  [[nodiscard]] loopback<Data, Clock, Backplane, Codec> room(std::string_view name, Codec with) const {
    return loopback<Data, Clock, Backplane, Codec>{session_, !mine(), name, std::move(with)};
  }

  /// A participant of a room in this process, which is attached at once. `auto p = session.join("lobby");`
  /// It has the hub's clock. Of a moved-from session it has a clock of its own, or where that cannot be made without
  /// arguments this throws `presence_error` with `connection_closed`. Needs <presence/basic_presence.hpp>.
  template <class Options = presence_options>
  [[nodiscard]] basic_presence<Data, Clock, loopback<Data, Clock, Backplane>> join(std::string_view name,
                                                                                   Options options = {}) const {
    basic_presence<Data, Clock, loopback<Data, Clock, Backplane>> made{room(name), options, clock()};
    made.attach();
    return made;
  }

  /// Attaches to a room with a sink, which is told so before this returns; from inside a callback or while the connection is
  /// lost later, in its turn (H2). The attachment owns the sink, given by value
  /// (moved in) or as a `std::shared_ptr`; with `std::ref(sink)` it refers to one that has to outlive it.
  ///
  /// Several attachments of a session to one room share the session's members there, which leave with the last of them,
  /// and each is told everything. One whose object was destroyed while its members had to stay (the connection was lost,
  /// or the session was resumed by somebody else) gives its place to the new one: that is told `resumed` if nothing was
  /// missed meanwhile. Errors: `invalid_room_name` if empty, too long or not UTF-8; `not_permitted`; `too_many_rooms`;
  /// `connection_closed` (also if this handle is not its session's any more), `connection_expired`; `bad_request` for a
  /// null pointer. Linear in the room's members.
  template <attachable_sink<Data> Sink>
  requires(!std::is_lvalue_reference_v<Sink> || !presence_sink<std::remove_cvref_t<Sink>, Data>)
      [[nodiscard]] result<attachment_type> attach(std::string_view name, mode_set modes, Sink&& sink) {
    return attach_held(name, modes, detail::hold_sink<Data>(std::remove_cvref_t<Sink>(std::forward<Sink>(sink))));
  }
  template <presence_sink<Data> Sink>
  [[deprecated(
      "a sink that moves or ends earlier is called all the same: say std::ref(sink), or give it away by "
      "std::move or as a shared_ptr")]] [[nodiscard]] result<attachment_type>
  /// Deprecated: as with `std::ref(sink)`, without saying that the sink has to outlive the attachment and stay where it is.
  attach(std::string_view name, mode_set modes, Sink& sink) {
    return attach_held(name, modes, detail::hold_sink<Data>(std::ref(sink)));
  }

  /// Detaches from a room whatever attachments the session has there, as `basic_attachment::detach`. For what is left
  /// after a resume that nobody attached to again. Returns whether there was one. Does nothing where the session is not
  /// connected or this handle is not its session's any more.
  bool detach(std::string_view name) {
    const auto s = session_;  // a callback may destroy this
    return connected() && s->hub->detach(*s, name);
  }

  /// Ends the session: its members leave at once, or after its linger where it has one. Does nothing if this handle
  /// is not its session's any more (H5, H26). Never fails: without memory to linger they leave at once (H34). Linear in its
  /// rooms and members.
  void close() {
    if (const auto s = session_) s->hub->close(s, owner_);  // a callback may destroy this
  }

  /// The connection is lost: members stay for the grace period, and only `basic_hub::resume` brings it back (H4). Does
  /// nothing if it is lost already, or this handle is not its session's any more. Linear in its rooms, and with
  /// `hub_options::show_lost` in its members (S27).
  void drop() {
    if (const auto s = session_) s->hub->drop(s, owner_);  // a callback may destroy this
  }

 private:
  template <class, class, class>
  friend class basic_hub;

  basic_session(typename core::session_ptr s, std::uint32_t owner) noexcept : session_(std::move(s)), owner_(owner) {}

  [[nodiscard]] result<attachment_type> attach_held(std::string_view name, mode_set modes, typename core::sink_ptr to) {
    const auto s = session_;  // a callback may destroy this
    const std::uint32_t owner = owner_;
    if (s == nullptr) return errc::connection_closed;
    if (to == nullptr) return errc::bad_request;
    auto made = s->hub->attach(*s, owner, name, modes, std::move(to));
    if (!made) return made.error();
    s->hub->settle(*made);
    return attachment_type{s, owner, std::move(*made)};
  }

  [[nodiscard]] static const std::string& none() noexcept {
    static const std::string empty;
    return empty;
  }
  [[nodiscard]] Clock clock() const {
    if (session_ != nullptr) return session_->hub->clock();
    if constexpr (std::default_initializable<Clock>) {
      return Clock{};
    } else {
      detail::throw_error(make_error_code(errc::connection_closed), "presence::join");
    }
  }
  /// Whether this handle is its session's still.
  [[nodiscard]] bool mine() const {
    if (session_ == nullptr) return false;
    const std::lock_guard lock{session_->mutex};
    return session_->owner == owner_;
  }
  void finish() noexcept {
    if (connected()) close();
    session_.reset();
  }

  typename core::session_ptr session_;
  std::uint32_t owner_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
