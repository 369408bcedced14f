// A connection between a participant and a hub that breaks at the worst moment, and keeps the transport's promise.
#ifndef PRESENCE_TESTING_FAULTY_LINK_HPP
#define PRESENCE_TESTING_FAULTY_LINK_HPP

#include <presence/basic_hub.hpp>
#include <presence/codec.hpp>
#include <presence/session.hpp>
#include <presence/testing/checked_mutex.hpp>
#include <presence/testing/link_counters.hpp>
#include <presence/testing/link_frames.hpp>
#include <presence/testing/manual_clock.hpp>
#include <presence/transport.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// The hub of a simulation: on a manual clock, with a mutex that aborts when a callback runs under it.
template <class Data>
using simulated_hub = basic_hub<Data, manual_clock, basic_no_backplane<checked_mutex>>;

/// Both ends of one connection to one room, and the wire between them. Nothing moves by itself: `deliver_up` and
/// `deliver_down` carry one frame. Live messages and sync pages may overtake each other; nothing overtakes an attach.
///
/// A publish carries a serial. After a resumed connection what was not answered is sent again under the same serial, and
/// the server's end answers a repeat from memory without applying it twice. After a new connection it is reported as
/// `disconnected`: whether the hub saw it cannot be known. Where frames were lost, the attach is not a resumed one.
/// One thread only.
template <class Data>
class faulty_link {
 public:
  using hub_type = simulated_hub<Data>;       ///< the other side's
  using receiver = transport_receiver<Data>;  ///< the participant
  using batch = message_batch<Data>;          ///< what is carried

  /// A link that is up, over a session of its own. The observer, if any, has to outlive it.
  faulty_link(hub_type& hub, identity who, std::string room, link_observer<Data>* observer = nullptr)
      : who_(std::move(who)),
        room_(std::move(room)),
        observer_(observer) {
    connect(hub, false);
  }
  faulty_link(const faulty_link&) = delete;
  faulty_link& operator=(const faulty_link&) = delete;

  // --- the weather ------------------------------------------------------------------------------------------------------

  [[nodiscard]] bool up() const noexcept { return up_; }                                 ///< whether it is
  [[nodiscard]] std::size_t waiting_up() const noexcept { return to_hub_.size(); }       ///< frames to the hub
  [[nodiscard]] std::size_t waiting_down() const noexcept { return to_client_.size(); }  ///< and to the client
  /// Whether the participant is between an attach and the end of the sync that follows.
  [[nodiscard]] bool syncing() const noexcept { return sync_pending_; }
  [[nodiscard]] const std::string& connection_id() const noexcept { return connection_id_; }  ///< as the hub knows it
  [[nodiscard]] bool has_participant() const noexcept { return to_ != nullptr; }              ///< one is bound

  /// Breaks the connection. What is on its way to the participant is lost, and so is what is on its way to the hub but
  /// for the first `reaches_hub` frames, whose answers are lost.
  void cut(std::size_t reaches_hub = 0) {
    if (!up_) return;
    ++counters.cuts;
    if (sync_pending_) ++counters.cut_during_sync;
    if (state_ == room_state::attaching) ++counters.cut_while_attaching;
    for (; reaches_hub > 0 && !to_hub_.empty(); --reaches_hub) {
      ++counters.cut_after_hub;
      deliver_up();
    }
    counters.cut_before_hub += to_hub_.size();
    for (const frame_up& f : to_hub_) detach_due_ = detach_due_ || std::holds_alternative<detach_frame>(f);
    up_ = false;
    gap_ = std::exchange(resync_due_, false) || gap_ || !to_client_.empty() || sync_pending_;
    to_hub_.clear();
    to_client_.clear();
    session_.drop();
    if (observer_ != nullptr) observer_->on_dropped(connection_id_);
    attachment_ = {};
    if (state_ == room_state::detaching) return report({room_state::detached, false, false, {}, {}});
    if (wants_ && state_ != room_state::attaching)
      report({room_state::attaching, false, false, {}, errc::disconnected});
  }

  /// The connection has been away for long, and the participant is told so.
  void suspend() {
    if (up_ || !wants_ || state_ == room_state::suspended) return;
    ++counters.suspended;
    report({room_state::suspended, false, false, {}, errc::disconnected});
  }

  /// Brings the connection back: the old one if `try_resume` and the hub agrees, else a new one.
  void connect(hub_type& hub, bool try_resume = true) {
    if (up_) return;
    bool same = false;
    if (try_resume && !resume_key_.empty()) {
      if (auto resumed = hub.resume(resume_key_)) {
        session_ = std::move(*resumed);
        same = true;
        ++counters.resumed;
        if (observer_ != nullptr) observer_->on_resumed(connection_id_);
      } else {
        ++counters.resume_refused;
      }
    }
    up_ = true;
    if (!same) {
      session_ = hub.connect(who_);
      connection_id_ = session_.connection_id();
      resume_key_ = session_.resume_key();
      answered_.clear();
      gap_ = true;
    }
    const bool left = std::exchange(detach_due_, false) || !wants_;  // also if it wants to attach again by now
    if (same && left) detach_at_hub();
    if (same && !left) {
      counters.resent += unanswered_.size();
    } else {
      report_unanswered();
    }
    if (!wants_) return;
    if (state_ == room_state::suspended) report({room_state::attaching, false, false, {}, {}});
    if (!wants_) return;  // the participant has just changed its mind
    state_ = room_state::attaching;
    to_hub_.push_back(attach_frame{*wants_});
    for (const publish_frame& again : unanswered_) to_hub_.push_back(again);
  }

  /// When the participant is destroyed its program has crashed: the hub only sees the connection break.
  void let_crash() noexcept { crashes_ = true; }

  /// The participant asks for a sync, as its transport may at any time.
  void ask_for_sync() {
    if (up_ && state_ == room_state::attached) to_hub_.push_back(resync_frame{});
  }

  /// The server's buffer towards the participant holds this many frames; more is refused, and made up for by a sync.
  void set_capacity(std::size_t frames) {
    capacity_ = frames;
    relieve();
  }

  /// Carries the oldest frame to the hub.
  void deliver_up() {
    if (to_hub_.empty()) return;
    ++counters.frames_up;
    frame_up next = std::move(to_hub_.front());
    to_hub_.pop_front();
    std::visit([this](auto& frame) { this->at_hub(frame); }, next);
  }

  /// Carries a frame to the participant: the oldest, or the oldest of the other kind where it `overtakes`.
  void deliver_down(bool overtakes = false) {
    if (to_client_.empty()) return;
    ++counters.frames_down;
    auto which = to_client_.begin();
    if (overtakes && !is_barrier(*which)) {
      const bool page_first = std::holds_alternative<page_frame>(*which);
      for (auto at = which; at != to_client_.end() && !is_barrier(*at); ++at) {
        if (std::holds_alternative<page_frame>(*at) == page_first) continue;
        which = at;
        ++counters.overtaken;
        break;
      }
    }
    frame_down next = std::move(*which);
    to_client_.erase(which);
    std::visit([this](auto& frame) { this->at_client(frame); }, next);
    relieve();
  }

  link_counters counters;  ///< what has happened

 private:
  template <class>
  friend class faulty_transport;

  // --- frames -----------------------------------------------------------------------------------------------------------
  using attach_frame = typename link_frames<Data>::attach_frame;
  using detach_frame = typename link_frames<Data>::detach_frame;
  using resync_frame = typename link_frames<Data>::resync_frame;
  using publish_frame = typename link_frames<Data>::publish_frame;
  using attached_frame = typename link_frames<Data>::attached_frame;
  using page_frame = typename link_frames<Data>::page_frame;
  using live_frame = typename link_frames<Data>::live_frame;
  using answer_frame = typename link_frames<Data>::answer_frame;
  using detached_frame = typename link_frames<Data>::detached_frame;
  using frame_up = typename link_frames<Data>::frame_up;
  using frame_down = typename link_frames<Data>::frame_down;

  [[nodiscard]] static bool is_barrier(const frame_down& f) noexcept {
    return std::holds_alternative<attached_frame>(f) || std::holds_alternative<detached_frame>(f);
  }

  // --- the server's end: a sink -------------------------------------------------------------------------------------------
  struct server_sink {
    faulty_link& link;

    void on_attached(const attachment_info& info) {
      if (info.resumed && link.gap_) {  // the hub missed nothing, but the wire lost something
        ++link.counters.resumed_with_gap;
        link.resync_due_ = true;
        return;
      }
      link.gap_ = false;
      link.to_client_.push_back(attached_frame{info, link.connection_id_});
    }
    void on_sync(const batch& page, const sync_cursor& cursor) { link.to_client_.push_back(page_frame{page, cursor}); }
    [[nodiscard]] bool on_presence(const batch& messages) {
      if (link.resync_due_) return true;  // covered by the sync that is to come
      if (link.to_client_.size() >= link.capacity_) {
        ++link.counters.congested;
        link.resync_due_ = true;
        return false;
      }
      link.to_client_.push_back(live_frame{messages});
      return true;
    }
    void on_detached(std::error_code why) {
      if (why == errc::disconnected || why == errc::replaced) return;
      link.to_client_.push_back(detached_frame{why});
    }
  };

  void at_hub(attach_frame& frame) {
    resync_due_ = false;
    auto made = session_.attach(room_, frame.modes, server_sink{*this});
    if (made) {
      attachment_ = std::move(*made);
      relieve();
    } else {
      to_client_.push_back(detached_frame{made.error()});
    }
  }
  void at_hub(detach_frame&) {
    detach_at_hub();
    if (to_client_.empty() || !std::holds_alternative<detached_frame>(to_client_.back())) {
      to_client_.push_back(detached_frame{});
    }
  }
  void detach_at_hub() {
    session_.detach(room_);
    attachment_ = {};
    if (observer_ != nullptr) observer_->on_left(connection_id_);
  }
  void at_hub(resync_frame&) { attachment_.resync(); }
  void at_hub(publish_frame& frame) {
    if (const auto known = answered_.find(frame.serial); known != answered_.end()) {
      ++counters.repeated;
      to_client_.push_back(answer_frame{frame.serial, known->second});
      return;
    }
    std::vector<message<Data>> sent = frame.messages;
    for (message<Data>& m : sent) {
      if (m.client_id.empty()) m.client_id = who_.client_id;  // as the hub will
    }
    attachment_.publish(std::move(frame.messages),
                        [this, sent = std::move(sent), serial = frame.serial](std::error_code outcome) {
                          answered_[serial] = outcome;
                          if (!outcome && observer_ != nullptr) {
                            for (const message<Data>& m : sent) observer_->on_applied(connection_id_, m);
                          }
                          if (up_) to_client_.push_back(answer_frame{serial, outcome});
                        });
  }

  /// Once the buffer towards the participant is empty enough, what was refused is made up for.
  void relieve() {
    if (!resync_due_ || !up_ || to_client_.size() * 2 > capacity_) return;
    resync_due_ = false;
    gap_ = false;
    attachment_.resync();
  }

  // --- the participant's end ----------------------------------------------------------------------------------------------
  void at_client(attached_frame& frame) {
    if (!wants_) return;
    sync_pending_ = !frame.info.resumed && frame.info.has_members;
    client_connection_ = frame.connection_id;
    report({room_state::attached, frame.info.resumed, frame.info.has_members, frame.info.modes, {}});
  }
  void at_client(page_frame& frame) {
    if (!wants_) return;
    if (frame.cursor.last) sync_pending_ = false;
    if (to_ != nullptr) to_->on_sync(frame.messages, frame.cursor);
  }
  void at_client(live_frame& frame) {
    if (wants_ && to_ != nullptr) to_->on_presence(frame.messages);
  }
  void at_client(answer_frame& frame) {
    const auto found = std::find_if(unanswered_.begin(), unanswered_.end(),
                                    [&](const publish_frame& f) { return f.serial == frame.serial; });
    if (found == unanswered_.end()) return;
    const publish_token token = found->token;
    unanswered_.erase(found);
    if (to_ != nullptr) to_->on_published(token, frame.outcome);
  }
  void at_client(detached_frame& frame) {
    sync_pending_ = false;
    if (wants_ && !frame.why) return;  // of an earlier detach: attached again meanwhile
    wants_.reset();
    report({room_state::detached, false, false, {}, frame.why});
  }
  void report_unanswered() {
    for (const publish_frame& lost : std::exchange(unanswered_, {})) {
      ++counters.reported;
      if (to_ != nullptr) to_->on_published(lost.token, errc::disconnected);
    }
  }
  void report(const state_change& change) {
    state_ = change.state;
    if (to_ != nullptr) to_->on_state(change);
  }

  // --- what the transport does --------------------------------------------------------------------------------------------
  void attach(mode_set modes) {
    wants_ = modes;
    state_ = room_state::attaching;
    if (up_) to_hub_.push_back(attach_frame{modes});
  }
  void detach() {
    wants_.reset();
    sync_pending_ = false;
    if (up_) {
      state_ = room_state::detaching;
      to_hub_.push_back(detach_frame{});
    } else {
      detach_due_ = true;
      report({room_state::detached, false, false, {}, {}});
    }
  }
  void publish(std::vector<message<Data>> messages, publish_token token) {
    unanswered_.push_back({++last_serial_, token, std::move(messages)});
    if (up_) to_hub_.push_back(unanswered_.back());
  }
  void resync() {
    ++counters.resyncs;
    if (up_) to_hub_.push_back(resync_frame{});
  }
  /// The participant is gone: its program has ended in good order, or crashed.
  void leave() {
    to_ = nullptr;
    wants_.reset();
    unanswered_.clear();
    to_hub_.clear();
    to_client_.clear();
    if (crashes_ && up_) {
      session_.drop();
      if (observer_ != nullptr) observer_->on_dropped(connection_id_);
    }
    up_ = false;
    attachment_ = {};
    if (crashes_) return;
    session_.close();
    if (observer_ != nullptr) observer_->on_left(connection_id_);
  }

  const identity who_;
  const std::string room_;
  link_observer<Data>* const observer_;

  // the wire
  std::deque<frame_up> to_hub_;
  std::deque<frame_down> to_client_;
  bool up_ = false;
  bool crashes_ = false;

  // the server's end
  std::string connection_id_;
  std::string resume_key_;
  std::map<std::uint64_t, std::error_code> answered_;
  std::size_t capacity_ = 1'000'000;
  bool gap_ = true;  // the participant has not got all that was sent since its last attach
  bool resync_due_ = false;
  bool detach_due_ = false;  // the participant detached while the connection was lost

  // the participant's end
  receiver* to_ = nullptr;
  room_state state_ = room_state::initialized;
  std::optional<mode_set> wants_;  // attached or on the way to it
  std::string client_connection_;
  std::vector<publish_frame> unanswered_;
  std::uint64_t last_serial_ = 0;
  bool sync_pending_ = false;

  typename hub_type::session_type session_;
  typename hub_type::session_type::attachment_type attachment_;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
