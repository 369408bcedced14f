// The same for GoogleTest programs.
#ifndef PRESENCE_TESTS_SUPPORT_PCH_GTEST_HPP
#define PRESENCE_TESTS_SUPPORT_PCH_GTEST_HPP

#include "pch_boost.hpp"

#include <gtest/gtest.h>

#endif
