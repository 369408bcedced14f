#!/usr/bin/env python3
"""A bot that brings sensors into a room over the C interface, and somebody who watches them."""

import gc
import threading

from presence_c import ACTIONS, ALL_ACTIONS, ENTER, Error, Hub, kept, status_text


def show(event):
    print(f"{event.client_id.value.decode()} {ACTIONS[event.action]} {event.data.value}")


def told(what):
    return lambda outcome: print(f"{what}: {status_text(outcome)}")


with Hub(on_earlier_deadline=lambda: print("the timer asks again"), max_data_size=16) as hub:
    with hub.connect("bot", acts_for_others=True) as gateway, hub.connect("alice") as alice:
        bot, hers = gateway.room("lobby"), alice.room("lobby")

        # A function that nobody but the library refers to.
        watching = hers.subscribe(ALL_ACTIONS, lambda event: show(event))
        gc.collect()
        bot.enter_client("sensor-1", b"20\x00C", told("sensor-1"))  # data are bytes, with zeros or without
        bot.enter_client("sensor-2")
        print(hers.members(), hers.is_user_present("sensor-2"))

        # Errors: of the operation, which comes to its callback, and of the call, which is raised.
        bot.enter_client("sensor-3", b"more than 16 bytes", told("sensor-3"))
        hers.enter_client("bob", b"", told("alice for bob"))
        try:
            hub.resume("no key")
        except Error as error:
            print("resume:", error)
        try:
            hers.subscribe(0, show)
        except Error as error:
            print("subscribe to nothing:", error)

        # A listener that ends itself, and one that ends its participant under its own feet.
        def once(event):
            print("once:", event.client_id.value.decode())
            first.close()

        def last(event):
            print("last:", event.client_id.value.decode())
            carols.close()

        with hub.connect("carol") as carol:
            carols = carol.room("lobby")
            first = hers.subscribe(ENTER, once)
            second = carols.subscribe(ENTER, last)
            bot.enter_client("sensor-4")
            bot.enter_client("sensor-5")
            second.close()  # the participant has ended it, and this frees it

        # A connection that is lost and comes back, and another thread.
        alice.drop()
        print("a deadline is set:", hub.due_in() is not None)
        with hub.resume(alice.resume_key):
            thread = threading.Thread(target=lambda: bot.leave_client("sensor-1", done=told("from a thread")))
            thread.start()
            thread.join()
            watching.close()
            watching.close()  # a null pointer by now: nothing happens
            try:
                carols.members()
            except Error as error:
                print("a closed handle:", error)
        bot.close()
        hers.close()

print("the library still knows", len(kept), "functions")
