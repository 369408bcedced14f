// Which members one attachment of a hub entered.
#ifndef PRESENCE_DETAIL_HUB_OWNED_MEMBERS_HPP
#define PRESENCE_DETAIL_HUB_OWNED_MEMBERS_HPP

#include <presence/version.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// The client ids that a session entered in a room: nearly always its own one, which costs nothing.
class owned_members {
 public:
  void add(std::string_view client_id, std::string_view own) {
    if (client_id == own) {
      self_ = true;
    } else {
      if (others_ == nullptr) {
        auto made = std::make_unique<boost::unordered_flat_set<std::string>>();
        made->emplace(client_id);
        others_ = std::move(made);
      } else {
        others_->emplace(client_id);
      }
    }
  }
  void remove(const std::string& client_id, std::string_view own) noexcept {
    if (client_id == own) {
      self_ = false;
    } else if (others_ != nullptr) {
      others_->erase(client_id);
      if (others_->empty()) others_.reset();
    }
  }
  [[nodiscard]] bool empty() const noexcept { return !self_ && others_ == nullptr; }
  [[nodiscard]] std::size_t size() const noexcept {
    return (self_ ? 1U : 0U) + (others_ != nullptr ? others_->size() : 0U);
  }
  [[nodiscard]] bool contains(const std::string& client_id, std::string_view own) const noexcept {
    return client_id == own ? self_ : others_ != nullptr && others_->contains(client_id);
  }
  template <class Visit>
  void for_each(const std::string& own, Visit&& visit) const {
    if (self_) visit(own);
    if (others_ == nullptr) return;
    for (const std::string& other : *others_) visit(other);
  }

 private:
  std::unique_ptr<boost::unordered_flat_set<std::string>> others_;
  bool self_ = false;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
