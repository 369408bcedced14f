// What the library stands on, and nothing of its own: Boost.Signals2, Boost.Container and Boost.Unordered.
#include <boost/container/flat_map.hpp>
#include <boost/container/small_vector.hpp>
#include <boost/signals2/signal.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <boost/unordered/unordered_map.hpp>
