// What a good C++ developer writes in an hour: standard containers, a mutex, a vector of functions. It keeps the same
// rules as the library where a benchmark exercises them: newness, users, events.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_NAIVE_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_NAIVE_HPP

#include "workload.hpp"
#include <presence/message.hpp>

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace bench::naive {

struct member {
  std::string client_id;
  std::string connection_id;
  presence::shared_data<data> content;
  presence::extras extras;
  presence::time_point updated_at;
  presence::message_id id;
};

class set {
 public:
  template <class Emit>
  bool apply(const message& m, Emit&& emit) {
    const std::string key = m.connection_id + ':' + m.client_id;
    const auto found = members_.find(key);
    if (found != members_.end() && !newer(m, found->second)) {
      if (syncing_) confirmed_.insert(key);
      return false;
    }
    if (m.action == presence::action::leave) {
      if (found == members_.end()) return false;
      members_.erase(found);
      const auto user = users_.find(m.client_id);
      user->second.erase(key);
      if (user->second.empty()) users_.erase(user);
    } else {
      if (found == members_.end()) {
        users_[m.client_id].insert(key);
        members_[key] = {m.client_id, m.connection_id, m.data, m.extras, m.timestamp, m.id};
      } else {
        member& stored = found->second;
        stored.content = m.data;
        stored.extras = m.extras;
        stored.updated_at = m.timestamp;
        stored.id = m.id;
      }
      if (syncing_) confirmed_.insert(key);
    }
    emit(m);
    return true;
  }

  /// A whole sync, page by page: who is not in it leaves.
  void start_sync() {
    syncing_ = true;
    confirmed_.clear();
  }
  template <class Emit>
  void finish_sync(Emit&& emit) {
    syncing_ = false;
    std::vector<std::string> gone;
    for (const auto& [key, m] : members_) {
      if (!confirmed_.contains(key)) gone.push_back(key);
    }
    for (const std::string& key : gone) {
      const auto found = members_.find(key);
      message leave;
      leave.action = presence::action::leave;
      leave.client_id = found->second.client_id;
      leave.connection_id = found->second.connection_id;
      members_.erase(found);
      users_.erase(leave.client_id);
      emit(leave);
    }
    confirmed_.clear();
  }

  void clear() {
    members_.clear();
    users_.clear();
  }

  [[nodiscard]] bool contains_user(const std::string& client_id) const { return users_.contains(client_id); }
  [[nodiscard]] bool contains(const std::string& client_id, const std::string& connection_id) const {
    return members_.contains(connection_id + ':' + client_id);
  }
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [key, m] : members_) visit(m);
  }

 private:
  static bool newer(const message& m, const member& stored) {
    if (m.id.synthesized() || stored.id.synthesized()) return m.timestamp >= stored.updated_at;
    if (m.id.msg_serial != stored.id.msg_serial) return m.id.msg_serial > stored.id.msg_serial;
    return m.id.index > stored.id.index;
  }

  std::unordered_map<std::string, member> members_;
  std::unordered_map<std::string, std::unordered_set<std::string>> users_;
  std::unordered_set<std::string> confirmed_;
  bool syncing_ = false;
};

/// A participant: the set behind a mutex, listeners as functions, called outside the lock.
class participant {
 public:
  using listener = std::function<void(const message&)>;

  void subscribe(listener l) {
    const std::lock_guard lock{mutex_};
    listeners_.push_back(std::move(l));
  }
  void on_presence(const std::vector<message>& batch) {
    for (const message& m : batch) {
      std::vector<listener> to;
      {
        const std::lock_guard lock{mutex_};
        bool told = false;
        set_.apply(m, [&](const message&) { told = true; });
        if (told) to = listeners_;
      }
      for (const listener& l : to) l(m);
    }
  }
  [[nodiscard]] bool is_user_present(const std::string& client_id) {
    const std::lock_guard lock{mutex_};
    return set_.contains_user(client_id);
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock{mutex_};
    return set_.size();
  }

 private:
  mutable std::mutex mutex_;
  set set_;
  std::vector<listener> listeners_;
};

}  // namespace bench::naive

#endif
