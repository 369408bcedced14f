// A direct attachment with its sink, which believes nothing that it is told.
#ifndef PRESENCE_TESTS_SIMULATION_THREADED_VIEW_HPP
#define PRESENCE_TESTS_SIMULATION_THREADED_VIEW_HPP

#include "threaded_fold.hpp"

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace presence::threaded {

/// A sink that now and then falls behind, throws, and does what comes to the thread's mind that calls it.
class sink : public std::enable_shared_from_this<sink> {
 public:
  /// What a thread does inside a callback. Returns a number from 0 to 99, for what the sink itself is to do.
  using what_next = std::uint64_t (*)(watched&);

  explicit sink(what_next act) : act_(act) {}

  void on_attached(const attachment_info& info) {
    during([&] {
      expect(!final_, "attached after a final on_detached");
      note(info.resumed ? "attached, resumed" : info.has_members ? "attached" : "attached, nobody there");
      expect(!info.resumed || (!lagging_ && place_ != place::syncing), "resumed although something was missed");
      // Resumed at once: it takes the place of another, and knows only what comes from now on.
      partial_ = info.resumed && (partial_ || !attached_before_);
      attached_before_ = true;
      lagging_ = false;
      place_ = info.resumed || !info.has_members ? place::live : place::syncing;
      if (!info.resumed) {
        if (info.has_members) synced_.clear();
        if (!info.has_members) members_.clear();
      }
      fall_behind_maybe(act_(*watch));
    });
  }
  void on_sync(const message_batch<data_type>& page, const sync_cursor& cursor) {
    during([&] {
      expect(!final_ && !lagging_ && place_ == place::syncing, "a page that nobody waits for");
      for (const auto& m : *page) {
        note("sync", m);
        synced_.put(m);
      }
      if (cursor.last) {
        members_ = std::move(synced_);
        synced_.clear();
        place_ = place::live;
      }
      fall_behind_maybe(act_(*watch));
    });
  }
  bool on_presence(const message_batch<data_type>& messages) {
    bool keeps_up = true;
    during([&] {
      const bool waits = place_ == place::live || (place_ == place::syncing && among_pages);
      expect(!final_ && !lagging_ && waits, "an event that nobody waits for");
      for (const auto& m : *messages) take(m);
      const auto dice = act_(*watch);
      if (dice < 4) lagging_ = true;
      keeps_up = dice >= 4;
      if (keeps_up) fall_behind_maybe(dice);
    });
    return keeps_up;
  }
  void on_detached(std::error_code why) {
    during([&] {
      expect(!final_, "detached after a final on_detached");
      note("detached: " + why.message());
      final_ = why != errc::disconnected;
      if (place_ == place::syncing) lagging_ = true;
      if (!lagging_) place_ = place::away;
      (void)act_(*watch);
    });
  }

  /// When everything is quiet: whether it says that it knows the whole room.
  [[nodiscard]] bool up_to_date() const { return place_ == place::live && !final_ && !lagging_ && !partial_; }
  [[nodiscard]] bool behind() const { return lagging_ && !final_; }
  [[nodiscard]] const fold& members() const { return members_; }
  [[nodiscard]] std::string history() const {
    std::string all;
    for (const auto& each : history_) all += "\n  " + each;
    return all;
  }

  const watched_ptr watch = std::make_shared<watched>();
  bool receives_all = true;
  bool among_pages = false;  ///< events may come before the last page: its hub may start quietly (H37)

 private:
  enum class place { away, syncing, live };

  template <class Call>
  void during(Call&& call) {
    const auto keep = shared_from_this();  // the call may destroy the attachment, and this with it
    watch->serial(std::forward<Call>(call));
  }
  void fall_behind_maybe(std::uint64_t dice) {
    if (dice != 99) return;
    lagging_ = true;
    throw std::runtime_error{"a sink that throws"};
  }
  void take(const message<data_type>& m) {
    note(std::string{to_string(m.action)}, m);
    if (partial_) return;
    fold& into = place_ == place::syncing ? synced_ : members_;
    if (into.has(m) == (m.action == action::enter)) {
      broken("an event that does not fit to what was told before (" + std::string{receives_all ? "all" : "own only"} +
             "):" + history());
    }
    if (m.action == action::leave) {
      into.remove(m);
    } else {
      into.put(m);
    }
  }

  void note(std::string what) {
    history_.push_back(std::move(what));
    if (history_.size() > 40) history_.pop_front();
  }
  void note(const std::string& what, const message<data_type>& m) {
    note(what + ' ' + m.client_id + '@' + m.connection_id + (m.data ? ' ' + *m.data : std::string{}) + ' ' +
         std::string{to_string(m.reason)} + (m.connected ? "" : " (lost)"));
  }

  const what_next act_;
  std::deque<std::string> history_;  // for whoever has to find out what went wrong
  fold members_;
  fold synced_;
  place place_ = place::away;
  bool lagging_ = false;
  bool partial_ = false;
  bool attached_before_ = false;
  bool final_ = false;
};

/// One thread's at a time, as the attachment is.
struct view {
  view(std::string in, bool all, sink::what_next act)
      : room(std::move(in)),
        receives(all),
        told(std::make_shared<sink>(act)) {
    told->receives_all = all;
  }
  view(const view&) = delete;
  view& operator=(const view&) = delete;
  ~view() {
    const auto watch = told->watch;
    watch->ending();
    attachment = attachment_type{};
    watch->ended();
  }

  const std::string room;
  const bool receives;
  const std::shared_ptr<sink> told;
  attachment_type attachment;
};

}  // namespace presence::threaded

#endif
