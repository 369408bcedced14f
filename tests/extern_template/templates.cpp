#include "team.hpp"

PRESENCE_TEMPLATES(one_thread)

template class presence::basic_hub<status>;
template class presence::basic_session<status, std::chrono::system_clock, presence::no_backplane>;
template class presence::basic_attachment<status, std::chrono::system_clock, presence::no_backplane>;
template class presence::loopback<status>;
template class presence::basic_presence<status, std::chrono::system_clock, presence::loopback<status>>;
