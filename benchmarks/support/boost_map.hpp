// What a look-up costs in a bare Boost map from client ids to anything, with this library's hash.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_BOOST_MAP_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_BOOST_MAP_HPP

#include "workload.hpp"
#include <presence/detail/util/hash.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace bench {

class boost_map {
 public:
  template <class Emit>
  void apply(const message& m, Emit&&) {
    members_.emplace(m.client_id, 0U);
  }
  [[nodiscard]] bool contains_user(std::string_view client_id) const { return members_.contains(client_id); }

 private:
  struct hasher {
    using is_transparent = void;
    using is_avalanching = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return presence::detail::hash_text(text, presence::detail::hash_seed());
    }
  };
  boost::unordered_flat_map<std::string, std::uint32_t, hasher, std::equal_to<>> members_;
};

}  // namespace bench

#endif
