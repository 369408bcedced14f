// Precompiled for the GoogleTest programs: only what is not ours and seldom changes. No test may rely on it; each file
// includes what it uses.
#ifndef PRESENCE_TESTS_SUPPORT_PCH_HPP
#define PRESENCE_TESTS_SUPPORT_PCH_HPP

#include <boost/container/small_vector.hpp>
#include <boost/signals2/signal.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#endif
