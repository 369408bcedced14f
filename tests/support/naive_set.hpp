// The presence set once more, as plainly as the rules in docs/semantics.md can be written: one map, everything a scan.
// It shares no code with the library but the types that go in and come out.
#ifndef PRESENCE_TESTS_SUPPORT_NAIVE_SET_HPP
#define PRESENCE_TESTS_SUPPORT_NAIVE_SET_HPP

#include "support/messages.hpp"
#include <presence/member.hpp>
#include <presence/message.hpp>
#include <presence/sync_cursor.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace presence::test {

using member_key = std::pair<std::string, std::string>;  ///< client id, connection id

template <class Data>
class naive_set {
 public:
  using message_type = message<Data>;
  using members = std::map<member_key, member<Data>>;
  using users = std::map<std::string, std::size_t>;
  struct emitted {
    message_type event;
    user_change change;
  };
  using events = std::vector<emitted>;

  events apply(const message_type& incoming) {
    if (incoming.action != action::present && incoming.action != action::enter && incoming.action != action::update &&
        incoming.action != action::leave) {
      return {};
    }
    const member_key key{incoming.client_id, incoming.connection_id};
    const auto stored = entries_.find(key);
    const bool visible = stored != entries_.end() && stored->second.visible;
    if (stored != entries_.end()) {
      stored->second.confirmed = true;
      if (!newer(incoming, stored->second.content)) return {};
    }
    const std::size_t connections = connections_of(incoming.client_id);
    if (incoming.action != action::leave) {
      entries_[key] = {member_by(incoming, visible ? &stored->second.content : nullptr), true, true};
      return {{incoming, connections == 0 ? user_change::online : user_change::none}};
    }
    if (syncing_) {
      entries_[key] = {member_by<Data>(incoming, nullptr), false, true};  // an absent marker
    } else if (visible) {
      entries_.erase(key);
    }
    if (!visible) return {};
    return {{incoming, connections == 1 ? user_change::offline : user_change::none}};
  }

  void start_sync() {
    syncing_ = true;
    sequence_.reset();
    for (auto& [key, entry] : entries_) entry.confirmed = false;
  }

  events apply_sync(const std::vector<message_type>& page, const sync_cursor& cursor, time_point now) {
    const bool whole = cursor.sequence.empty();
    if (!syncing_ || (sequence_ && (whole || *sequence_ != cursor.sequence))) start_sync();
    sequence_ = cursor.sequence;
    events all;
    for (const message_type& incoming : page) append(all, apply(incoming));
    if (cursor.last) append(all, end_sync(now));
    return all;
  }

  events leave_all(time_point now) {
    start_sync();
    return end_sync(now);
  }

  void clear() {
    entries_.clear();
    syncing_ = false;
    sequence_.reset();
  }

  [[nodiscard]] bool syncing() const { return syncing_; }

  /// The visible members.
  [[nodiscard]] members all() const {
    members found;
    for (const auto& [key, entry] : entries_) {
      if (entry.visible) found.emplace(key, entry.content);
    }
    return found;
  }
  /// The users with their numbers of connections.
  [[nodiscard]] users all_users() const {
    users found;
    for (const auto& [key, entry] : entries_) {
      if (entry.visible) ++found[key.first];
    }
    return found;
  }
  /// Absent markers kept at present.
  [[nodiscard]] std::size_t markers() const { return entries_.size() - all().size(); }

 private:
  struct kept {
    member<Data> content;
    bool visible = false;
    bool confirmed = false;
  };

  static bool newer(const message_type& incoming, const member<Data>& stored) {
    if (incoming.id.synthesized() || stored.id.synthesized()) return incoming.timestamp >= stored.updated_at;
    return std::pair{incoming.id.msg_serial, incoming.id.index} > std::pair{stored.id.msg_serial, stored.id.index};
  }

  std::size_t connections_of(const std::string& client_id) const {
    std::size_t count = 0;
    for (const auto& [key, entry] : entries_) count += entry.visible && key.first == client_id ? 1 : 0;
    return count;
  }

  events end_sync(time_point now) {
    events leaves;
    for (auto at = entries_.begin(); at != entries_.end();) {
      const kept gone = at->second;
      if (gone.visible && gone.confirmed) {
        ++at;
        continue;
      }
      at = entries_.erase(at);
      if (!gone.visible) continue;
      const member<Data>& m = gone.content;
      const bool last = connections_of(m.client_id) == 0;
      message_type leave{
          action::leave, leave_reason::resync, m.connected, m.client_id, m.connection_id, m.data, m.extras, now, {},
          m.entered_at};
      leaves.push_back({std::move(leave), last ? user_change::offline : user_change::none});
    }
    syncing_ = false;
    sequence_.reset();
    return leaves;
  }

  static void append(events& all, events more) { all.insert(all.end(), more.begin(), more.end()); }

  std::map<member_key, kept> entries_;
  std::optional<std::string> sequence_;
  bool syncing_ = false;
};

}  // namespace presence::test

#endif
