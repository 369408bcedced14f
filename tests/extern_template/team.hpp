// Used by two source files, of which one compiles the templates for both.
#ifndef PRESENCE_TEST_EXTERN_TEMPLATE_TEAM_HPP
#define PRESENCE_TEST_EXTERN_TEMPLATE_TEAM_HPP

#include <presence/extern_template.hpp>

#include <chrono>
#include <memory>
#include <string>

struct status {  // as most data: neither compared nor printed
  std::string text;
};
struct secret {  // and this is not copied either
  std::unique_ptr<int> number;
};

using everybody = presence::hub<status>;
using one_thread = presence::single_threaded_hub<secret>;

PRESENCE_EXTERN_TEMPLATES(one_thread)

// The public names by hand.
extern template class presence::basic_hub<status>;
extern template class presence::basic_session<status, std::chrono::system_clock, presence::no_backplane>;
extern template class presence::basic_attachment<status, std::chrono::system_clock, presence::no_backplane>;
extern template class presence::loopback<status>;
extern template class presence::basic_presence<status, std::chrono::system_clock, presence::loopback<status>>;

#endif
