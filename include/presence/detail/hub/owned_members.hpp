// Which members one attachment of a hub entered.
#ifndef PRESENCE_DETAIL_HUB_OWNED_MEMBERS_HPP
#define PRESENCE_DETAIL_HUB_OWNED_MEMBERS_HPP

#include <presence/detail/util/hash.hpp>
#include <presence/version.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// The client ids that a session entered in a room: nearly always its own one, which costs nothing.
class owned_members {
 public:
  void add(std::string_view client_id, std::string_view own) {
    if (client_id == own) {
      self_ = true;
    } else {
      if (others_ == nullptr) {
        auto made = std::make_unique<ids>();
        made->emplace(client_id);
        others_ = std::move(made);
      } else {
        others_->emplace(client_id);
      }
    }
  }
  /// Returns whether it was there.
  bool remove(std::string_view client_id, std::string_view own) noexcept {
    if (client_id == own) return std::exchange(self_, false);
    if (others_ == nullptr) return false;
    const auto found = others_->find(client_id);
    if (found == others_->end()) return false;
    others_->erase(found);
    if (others_->empty()) others_.reset();
    return true;
  }
  [[nodiscard]] bool contains(std::string_view client_id, std::string_view own) const noexcept {
    return client_id == own ? self_ : others_ != nullptr && others_->contains(client_id);
  }
  [[nodiscard]] bool empty() const noexcept { return !self_ && others_ == nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return (self_ ? 1U : 0U) + (others_ ? others_->size() : 0U); }

  /// In an order that does not depend on the seed of the hash: first the own one, then by name. O(n log n).
  template <class Visit>
  void for_each(const std::string& own, Visit&& visit) const {
    if (self_) visit(own);
    if (others_ == nullptr) return;
    std::vector<const std::string*> sorted;
    sorted.reserve(others_->size());
    for (const std::string& other : *others_) sorted.push_back(&other);
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return *a < *b; });
    for (const std::string* other : sorted) visit(*other);
  }

 private:
  using ids = boost::unordered_flat_set<std::string, seeded_hash, std::equal_to<>>;

  std::unique_ptr<ids> others_;
  bool self_ = false;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
