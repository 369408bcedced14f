// Types that cannot be a member's data, each told so in a sentence. `#line` as in held_wrong.cpp.
#include <presence/presence.hpp>

#include <any>
#include <string>

#ifdef PRESENCE_MUST_FAIL
#line 1 "data_is_any"  // says: presence: Data can be made of anything, as std::any can
presence::hub<std::any> of_anything;
#line 1 "data_is_const"  // says: presence: Data is a reference or const
presence::hub<const std::string> of_const;
#line 1 "data_is_a_reference"  // says: presence: Data is a reference or const
presence::hub<std::string&> of_a_reference;
#line 1 "data_is_void"  // says: presence: Data is void
presence::hub<void> of_nothing;
#else
struct anything {
  std::any value;
};
struct nothing {};
void enter(presence::local_presence<anything>& a, presence::local_presence<nothing>& b) {
  a.enter({std::any{1}}, [](std::error_code) {});
  a.enter([](std::error_code) {});
  b.enter({});
}
presence::hub<anything> of_anything;
presence::hub<nothing> of_nothing;
#endif
