// Presence of the official `phoenix` client.
//
// A Presence registers itself at a channel for `presence_state` (all members) and `presence_diff` (who joined and who
// left), and handles them with Presence.syncState and Presence.syncDiff. The channel here is a stub that keeps what was
// registered, as in Phoenix's own tests; a message arrives as the socket's serializer leaves it: parsed.
//
// A key has a list of metas, one for each connection. An update is a diff in which the new meta joins and the old one
// leaves, so onJoin and onLeave are called once each.
import { Presence } from "phoenix";
import { fromTheWire, messageId, status } from "./workload.mjs";

export class Room {
  static peer = "phoenix";
  static packages = ["phoenix"];
  static callsForAnUpdate = 2;
  static lookupScans = false;

  told = 0;
  #handlers = {};
  #presence;

  constructor() {
    const channel = { on: (event, handler) => { this.#handlers[event] = handler; }, joinRef: () => "1" };
    this.#presence = new Presence(channel);
    this.#presence.onJoin(() => { ++this.told; });
    this.#presence.onLeave(() => { ++this.told; });
    this.#handlers.presence_state({});  // joined, and nobody is here
  }

  /** `before` is the serial of the meta that the members have so far. */
  static message(action, members, serial, before) {
    const diff = { joins: {}, leaves: {} };
    for (const member of members) {
      if (action !== "leave") diff.joins[member.clientId] = { metas: [meta(member, serial, before)] };
      if (action !== "enter") diff.leaves[member.clientId] = { metas: [meta(member, before)] };
    }
    return fromTheWire(diff);
  }

  receive(message) { this.#handlers.presence_diff(message); }

  /** All members once more, in one message, with the refs that the set has. */
  static wholeState(members, serial) {
    return fromTheWire(Object.fromEntries(members.map((m) => [m.clientId, { metas: [meta(m, serial)] }])));
  }

  sync(state) { this.#handlers.presence_state(state); }

  isUserPresent(member) { return this.#presence.state[member.clientId] !== undefined; }

  iterate() {
    let total = 0;
    for (const { metas } of this.#presence.list()) total += metas[0].status.length;
    return total;
  }

  size() { return Object.keys(this.#presence.state).length; }

  close() {}
}

const meta = (member, serial, before) => ({
  status: status(serial),
  phx_ref: messageId(member, serial),
  ...(before !== undefined && { phx_ref_prev: messageId(member, before) }),
});
