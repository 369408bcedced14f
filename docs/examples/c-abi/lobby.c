/* A lobby, in C99: who comes, what they carry, who is lost and who comes back. */
#include "presence_c.h"

#include <stdio.h>
#include <stdlib.h>

static void must(presence_status status) {
  if (status == PRESENCE_OK) return;
  fprintf(stderr, "lobby: %s\n", presence_status_text(status));
  exit(EXIT_FAILURE);
}

static void print(presence_bytes bytes) { printf("%.*s", (int)bytes.size, (const char*)bytes.data); }

/* User data that the library hands back, and destroys when the listener is gone. */
typedef struct screen {
  const char* title;
  int lines;
} screen;

static void on_event(const presence_event* event, void* user_data) {
  screen* shown = user_data;
  ++shown->lines;
  printf("%s: ", shown->title);
  print(event->client_id);
  switch (event->action) {
    case PRESENCE_PRESENT: printf(" is here"); break;
    case PRESENCE_ENTER: printf(" came"); break;
    case PRESENCE_UPDATE: printf(" changed"); break;
    case PRESENCE_LEAVE: printf(event->reason == PRESENCE_REASON_TIMED_OUT ? " timed out" : " left"); break;
    default: printf(" did something new"); break; /* of a later version */
  }
  printf(", %d bytes\n", (int)event->data.size);
}

static void free_screen(void* user_data) {
  printf("screen of %d lines is freed\n", ((screen*)user_data)->lines);
  free(user_data);
}

static void on_done(presence_status outcome, void* user_data) {
  printf("%s: %s\n", (const char*)user_data, presence_status_text(outcome));
}

static presence_session* connect_as(presence_hub* hub, const char* client_id, int64_t grace) {
  presence_identity who;
  presence_session* session;
  must(presence_identity_init(&who, sizeof who));
  who.client_id = presence_text(client_id);
  who.grace = grace;
  must(presence_hub_connect(hub, &who, &session));
  return session;
}

static presence_participant* room_of(presence_session* session) {
  presence_participant* participant;
  must(presence_session_room(session, presence_text("lobby"), &participant));
  return participant;
}

static void list(presence_participant* participant) {
  presence_snapshot* snapshot;
  size_t size, i;
  must(presence_participant_snapshot(participant, &snapshot));
  must(presence_snapshot_size(snapshot, &size));
  printf("%d here:", (int)size);
  for (i = 0; i < size; ++i) {
    const presence_member* member;
    must(presence_snapshot_at(snapshot, i, &member));
    printf(" ");
    print(member->client_id);
  }
  printf("\n");
  presence_snapshot_destroy(snapshot);
}

int main(void) {
  const presence_wake no_wake = {NULL, NULL, NULL};
  const presence_completion nobody = {NULL, NULL, NULL};
  const presence_completion entered = {on_done, "alice enters", NULL};
  const presence_completion refused = {on_done, "alice carries too much", NULL};
  const unsigned char position[4] = {3, 0, 7, 0}; /* not text */
  const presence_bytes at = {position, sizeof position};
  static const char too_much[100000] = "";
  const presence_bytes all_of_it = {too_much, sizeof too_much};

  presence_hub* hub;
  presence_session *alice, *bob, *carol, *back;
  presence_participant *a, *b, *c;
  presence_listener listener = {on_event, NULL, free_screen};
  presence_subscription* subscription;
  presence_bytes key;
  bool present;
  size_t ended;
  screen* bobs = malloc(sizeof *bobs);
  if (bobs == NULL) return EXIT_FAILURE;
  bobs->title = "bob sees";
  bobs->lines = 0;

  if (presence_c_version() < PRESENCE_C_VERSION)
    return EXIT_FAILURE; /* found an older library than this was built for */
  must(presence_hub_create(NULL, no_wake, &hub));
  alice = connect_as(hub, "alice", -1);
  bob = connect_as(hub, "bob", -1);
  carol = connect_as(hub, "carol", 0); /* no grace */
  a = room_of(alice);
  b = room_of(bob);
  c = room_of(carol);

  listener.user_data = bobs;
  must(presence_participant_subscribe(b, PRESENCE_ALL_ACTIONS, listener, &subscription));
  must(presence_participant_enter(a, at, entered));
  must(presence_participant_update(a, all_of_it, refused));
  must(presence_participant_enter(c, presence_text("hello"), nobody));
  list(b);

  /* A lost connection: alice comes back in time, carol does not. */
  must(presence_session_resume_key(alice, &key));
  must(presence_session_drop(alice));
  must(presence_session_drop(carol));
  must(presence_hub_resume(hub, key, &back));
  must(presence_hub_run_due(hub, &ended)); /* what a timer calls after presence_hub_due_in */
  printf("%d session timed out\n", (int)ended);
  must(presence_participant_is_user_present(b, presence_text("alice"), &present));
  printf("alice is %s\n", present ? "still here" : "gone");
  must(presence_participant_leave(a, presence_text(NULL), nobody));

  presence_hub_destroy(hub); /* in any order */
  presence_session_destroy(alice);
  presence_session_destroy(back);
  presence_session_destroy(bob);
  presence_session_destroy(carol);
  presence_participant_destroy(a);
  presence_participant_destroy(b);
  presence_participant_destroy(c);
  presence_subscription_destroy(subscription);
  return EXIT_SUCCESS;
}
