// Compiles a hub and its participants once for a program, instead of in each source file that uses them.
#ifndef PRESENCE_EXTERN_TEMPLATE_HPP
#define PRESENCE_EXTERN_TEMPLATE_HPP

#include <presence/presence.hpp>

namespace presence::inline PRESENCE_ABI::detail {

template <class Hub>
struct templates_of;
template <class Data, class Clock, class Backplane>
struct templates_of<basic_hub<Data, Clock, Backplane>> {
  using data = Data;
  using clock = Clock;
  using backplane = Backplane;
  using mutex = typename Backplane::mutex_type;
  using transport = loopback<Data, Clock, Backplane>;
  using tap = typename hub_core<Data, Clock, Backplane>::tap;
};

}  // namespace presence::inline PRESENCE_ABI::detail

///@{
/// Two macros, as the language has no other way to say this of several templates at once. Both stand outside of all namespaces
/// and take the type of a hub. In a header of yours, behind the data:
///
///     struct status { std::string text; };
///     PRESENCE_EXTERN_TEMPLATES(presence::hub<status>)
///
/// and in one source file, which includes that header:
///
///     PRESENCE_TEMPLATES(presence::hub<status>)
///
/// That is `extern template class presence::basic_hub<status>;` and so on for session, attachment, loopback and participant,
/// and for the three classes behind them, without which a compiler that optimizes compiles nearly everything all the same
/// (docs/platforms.md has the numbers).
#define PRESENCE_EXTERN_TEMPLATES(...) PRESENCE_DETAIL_TEMPLATES(extern template, __VA_ARGS__)
#define PRESENCE_TEMPLATES(...) PRESENCE_DETAIL_TEMPLATES(template, __VA_ARGS__)
///@}

#define PRESENCE_DETAIL_TEMPLATES(what, ...)                                                              \
  what class ::presence::detail::hub_core<PRESENCE_DETAIL_OF_HUB(__VA_ARGS__)>;                           \
  what class ::presence::detail::hub_room<::presence::detail::templates_of<__VA_ARGS__>::data,            \
                                          ::presence::detail::templates_of<__VA_ARGS__>::mutex,           \
                                          ::presence::detail::templates_of<__VA_ARGS__>::tap>;            \
  what class ::presence::basic_attachment<PRESENCE_DETAIL_OF_HUB(__VA_ARGS__)>;                           \
  what class ::presence::loopback<PRESENCE_DETAIL_OF_HUB(__VA_ARGS__)>;                                   \
  what class ::presence::basic_session<PRESENCE_DETAIL_OF_HUB(__VA_ARGS__)>;                              \
  what class ::presence::basic_hub<PRESENCE_DETAIL_OF_HUB(__VA_ARGS__)>;                                  \
  what class ::presence::detail::presence_core<::presence::detail::templates_of<__VA_ARGS__>::data,       \
                                               ::presence::detail::templates_of<__VA_ARGS__>::clock,      \
                                               ::presence::detail::templates_of<__VA_ARGS__>::transport>; \
  what class ::presence::basic_presence<::presence::detail::templates_of<__VA_ARGS__>::data,              \
                                        ::presence::detail::templates_of<__VA_ARGS__>::clock,             \
                                        ::presence::detail::templates_of<__VA_ARGS__>::transport>;
#define PRESENCE_DETAIL_OF_HUB(...)                                                                          \
  ::presence::detail::templates_of<__VA_ARGS__>::data, ::presence::detail::templates_of<__VA_ARGS__>::clock, \
      ::presence::detail::templates_of<__VA_ARGS__>::backplane

#endif
