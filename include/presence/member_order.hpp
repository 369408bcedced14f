// An order of members that does not change while nobody comes or goes.
#ifndef PRESENCE_MEMBER_ORDER_HPP
#define PRESENCE_MEMBER_ORDER_HPP

#include <presence/member.hpp>

#include <algorithm>
#include <vector>

namespace presence::inline PRESENCE_ABI {

/// Whether `a` stands before `b` in a list by time of entering (clause S20): first come, first; those who came in the
/// same millisecond by client id, then by connection id, as bytes. No two members of a room are equal in it, and an
/// update does not change it. For `member` and `member_view`, and mixed. Constant time but for the ids.
inline constexpr struct entered_before_t {
  /// Whether `a` stands before `b`.
  template <class A, class B>
  [[nodiscard]] bool operator()(const A& a, const B& b) const noexcept {
    if (a.entered_at != b.entered_at) return a.entered_at < b.entered_at;
    if (const int c = a.client_id.compare(b.client_id); c != 0) return c < 0;
    return a.connection_id.compare(b.connection_id) < 0;
  }
} entered_before{};  ///< the order itself, to be handed to an algorithm

/// Brings members into the order of `entered_before`: whatever order they came in, the same members give the same list.
/// O(n log n) comparisons and moves; allocates nothing and copies no data.
template <class Data>
void sort_by_entered(std::vector<member<Data>>& members) {
  std::sort(members.begin(), members.end(), entered_before);
}

}  // namespace presence::inline PRESENCE_ABI

#endif
