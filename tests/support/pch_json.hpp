// The same for what links presence::json, whose definitions would not match the other's.
#ifndef PRESENCE_TESTS_SUPPORT_PCH_JSON_HPP
#define PRESENCE_TESTS_SUPPORT_PCH_JSON_HPP

#include "pch_boost.hpp"

#include <boost/describe.hpp>
#include <boost/json.hpp>

#endif
