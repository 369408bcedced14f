"""What `replay --json` must answer: a model of the issue's text that shares nothing with the library. No performance,
no cleverness: the room is a list of members, and everything is looked up by going through it."""

import json


class Room:
    """What one observer sees."""

    def __init__(self):
        self.members = []  # [member number, client]
        self.events = {"enter": 0, "update": 0, "leave": 0, "present": 0}
        self.leave_reasons = {"left": 0, "timed_out": 0}
        self.users = {"online": 0, "offline": 0}
        self.peak_members = 0
        self.peak_users = 0

    def clients(self):
        return {client for _, client in self.members}

    def happens(self, action, number, client, reason=None):
        before = client in self.clients()
        if action == "enter":
            self.members.append([number, client])
        if action == "leave":
            self.members.remove([number, client])
            self.leave_reasons[reason] += 1
        after = client in self.clients()
        self.events[action] += 1
        if after and not before:
            self.users["online"] += 1
        if before and not after:
            self.users["offline"] += 1
        self.peak_members = max(self.peak_members, len(self.members))
        self.peak_users = max(self.peak_users, len(self.clients()))


def replay(lines, grace):
    """The result for these lines (dictionaries), as a dictionary with its keys in the order that the program prints."""
    room = Room()
    open_connections = {}  # connection id -> member number
    lost = []  # [due, number, client], in the order of the drops, which with one grace period is that of `due`
    ignored = 0
    members_so_far = 0

    def run_due(now):
        while lost and lost[0][0] <= now:
            _, number, client = lost.pop(0)
            room.happens("leave", number, client, "timed_out")

    now = 0
    for line in lines:
        now = line["t"]
        run_due(now)
        event, client, connection = line["event"], line["client"], line["connection"]
        number = open_connections.get(connection)
        if event in ("enter", "update"):
            if number is None:
                members_so_far += 1
                open_connections[connection] = members_so_far
                room.happens("enter", members_so_far, client)
            else:
                room.happens("update", number, client)
        elif number is None:
            ignored += 1
        else:
            del open_connections[connection]
            if event == "leave":
                room.happens("leave", number, client, "left")
            else:
                lost.append([now + grace, number, client])
    run_due(now + grace)

    return {
        "lines": len(lines),
        "ignored": ignored,
        "events": room.events,
        "leave_reasons": room.leave_reasons,
        "users": room.users,
        "peak_members": room.peak_members,
        "peak_users": room.peak_users,
        "final_members": len(room.members),
        "final_users": len(room.clients()),
    }


def as_printed(result):
    return json.dumps(result, separators=(",", ":")) + "\n"
