#ifndef PRESENCE_CODEC_IMPL_JSON_FIELDS_HPP
#define PRESENCE_CODEC_IMPL_JSON_FIELDS_HPP

#include <presence/version.hpp>

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/json/conversion.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <algorithm>
#include <concepts>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// The type brings a conversion of its own, which decides by itself what it accepts.
template <class T>
concept converts_itself_from_json = requires(const boost::json::value& from) {
  tag_invoke(boost::json::value_to_tag<T>{}, from);
}
|| requires(const boost::json::value& from) { tag_invoke(boost::json::try_value_to_tag<T>{}, from); };

/// Whether each object in `value` that becomes a described struct has exactly that struct's members; it looks into
/// members, optionals, sequences and maps. Boost.JSON 1.81 asks for the same in `try_value_to`, while later versions
/// may skip a member they do not know and do without an optional one: with this, two programs built with different
/// versions accept the same data.
template <class T>
[[nodiscard]] bool has_exact_fields(const boost::json::value& value) {
  if constexpr (is_optional<T>) {
    return value.is_null() || has_exact_fields<typename T::value_type>(value);
  } else if constexpr (converts_itself_from_json<T> || boost::json::is_string_like<T>::value ||
                       std::same_as<T, boost::json::object>) {
    return true;
  } else if constexpr (boost::json::is_map_like<T>::value) {
    const auto* object = value.if_object();
    using mapped_type = typename std::iter_value_t<decltype(std::begin(std::declval<T&>()))>::second_type;
    return object != nullptr && std::all_of(object->begin(), object->end(), [](const auto& field) {
             return has_exact_fields<mapped_type>(field.value());
           });
  } else if constexpr (boost::json::is_sequence_like<T>::value) {
    const auto* array = value.if_array();
    using element_type = std::iter_value_t<decltype(std::begin(std::declval<T&>()))>;
    return array != nullptr && std::all_of(array->begin(), array->end(),
                                           [](const auto& element) { return has_exact_fields<element_type>(element); });
  } else if constexpr (boost::json::is_described_class<T>::value) {
    using members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;
    const auto* object = value.if_object();
    bool exact = object != nullptr && object->size() == boost::mp11::mp_size<members>::value;
    boost::mp11::mp_for_each<members>([&](auto member) {
      using member_type = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
      const auto* field = exact ? object->if_contains(member.name) : nullptr;
      exact = field != nullptr && has_exact_fields<member_type>(*field);
    });
    return exact;
  } else {
    return true;
  }
}

/// Gives each object in `value` that becomes a described struct exactly that struct's members: those it does not know
/// go, those that are missing come from a default-constructed struct. It looks where `has_exact_fields` does. A value
/// of another kind is left for the conversion to refuse.
template <class T>
void complete_fields(boost::json::value& value) {
  if constexpr (is_optional<T>) {
    if (!value.is_null()) complete_fields<typename T::value_type>(value);
  } else if constexpr (converts_itself_from_json<T> || boost::json::is_string_like<T>::value ||
                       std::same_as<T, boost::json::object>) {
    return;
  } else if constexpr (boost::json::is_map_like<T>::value) {
    using mapped_type = typename std::iter_value_t<decltype(std::begin(std::declval<T&>()))>::second_type;
    if (auto* object = value.if_object()) {
      for (auto& field : *object) complete_fields<mapped_type>(field.value());
    }
  } else if constexpr (boost::json::is_sequence_like<T>::value) {
    using element_type = std::iter_value_t<decltype(std::begin(std::declval<T&>()))>;
    if (auto* array = value.if_array()) {
      for (auto& element : *array) complete_fields<element_type>(element);
    }
  } else if constexpr (boost::json::is_described_class<T>::value) {
    using members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;
    auto* const object = value.if_object();
    if (object == nullptr) return;
    boost::json::object exact{object->storage()};
    std::optional<T> defaults;  // made only where something is missing
    boost::mp11::mp_for_each<members>([&](auto member) {
      using member_type = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
      if (auto* field = object->if_contains(member.name)) {
        complete_fields<member_type>(*field);
        exact.emplace(member.name, std::move(*field));
      } else {
        if (!defaults) defaults.emplace();
        exact.emplace(member.name, boost::json::value_from(*defaults.*member.pointer));
      }
    });
    *object = std::move(exact);
  }
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
