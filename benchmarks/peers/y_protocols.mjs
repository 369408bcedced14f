// Awareness of `y-protocols`, the presence of Yjs documents.
//
// A message is an encoded awareness update, made by `encodeAwarenessUpdate`, and arrives in `applyAwarenessUpdate`,
// which reads the bytes, parses the JSON of each state, compares clocks, changes the maps and calls the listeners of
// `change`. Decoding cannot be taken apart from the rest, so it is in the numbers.
//
// Awareness knows no names: a member is a number. A look-up asks for that number. There is no sync that finds out who
// has gone; members that are silent for 30 seconds are swept out instead.
import * as Y from "yjs";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import { status } from "./workload.mjs";

export class Room {
  static peer = "y_protocols";
  static packages = ["y-protocols", "yjs"];
  static callsForAnUpdate = 1;
  static lookupScans = false;

  told = 0;
  #awareness;

  constructor() {
    const doc = new Y.Doc();
    doc.clientID = 0;  // it is random otherwise, and might be a member's
    this.#awareness = new Awareness(doc);
    clearInterval(this.#awareness._checkInterval);  // nobody is swept out between two rounds
    this.#awareness.setLocalState(null);            // only the others are in the set
    // One call for each message; it names the members that changed.
    this.#awareness.on("change", ({ added, updated, removed }) => {
      this.told += added.length + updated.length + removed.length;
    });
  }

  static message(action, members, serial) {
    const sender = { states: new Map(), meta: new Map() };
    for (const { number } of members) {
      sender.meta.set(number, { clock: serial });
      sender.states.set(number, action === "leave" ? null : { status: status(serial) });
    }
    return encodeAwarenessUpdate(sender, members.map(({ number }) => number));
  }

  receive(message) { applyAwarenessUpdate(this.#awareness, message, "remote"); }

  isUserPresent(member) { return this.#awareness.getStates().has(member.number); }

  iterate() {
    let total = 0;
    this.#awareness.getStates().forEach((state) => { total += state.status.length; });
    return total;
  }

  size() { return this.#awareness.getStates().size; }

  close() { this.#awareness.doc.destroy(); }
}
