// The presence set of the official `ably` client.
//
// The client keeps the set of a channel in an internal class, PresenceMap, and applies what arrives in the method
// RealtimePresence.setPresence. Neither is documented, but both are in the published package under their own names:
// `channel.presence` is the RealtimePresence and `channel.presence.members` the PresenceMap
// (node_modules/ably/src/common/lib/client/realtimepresence.ts and presencemap.ts; what runs is build/ably-node.js).
//
// It is the very code that the client runs for each incoming message: for a PRESENCE or SYNC message
// RealtimeChannel.processMessage decodes the members into PresenceMessages and then calls
// `presence.setPresence(messages, isSync, syncChannelSerial)`. That compares what is newer, changes the map and calls
// the listeners. Here the client never connects; the same call is made with messages decoded beforehand. Reading the
// socket, parsing and decoding are therefore not in the numbers.
//
// A look-up is `members.list({ clientId })`, and iterating is `members.values()`: what `presence.get()` answers with,
// without its promise.
import Ably from "ably";
import { fromTheWire, messageId, pagesOf, status } from "./workload.mjs";

const client = new Ably.Realtime({ key: "not.used:here", autoConnect: false });
const { PresenceMessage } = Ably.Realtime;

export class Room {
  static peer = "ably";
  static packages = ["ably"];
  static callsForAnUpdate = 1;
  static lookupScans = true;

  told = 0;
  #name;
  #presence;
  #syncs = 0;

  static #rooms = 0;

  constructor() {
    this.#name = `room-${++Room.#rooms}`;
    this.#presence = client.channels.get(this.#name, { attachOnSubscribe: false }).presence;
    this.#presence.subscribe(() => { ++this.told; });
  }

  /** One protocol message, decoded. */
  static message(action, members, serial) {
    return fromTheWire(members.map((member) => ({
      clientId: member.clientId, action, data: status(serial), connectionId: member.connectionId,
      timestamp: 1_700_000_000_000 + serial, id: messageId(member, serial),
    }))).map(decoded);
  }

  receive(message) { this.#presence.setPresence(message, false); }

  /** All members once more as the server lists them in a sync: pages of 1,000, with the ids that the set has. */
  static wholeState(members, serial) {
    return pagesOf(members, 1000).map((page) => Room.message("present", page, serial));
  }

  sync(pages) {
    const id = `sync${++this.#syncs}`;
    pages.forEach((page, i) => {
      const cursor = i + 1 < pages.length ? i + 1 : "";  // an empty cursor ends the sync
      this.#presence.setPresence(page, true, `${id}:${cursor}`);
    });
    if (!this.#presence.syncComplete) throw new Error("ably: the sync did not end");
  }

  isUserPresent(member) { return this.#presence.members.list({ clientId: member.clientId }).length > 0; }

  iterate() {
    let total = 0;
    for (const member of this.#presence.members.values()) total += member.data.length;
    return total;
  }

  size() { return this.#presence.members.values().length; }

  close() { client.channels.release(this.#name); }
}

function decoded(values) {
  const message = PresenceMessage.fromValues(values);
  message.encoding = undefined;  // as decoding leaves it
  return message;
}
