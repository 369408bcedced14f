// Several operations as one.
#ifndef PRESENCE_BATCH_HPP
#define PRESENCE_BATCH_HPP

#include <presence/action.hpp>
#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/completion.hpp>
#include <presence/detail/util/hash.hpp>
#include <presence/extras.hpp>
#include <presence/fwd.hpp>
#include <presence/publishing.hpp>
#include <presence/shared_data.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI {

namespace detail {

/// An enter, update or leave as it was called for.
template <class Data>
struct batch_entry {
  action what = action::absent;
  bool for_client = false;  ///< else for the connection's own client id
  std::string client_id;
  shared_data<Data> data;
  presence::extras extras;

  [[nodiscard]] std::string_view name(std::string_view own) const noexcept { return for_client ? client_id : own; }
};

/// What a batch is made of, for those who take it.
struct batch_access {
  template <class Batch>
  [[nodiscard]] static auto&& entries(Batch& of) noexcept {
    return of.entries_;
  }
  template <class Batch>
  [[nodiscard]] static completion completion_of(Batch& all, completion handler) {
    return all.completion_of(std::move(handler));
  }
};

/// Whether each client id is named once. `own`: what an entry that names none is for.
template <class Data>
[[nodiscard]] bool names_each_once(const std::vector<batch_entry<Data>>& entries, std::string_view own) {
  // a map as the hub has one: a set would be some 80 functions more to compile
  boost::unordered_flat_map<std::string_view, bool, seeded_hash, std::equal_to<>> seen;
  seen.reserve(entries.size());
  for (const auto& each : entries) {
    if (!seen.emplace(each.name(own), true).second) return false;
  }
  return true;
}

}  // namespace detail

/// Enters, updates and leaves that are done together or not at all, and that others are told as one change. Each is written as
/// on a participant, and then all are published over a participant or an attachment:
///
///     presence::batch<status> team;
///     team.enter_client("ann", {"online"});
///     team.leave_client("bob");
///     p.publish(std::move(team), handler);
///
/// A client id may be named once. A handler that is given with one of them is told the outcome of all, before the handler of
/// the publish; it is never called where the batch is not published. Concurrency: one object is for one thread at a
/// time.
template <class Data>
class batch : public publishing<batch<Data>, Data> {
 public:
  batch() = default;  ///< of nothing
  ///@{
  /// Takes over the operations and their handlers. What this held is forgotten, as by `clear()`.
  batch(batch&&) noexcept = default;
  batch& operator=(batch&&) noexcept = default;
  ///@}
  ~batch() = default;

  /// How many operations it has.
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// Whether it has none. To publish such a batch fails with `bad_request`.
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  /// Makes room for so many operations in all.
  void reserve(std::size_t operations) { entries_.reserve(operations); }
  /// Forgets all; the handlers are not called.
  void clear() noexcept {
    entries_.clear();
    handlers_.clear();
  }

 private:
  friend class publishing<batch, Data>;
  friend struct detail::batch_access;

  void operate(action what, std::string* client_id, shared_data<Data> data, extras extra, detail::completion handler) {
    if (handler && handlers_.size() == handlers_.capacity()) handlers_.reserve(2 * handlers_.size() + 1);  // may fail
    entries_.push_back({what, client_id != nullptr, client_id != nullptr ? std::move(*client_id) : std::string{},
                        std::move(data), std::move(extra)});
    if (handler) handlers_.push_back(std::move(handler));
  }
  /// Tells all handlers, `last` behind the others.
  [[nodiscard]] detail::completion completion_of(detail::completion last) {
    if (handlers_.empty()) return last;
    if (last) handlers_.push_back(std::move(last));
    return [all = std::exchange(handlers_, {})](std::error_code outcome) mutable {
      std::exception_ptr thrown;  // by the first that does: the others are told all the same
      for (auto& each : all) {
        detail::attempt([&] { each(outcome); },
                        [&](std::exception_ptr what) {
                          if (thrown == nullptr) thrown = std::move(what);
                        });
      }
      if (thrown != nullptr) std::rethrow_exception(thrown);
    };
  }

  std::vector<detail::batch_entry<Data>> entries_;
  std::vector<detail::completion> handlers_;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
