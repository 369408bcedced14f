// hub_room: how members leave it that did not ask, and what a sync shows. All of it under the room's lock.
#ifndef PRESENCE_IMPL_HUB_ROOM_CHANGES_HPP
#define PRESENCE_IMPL_HUB_ROOM_CHANGES_HPP

#include <presence/detail/hub/hub_room.hpp>

namespace presence::inline PRESENCE_ABI::detail {

/// Makes the leave of one member, if it is there, without removing it yet. Precondition: `leaves` has a place for it.
template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::add_leave(std::vector<message<Data>>& leaves, std::string_view client_id,
                                           room_session<Data>& of, leave_reason why, time_point now) {
  const auto stored = set.find(client_id, of.connection_id);
  if (!stored) return;  // evicted before
  leaves.push_back({action::leave,
                    why,
                    stored->connected,
                    std::string{client_id},
                    of.connection_id,
                    stored->data,
                    stored->extras,
                    of.stamps.of_leave(client_id, now, stored->updated_at),
                    {++last_made_, 0, id_origin::synthesized},
                    stored->entered_at});
}

/// Removes the members and returns their leaves, or throws and has changed nothing: a leave outside a sync allocates
/// nothing, so that all that can fail comes before the first of them. `tell` will not throw either.
template <class Data, class Mutex, class Tap>
auto hub_room<Data, Mutex, Tap>::leave_together(std::vector<message<Data>> leaves, const session_part& of) -> batch {
  batch left = make_batch(std::move(leaves));
  make_room();
  for (const message<Data>& m : *left) {
    set.apply(m, [](const message<Data>&, user_change) {});
    of->owned.remove(m.client_id, of->client_id);
    if (of->given_seats.remove(m.client_id, of->client_id)) --given_seats_;
  }
  return left;
}

template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::remove_members(const session_part& of, leave_reason why, time_point now) noexcept {
  if (of->owned.empty()) return;
  attempt(
      [&] {
        std::vector<message<Data>> leaves;
        leaves.reserve(of->owned.size());
        of->owned.for_each(of->client_id,
                           [&](const std::string& client_id) { add_leave(leaves, client_id, *of, why, now); });
        if (leaves.empty()) return;
        const std::size_t bytes = leaves.size() * sizeof(message<Data>);
        batch left = leave_together(std::move(leaves), of);
        if (lost_ == 0 && !crowded(share::whole)) return tell(std::move(left), of->left_by, bytes);
        of->left = std::move(left);
        lose_track();
      },
      [&](auto) {
        of->leaving_since = now;
        if (std::exchange(of->leaving, why) == leave_reason::none) of->next_leaving = std::exchange(leaving_, of);
      });
}

template <class Data, class Mutex, class Tap>
bool hub_room<Data, Mutex, Tap>::evict(std::string_view client_id, const session_part& of, time_point now) {
  std::vector<message<Data>> leave;
  leave.reserve(1);
  add_leave(leave, client_id, *of, leave_reason::evicted, now);
  if (leave.empty()) return false;
  tell(leave_together(std::move(leave), of), of, sizeof(message<Data>));
  return true;
}

template <class Data, class Mutex, class Tap>
message<Data> hub_room<Data, Mutex, Tap>::present(const member_view<Data>& m) {
  return {action::present,
          leave_reason::none,
          m.connected,
          std::string{m.client_id},
          std::string{m.connection_id},
          m.data,
          m.extras,
          m.updated_at,
          m.id,
          m.entered_at};
}

/// The set as of now, or of it the members of the receiver's own session where it may not receive others (O4). Linear
/// in them.
template <class Data, class Mutex, class Tap>
auto hub_room<Data, Mutex, Tap>::make_sync(const record& to, bool of_all) -> sync_pages {
  sync_pages made;
  made.version = set.version();
  std::vector<message<Data>> page;
  const auto add = [&](const member_view<Data>& m) {
    if (page.capacity() == 0) page.reserve(std::min(page_size_, set.size()));
    page.push_back(present(m));
    if (page.size() == page_size_) made.pages.push_back(make_batch(std::exchange(page, {})));
  };
  if (of_all) {
    set.for_each(add);
  } else {
    to.of->owned.for_each(to.of->client_id, [&](const std::string& client_id) {
      if (const auto stored = set.find(client_id, to.of->connection_id)) add(*stored);
    });
  }
  if (!page.empty()) made.pages.push_back(make_batch(std::move(page)));
  made.stays_open = quiet_;
  if (made.has_members()) made.sequence = ++last_sync_;
  return made;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
