// Precompiled for every program of this tree: only what is not ours and seldom changes. No program may rely on it; each
// file includes what it uses, and ./dev clang, which precompiles nothing, shows that the examples do.
#ifndef PRESENCE_TESTS_SUPPORT_PCH_BOOST_HPP
#define PRESENCE_TESTS_SUPPORT_PCH_BOOST_HPP

#include <boost/container/small_vector.hpp>
#include <boost/signals2/signal.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <variant>
#include <vector>

#endif
