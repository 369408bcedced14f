#ifndef PRESENCE_SINK_HPP
#define PRESENCE_SINK_HPP

#include <presence/detail/util/behind.hpp>
#include <presence/message.hpp>
#include <presence/mode.hpp>
#include <presence/sync_cursor.hpp>

#include <concepts>
#include <memory>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace presence::inline PRESENCE_ABI {

/// What a hub answers to an attach.
struct attachment_info {
  bool resumed = false;      ///< nothing was missed since the connection was lost
  bool has_members = false;  ///< there are some that it may be told of; unless resumed, a sync follows
  mode_set modes;            ///< granted
  std::string_view room{};   ///< its name, while the call lasts: for a sink of several rooms

  /// Member by member.
  friend bool operator==(const attachment_info&, const attachment_info&) = default;
};

/// What a hub calls for a session attached to a room: the way out to a socket, a log, a `basic_presence`.
///
/// Any type with these four members is one. The calls come serially, outside any lock, in the room's order: attached,
/// the sync's pages, then live events without loss or repetition. A sink must not block, as the room waits for it: it
/// queues, and when its queue is full `on_presence` returns false. (Of a hub with a `quiet_start` events may come before a
/// sync's last page: what they tell is newer than the pages.) From then on, as when a call of it throws, it gets
/// neither events nor pages until `basic_attachment::resync()` or a resume, which attach it anew with a sync. Where
/// `on_presence` throws `std::bad_alloc` the room does so by itself, once. It may destroy its attachment, session and hub
/// inside a call.
///
/// Without `mode::subscribe` it is told about the members of its own session only, in syncs as in events.
template <class S, class Data>
concept presence_sink = requires(S& s, const attachment_info& info, const message_batch<Data>& batch,
                                 const sync_cursor& cursor, std::error_code why) {
  s.on_attached(info);
  s.on_sync(batch, cursor);
  { s.on_presence(batch) } -> std::convertible_to<bool>;  // false: cannot keep up
  s.on_detached(why);  // no error: as asked; disconnected: until the session is resumed; else for good
};

namespace detail {

template <class P, class Data>
concept sink_pointer = requires(const P& held) {
  { *held } -> presence_sink<Data>;
  held == nullptr;
  held.get();  // one that owns
};
template <class R, class Data>
concept sink_reference = requires(const R& held) {
  { held.get() } -> presence_sink<Data>;
};
template <class S, class Data>
concept sink_in_any_form = presence_sink<S, Data> || sink_pointer<S, Data> || sink_reference<S, Data>;

}  // namespace detail

/// What `attach` takes: a sink that it shall own, by value or by a smart pointer, or `std::ref` of one that outlives the
/// attachment.
template <class S, class Data>
concept attachable_sink =
    std::move_constructible<std::remove_cvref_t<S>> && detail::sink_in_any_form<std::remove_cvref_t<S>, Data>;

namespace detail {

template <class Data>
class sink_base {
 public:
  sink_base() = default;
  sink_base(const sink_base&) = delete;
  sink_base& operator=(const sink_base&) = delete;
  virtual ~sink_base() = default;

  virtual void on_attached(const attachment_info& info) = 0;
  virtual void on_sync(const message_batch<Data>& page, const sync_cursor& cursor) = 0;
  [[nodiscard]] virtual bool on_presence(const message_batch<Data>& messages) = 0;
  virtual void on_detached(std::error_code why) = 0;
};

/// A user's sink: `Held` is the sink itself, a shared pointer to it, or a reference.
template <class Data, class Held>
class held_sink final : public sink_base<Data> {
 public:
  explicit held_sink(Held held) : held_(std::move(held)) {}

  void on_attached(const attachment_info& info) override { sink().on_attached(info); }
  void on_sync(const message_batch<Data>& page, const sync_cursor& cursor) override { sink().on_sync(page, cursor); }
  [[nodiscard]] bool on_presence(const message_batch<Data>& messages) override { return sink().on_presence(messages); }
  void on_detached(std::error_code why) override { sink().on_detached(why); }

 private:
  [[nodiscard]] auto& sink() noexcept {
    if constexpr (presence_sink<Held, Data>) {
      return held_;
    } else {
      return behind(held_);
    }
  }

  Held held_;
};

/// Nothing for a pointer to nothing.
template <class Data, class Held>
[[nodiscard]] std::shared_ptr<sink_base<Data>> hold_sink(Held held) {
  if constexpr (sink_pointer<Held, Data>) {
    if (held == nullptr) return nullptr;
  }
  return std::make_shared<held_sink<Data, Held>>(std::move(held));
}

}  // namespace detail
}  // namespace presence::inline PRESENCE_ABI

#endif
