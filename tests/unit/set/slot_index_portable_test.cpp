// The hash index of slots where the processor has no SSE2.
// A program of its own: elsewhere the headers are to see SSE2.
#define PRESENCE_DETAIL_SSE2 0
#include "support/slot_index_in_any_order.hpp"

#include <gtest/gtest.h>

namespace presence::test::set_slot_index_portable_test {
namespace {

TEST(slot_index, without_sse2_any_order_keeps_every_slot) { use_slot_index_in_any_order(); }

}  // namespace
}  // namespace presence::test::set_slot_index_portable_test
