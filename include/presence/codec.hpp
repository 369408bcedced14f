#ifndef PRESENCE_CODEC_HPP
#define PRESENCE_CODEC_HPP

#include <presence/payload.hpp>
#include <presence/result.hpp>

#include <concepts>

namespace presence::inline PRESENCE_ABI {

namespace detail {

template <class C>
concept identity_codec_shape = std::same_as<typename C::value_type, typename C::payload_type>;

template <class C>
concept serializing_codec_shape = std::same_as<typename C::payload_type, payload> &&
    requires(const C& c, const typename C::value_type& value, const payload& raw) {
  { c.encode(value) } -> std::convertible_to<result<payload>>;
  { c.decode(raw) } -> std::convertible_to<result<typename C::value_type>>;
};

}  // namespace detail

/// The Codec policy: what an application's data (`value_type`) travels as (`payload_type`). Either the two are the same
/// type and nothing is done (`identity_codec`), or `payload_type` is `payload` and the codec has
/// `encode(const value_type&)` and `decode(const payload&)`, each giving a result or what converts to one.
template <class C>
concept codec = std::copy_constructible<C> && requires {
  typename C::value_type;
  typename C::payload_type;
} &&(detail::identity_codec_shape<C> || detail::serializing_codec_shape<C>);

/// No serialization: the data is handed over as a shared immutable pointer, without a copy.
template <class Data>
struct identity_codec {
  /// The application's data.
  using value_type = Data;
  /// What it travels as: itself.
  using payload_type = Data;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
