// What can be wrong with a transport.
#ifndef PRESENCE_TESTS_SUPPORT_FAULT_HPP
#define PRESENCE_TESTS_SUPPORT_FAULT_HPP

#include <cstdint>
#include <ostream>
#include <string_view>

namespace presence::test {

/// One thing that a `broken_transport` does wrong. X(name, the check of `transport_conformance` that must notice it).
#define PRESENCE_TEST_FAULTS(X)                                                                \
  X(batch_split, messages_of_one_publish_come_in_one_call)                                     \
  X(batch_split_at_100, messages_of_one_publish_come_in_one_call)                              \
  X(reentry_id_dropped, a_reentry_under_its_id_is_news_to_nobody)                              \
  X(client_ids_cut, long_client_ids_arrive_whole)                                              \
  X(data_cut, long_data_arrives_whole)                                                         \
  X(extras_cut, long_extras_arrive_whole)                                                      \
  X(sync_cut_at_50, a_sync_of_many_members_shows_each_of_them_once)                            \
  X(sync_cut_at_1000, a_sync_of_many_members_shows_each_of_them_once)                          \
  X(stamps_rounded, time_stamps_are_to_the_millisecond)                                        \
  X(page_ids_zeroed, a_sync_shows_members_as_their_last_messages_did)                          \
  X(publish_while_lost_unanswered, a_publish_while_the_connection_is_lost_is_answered_once)    \
  X(detach_while_lost_unanswered, a_detach_while_the_connection_is_lost_is_answered_and_stays) \
  X(detach_while_lost_only_here, a_detach_and_attach_while_the_connection_is_lost_begin_anew)  \
  X(unbind_does_not_wait, unbinding_waits_for_a_call_on_another_thread)                        \
  X(calls_under_own_lock, a_call_keeps_no_other_thread_waiting_and_no_second_one_beside_it)    \
  X(last_batch_again_after_resume, a_connection_that_comes_back_repeats_nothing)               \
  X(leave_extras_dropped, a_leave_brings_its_own_data_and_extras_or_the_last)                  \
  X(empty_data_becomes_none, empty_data_is_not_no_data)                                        \
  /* those were the blind spots of the first edition; from here on others */                   \
  X(leave_data_dropped, a_leave_brings_its_own_data_and_extras_or_the_last)                    \
  X(leave_sent_bare, a_leave_brings_its_own_data_and_extras_or_the_last)                       \
  X(leave_reason_lost, a_leave_says_why)                                                       \
  X(leave_reason_always_left, a_leave_says_why)                                                \
  X(leave_reason_closed_for_timed_out, members_of_a_connection_that_stays_away_time_out)       \
  X(synthesized_told_as_sent, members_of_a_connection_that_stays_away_time_out)                \
  X(batch_index_wrong, messages_of_one_publish_are_numbered)                                   \
  X(pages_out_of_order, a_sync_of_many_members_shows_each_of_them_once)                        \
  X(pages_unannounced, attached_comes_before_the_sync_and_the_sync_before_what_follows)        \
  X(sync_never_ends, a_sync_shows_every_member_as_present_and_ends)                            \
  X(page_data_dropped, a_sync_shows_members_as_their_last_messages_did)                        \
  X(page_extras_dropped, a_sync_shows_members_as_their_last_messages_did)                      \
  X(page_shows_enters, a_sync_shows_every_member_as_present_and_ends)                          \
  X(page_stamps_of_arrival, a_sync_shows_members_as_their_last_messages_did)                   \
  X(modes_not_passed_on, one_without_permission_to_be_present_is_refused)                      \
  X(modes_granted_not_reported, without_subscribe_mode_one_hears_of_its_own_members_only)      \
  X(published_before_the_echo, the_echo_comes_before_the_outcome)                              \
  X(two_calls_at_once, a_call_keeps_no_other_thread_waiting_and_no_second_one_beside_it)       \
  X(call_after_unbind, no_call_follows_once_it_is_unbound)                                     \
  X(attach_answered_twice, each_request_is_answered_by_one_state)                              \
  X(detach_not_reported, detach_is_reported_and_members_leave)                                 \
  X(detach_with_error, detach_is_reported_and_members_leave)                                   \
  X(detach_only_here, detach_is_reported_and_members_leave)                                    \
  X(resync_reported_as_resumed, resync_is_an_attach_that_is_not_resumed_and_a_sync)            \
  X(resync_ignored, resync_is_an_attach_that_is_not_resumed_and_a_sync)                        \
  X(resumed_although_missed, a_lost_connection_comes_back_with_everything_or_with_a_sync)      \
  X(missed_although_resumed, a_lost_connection_comes_back_with_everything_or_with_a_sync)      \
  X(loss_not_reported, a_loss_is_reported_with_its_reason)                                     \
  X(loss_without_reason, a_loss_is_reported_with_its_reason)                                   \
  X(tokens_confused, every_publish_is_answered_once)                                           \
  X(outcome_lost, every_publish_is_answered_once)                                              \
  X(outcome_told_twice, every_publish_is_answered_once)                                        \
  X(refusal_unanswered, every_publish_is_answered_once)                                        \
  X(refusal_told_as_another, one_without_permission_to_be_present_is_refused)                  \
  X(refusal_told_as_success, every_publish_is_answered_once)                                   \
  X(publish_after_detach_succeeds, a_publish_to_a_room_that_is_not_attached_fails)             \
  X(publish_after_detach_unanswered, a_publish_to_a_room_that_is_not_attached_fails)           \
  X(connection_id_late, the_connection_id_is_right_when_attached_is_reported)                  \
  X(connection_id_of_the_first, a_new_connection_is_not_resumed_and_has_its_own_id)            \
  X(live_told_twice, messages_arrive_in_order_without_loss_or_repetition)                      \
  X(every_tenth_batch_lost, messages_arrive_in_order_without_loss_or_repetition)               \
  X(echo_kept_from_the_quiet, without_subscribe_mode_one_hears_of_its_own_members_only)        \
  X(client_ids_lose_characters, client_ids_of_any_characters_arrive_as_they_are)               \
  X(client_id_not_sent, a_wildcard_acts_for_anyone)                                            \
  X(data_never_sent, data_and_extras_arrive_as_they_were_sent)                                 \
  X(payload_kind_lost, each_kind_of_payload_stays_what_it_is)                                  \
  X(update_told_as_enter, actions_arrive_as_the_hub_decided_them)                              \
  X(enter_told_as_present, actions_arrive_as_the_hub_decided_them)

enum class fault : std::uint8_t {
  none,
#define PRESENCE_TEST_FAULT(name, check) name,
  PRESENCE_TEST_FAULTS(PRESENCE_TEST_FAULT)
#undef PRESENCE_TEST_FAULT
};

struct fault_entry {
  fault which;
  std::string_view name;
  std::string_view noticed_by;  ///< a check of `transport_conformance`

  friend std::ostream& operator<<(std::ostream& out, const fault_entry& f) { return out << f.name; }
};

inline constexpr fault_entry faults[] = {
#define PRESENCE_TEST_FAULT(name, check) {fault::name, #name, #check},
    PRESENCE_TEST_FAULTS(PRESENCE_TEST_FAULT)
#undef PRESENCE_TEST_FAULT
};
#undef PRESENCE_TEST_FAULTS

}  // namespace presence::test

#endif
