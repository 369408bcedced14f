// Used by two source files, of which one compiles the templates for both.
#ifndef PRESENCE_TEST_EXTERN_TEMPLATE_TEAM_HPP
#define PRESENCE_TEST_EXTERN_TEMPLATE_TEAM_HPP

#include <presence/extern_template.hpp>

#include <chrono>
#include <memory>
#include <string>

struct status {
  std::string text;
};

PRESENCE_EXTERN_TEMPLATES(presence::hub<status>)

// The public names by hand, for data that cannot be copied.
struct secret {
  std::unique_ptr<int> number;
};
using one_thread = presence::basic_no_backplane<presence::null_mutex>;
using secret_transport = presence::loopback<secret, std::chrono::system_clock, one_thread>;
extern template class presence::basic_hub<secret, std::chrono::system_clock, one_thread>;
extern template class presence::basic_session<secret, std::chrono::system_clock, one_thread>;
extern template class presence::basic_attachment<secret, std::chrono::system_clock, one_thread>;
extern template class presence::loopback<secret, std::chrono::system_clock, one_thread>;
extern template class presence::basic_presence<secret, std::chrono::system_clock, secret_transport>;

#endif
