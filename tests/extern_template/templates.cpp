#include "team.hpp"

PRESENCE_TEMPLATES(presence::hub<status>)

template class presence::basic_hub<secret, std::chrono::system_clock, one_thread>;
template class presence::basic_session<secret, std::chrono::system_clock, one_thread>;
template class presence::basic_attachment<secret, std::chrono::system_clock, one_thread>;
template class presence::loopback<secret, std::chrono::system_clock, one_thread>;
template class presence::basic_presence<secret, std::chrono::system_clock, secret_transport>;
