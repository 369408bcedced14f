// The embedded transport: a room of a hub session in the same process.
#ifndef PRESENCE_LOOPBACK_HPP
#define PRESENCE_LOOPBACK_HPP

#include <presence/codec.hpp>
#include <presence/detail/hub/hub_core.hpp>
#include <presence/detail/util/attempt.hpp>
#include <presence/fwd.hpp>
#include <presence/transport.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI {

/// A transport (docs/transport.md) that is a sink of a hub: what the hub tells goes straight to the participant, and
/// neither data nor strings are copied on the way. `basic_session::room` makes it. It may outlive session and hub.
///
/// Its functions are for the participant that it is moved into, and what they do is the contract of docs/transport.md.
/// Errors that it reports: those of `basic_session::attach` and `basic_attachment::publish`; `connection_closed` where the
/// session has ended, is somebody else's by now, or was moved from.
template <class Data, class Clock, class Backplane, class Codec>
class loopback {
  using core = detail::hub_core<Data, Clock, Backplane>;
  using receiver = transport_receiver<Data>;

 public:
  using clock_type = Clock;                           ///< the hub's clock
  using codec_type = Codec;                           ///< identity, or what turns the data into what the hub carries
  using mutex_type = typename Backplane::mutex_type;  ///< the hub's mutex

  ///@{
  /// Takes over; what this was bound to and attached to ends. Of a moved-from one no more is asked than its end.
  loopback(loopback&&) noexcept = default;
  loopback& operator=(loopback&& other) noexcept {
    if (this != &other) {
      unbind();
      session_ = std::move(other.session_);
      stale_ = other.stale_;
      name_ = std::move(other.name_);
      codec_ = std::move(other.codec_);
      relay_ = std::move(other.relay_);
    }
    return *this;
  }
  ///@}
  /// Ends the attachment: the members leave, or stay for the grace period where that has begun.
  ~loopback() { unbind(); }

  /// The client id of the session; empty for an anonymous one.
  [[nodiscard]] std::string_view client_id() const noexcept {
    return session_ != nullptr ? std::string_view{session_->who.client_id} : std::string_view{};
  }
  /// The id of the session; empty where the room was made by a handle that was not its session's any more.
  [[nodiscard]] std::string connection_id() const {
    return session_ != nullptr && !stale_ ? session_->connection_id : std::string{};
  }
  /// Where the attachment stands; `failed` for a moved-from transport. Any thread.
  [[nodiscard]] room_state state() const noexcept {
    return relay_ != nullptr ? relay_->state.load(std::memory_order_acquire) : room_state::failed;
  }
  /// The codec that the participant uses.
  [[nodiscard]] const Codec& codec() const noexcept { return codec_; }

  /// From now on `to` is told; null: nobody. Then no call is running or follows when it returns, unless this is
  /// inside one.
  void bind(receiver* to) {
    if (to == nullptr) {
      unbind();
    } else {
      if (relay_ == nullptr) relay_ = std::make_shared<relay>();  // moved from: it only says `connection_closed`
      relay_->to = to;
      relay_->bound.store(true, std::memory_order_release);
    }
  }

  /// Asks the hub; told as `attached`, as `detached` where session or hub are gone, else as `failed`. Linear in the
  /// room's members.
  void attach(mode_set modes) {
    const auto keep = relay_;
    if (session_ == nullptr || stale_) return keep->tell(ended(room_state::detached, errc::connection_closed));
    const auto s = session_;
    keep->state.store(room_state::attaching, std::memory_order_release);
    std::optional<typename core::attachment> made;
    std::error_code refused;
    detail::attempt(
        [&] {
          keep->make_room();
          auto attached = s->hub->attach(*s, std::nullopt, name_, modes, keep);
          if (attached) {
            made = std::move(*attached);
          } else {
            refused = attached.error();
          }
        },
        [&](const std::exception_ptr& why) { refused = detail::why_it_failed(why); });
    if (made) {
      keep->keep(*made);  // before the hub tells anything
      s->hub->settle(*made);
      return;
    }
    const bool over = refused == errc::connection_closed || refused == errc::connection_expired;
    keep->tell(ended(over ? room_state::detached : room_state::failed, refused));
  }

  /// Leaves the room, told as `detached`. The members leave with the session's last attachment to it.
  void detach() {
    const auto keep = relay_;
    const auto s = session_;
    const auto at = keep->current();
    if (s != nullptr && at) {
      room_state before = keep->state.load(std::memory_order_acquire);
      while (before != room_state::detached &&  // the hub may be first
             !keep->state.compare_exchange_weak(before, room_state::detaching, std::memory_order_acq_rel)) {
      }
      s->hub->detach(*s, *at);
    } else {
      keep->tell(ended(room_state::detached, {}));
    }
  }

  /// Hands messages to the hub as one change. `on_published` is called once for the token, with what the hub says,
  /// unless the transport is unbound before.
  void publish(std::vector<message<Data>> messages, publish_token token) {
    const auto keep = relay_;
    const auto s = session_;
    const auto at = keep->current();
    if (s == nullptr || stale_) return keep->to->on_published(token, errc::connection_closed);
    if (!at) return keep->to->on_published(token, errc::invalid_room_state);
    s->hub->publish(*s, *at, std::move(messages), [p = keep.get(), token](std::error_code outcome) {
      if (p->bound.load(std::memory_order_acquire)) p->to->on_published(token, outcome);
    });
  }

  /// Asks the hub to tell the room anew. Does nothing where it is not attached.
  void resync() {
    const auto s = session_;
    if (const auto at = relay_->current(); s != nullptr && at) s->hub->resync(*at);
  }

 private:
  template <class, class, class>
  friend class basic_session;

  /// The sink: stands still while the transport is moved, and lives as long as the hub may call it.
  struct relay final : detail::sink_base<Data> {
    receiver* to = nullptr;
    std::atomic<room_state> state{room_state::initialized};
    std::atomic<bool> bound{false};

    /// Where it is attached, or waits for the connection to come back.
    [[nodiscard]] std::optional<typename core::attachment> current() const {
      const std::lock_guard lock{mutex};
      return over ? std::nullopt : at;
    }
    /// The next `keep` will not throw. What nothing refers to any more cannot call either.
    void make_room() {
      const std::lock_guard lock{mutex};
      std::erase_if(earlier, [](const former& each) { return each.record.expired(); });
      earlier.reserve(earlier.size() + 1);
    }
    void keep(const typename core::attachment& made) noexcept {
      const std::lock_guard lock{mutex};
      if (at) earlier.push_back({at->where, at->record});
      at = made;
      over = false;
    }
    /// No call is running or follows, of this attachment or of those before, unless this is inside one. What they have
    /// yet to call, completions above all, may come after they have ended.
    void close_earlier() noexcept {
      std::vector<former> all;
      {
        const std::lock_guard lock{mutex};
        all.swap(earlier);
      }
      for (const former& each : all) {
        const auto where = each.where.lock();
        const auto record = each.record.lock();
        if (where != nullptr && record != nullptr) where->close(*record);
      }
    }
    void tell(const state_change& change) {
      state.store(change.state, std::memory_order_release);
      if (to != nullptr) to->on_state(change);
    }

    void on_attached(const attachment_info& info) override {
      tell({room_state::attached, info.resumed, info.has_members, info.modes, {}});
    }
    void on_sync(const message_batch<Data>& page, const sync_cursor& cursor) override { to->on_sync(page, cursor); }
    [[nodiscard]] bool on_presence(const message_batch<Data>& messages) override {
      to->on_presence(messages);
      return true;  // a participant that cannot keep up asks for a resync itself
    }
    void on_detached(std::error_code why) override {
      if (why != errc::disconnected) {
        const std::lock_guard lock{mutex};
        over = true;
      }
      tell({why == errc::disconnected ? room_state::attaching : room_state::detached, false, false, {}, why});
    }

    struct former {
      std::weak_ptr<typename core::room> where;
      std::weak_ptr<typename core::record> record;
    };

    mutable mutex_type mutex;
    std::optional<typename core::attachment> at;
    std::vector<former> earlier;  // attachments that something may still refer to
    bool over = false;            // the hub has said so; `at` is still needed to end its calls
  };

  [[nodiscard]] static state_change ended(room_state in, std::error_code why) { return {in, false, false, {}, why}; }

  loopback(typename core::session_ptr s, bool stale, std::string_view name, Codec with)
      : session_(std::move(s)),
        stale_(stale),
        name_(name),
        codec_(std::move(with)),
        relay_(std::make_shared<relay>()) {}

  /// No call is running or follows, unless this is inside one. The members leave, or stay for the grace period where
  /// that has begun.
  void unbind() noexcept {
    if (relay_ == nullptr) return;
    std::optional<typename core::attachment> at;
    relay_->bound.store(false, std::memory_order_release);  // what is pending is not told any more
    {
      const std::lock_guard lock{relay_->mutex};
      at = std::exchange(relay_->at, std::nullopt);
    }
    if (at && session_ != nullptr) session_->hub->forget(*session_, *at, std::nullopt, false);
    relay_->close_earlier();
    relay_->to = nullptr;
  }

  typename core::session_ptr session_;
  bool stale_;  // from a handle that was not its session's any more
  std::string name_;
  [[no_unique_address]] Codec codec_;
  std::shared_ptr<relay> relay_;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
