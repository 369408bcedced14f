// Whether a transport keeps the contract: a typed GoogleTest suite that its author instantiates.
#ifndef PRESENCE_TESTING_TRANSPORT_CONFORMANCE_HPP
#define PRESENCE_TESTING_TRANSPORT_CONFORMANCE_HPP

#include <presence/testing/impl/conformance_base.hpp>
#include <presence/testing/impl/conformance_of_attaching.hpp>
#include <presence/testing/impl/conformance_of_ending.hpp>
#include <presence/testing/impl/conformance_of_publishing.hpp>

namespace presence::inline PRESENCE_ABI::testing {

REGISTER_TYPED_TEST_SUITE_P(
    transport_conformance, a_new_transport_is_initialized_and_has_told_nothing,
    attach_is_reported_with_the_modes_that_were_granted, connections_have_ids_of_their_own,
    attached_comes_before_the_sync_and_the_sync_before_what_follows, a_sync_shows_every_member_as_present_and_ends,
    what_happens_while_somebody_attaches_is_neither_lost_nor_repeated, detach_is_reported_and_members_leave,
    detach_is_reported_where_it_was_not_attached, attach_after_detach_begins_anew,
    messages_arrive_in_order_without_loss_or_repetition, receivers_see_one_order, the_hub_fills_in_who_it_was_and_when,
    data_and_extras_arrive_as_they_were_sent, messages_of_one_publish_are_numbered, the_echo_comes_before_the_outcome,
    every_publish_is_answered_once, one_without_permission_to_be_present_is_refused,
    acting_for_another_client_is_refused_and_the_connection_stays_usable, one_without_a_client_id_cannot_be_present,
    a_wildcard_acts_for_anyone, a_publish_to_a_room_that_is_not_attached_fails,
    without_subscribe_mode_one_hears_of_its_own_members_only, resync_is_an_attach_that_is_not_resumed_and_a_sync,
    resync_of_an_empty_room_is_an_attach_without_members, no_call_follows_once_it_is_unbound,
    members_leave_with_the_transport, it_may_be_unbound_inside_any_call, it_may_be_destroyed_inside_any_call,
    calls_inside_calls_are_legal_and_come_later, it_can_be_moved, calls_from_several_threads_are_made_one_at_a_time,
    a_transport_may_end_while_others_publish, a_lost_connection_comes_back_with_everything_or_with_a_sync);

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
