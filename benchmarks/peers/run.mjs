// What do other presence libraries cost, on the workloads of our own benchmarks?
//
//   node run.mjs OUT.json [--quick]
//
// Writes the medians in the layout of Google Benchmark and prints a line for each. `--quick` measures next to nothing,
// to see that everything still works.
//
// A benchmark makes its messages first, then measures how long the peer takes to receive them. One repetition is as
// many such rounds as fill MIN_MILLISECONDS; only the receiving is timed. After each round the set must have the right
// size and the listener must have been called as often as it should: there is no result that was not verified.
// `enter` and `leave` receive one message for each member, with one listener.
//
// `cpu_ns_each` is the processor time of all threads of Node, its garbage collector and compiler among them, and
// `wall_ns_each` time by the clock, which is more where the machine was busy with something else. `ns_each` is the
// smaller one, in favour of the peer.
import { readFileSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import v8 from "node:v8";
import vm from "node:vm";
import { Room as Ably } from "./ably.mjs";
import { Room as Phoenix } from "./phoenix.mjs";
import { Room as YProtocols } from "./y_protocols.mjs";
import { pagesOf, shuffled, spread, status } from "./workload.mjs";

const args = process.argv.slice(2);
const quick = args.includes("--quick");
const out = args.find((arg) => !arg.startsWith("--"));
if (out === undefined) {
  console.error("usage: node run.mjs OUT.json [--quick]");
  process.exit(2);
}

const MIN_MILLISECONDS = quick ? 0 : 25;
const REPETITIONS = quick ? 1 : 5;
const UPDATES_OF_A_ROUND = 20_000;  // at most; of a larger set each round updates other members

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc");

function expect(what, actual, expected) {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}

// ---- What is measured. Each makes its messages and returns a function that prepares one round and returns what to
// ---- time, how many things that is, and how to verify it.

/** Messages for `members`, `batch` in each. */
const messages = (Room, action, members, batch, serial, before) =>
  pagesOf(members, batch).map((some) => Room.message(action, some, serial, before));

function receive(room, messages) {
  for (const message of messages) room.receive(message);
}

function verify(room, told, size) {
  expect("calls of the listener", room.told, told);
  expect("members", room.size(), size);
  room.told = 0;
}

function filled(Room, members) {
  const room = new Room();
  for (const page of pagesOf(members, 1000)) room.receive(Room.message("enter", page, 1));
  verify(room, members.length, members.length);
  return room;
}

/** Everybody enters an empty set, in random order. */
function enter(Room, members) {
  const enters = messages(Room, "enter", shuffled(members, 7), 1, 1);
  return () => {
    const room = new Room();
    return {
      count: members.length,
      run() { receive(room, enters); },
      verify() { verify(room, members.length, members.length); room.close(); },
    };
  };
}

/** Everybody leaves, in random order. */
function leave(Room, members) {
  const enters = messages(Room, "enter", members, 1000, 1);
  const leaves = messages(Room, "leave", shuffled(members, 8), 1, 2, 1);
  return () => {
    const room = new Room();
    receive(room, enters);
    verify(room, members.length, members.length);
    return {
      count: members.length,
      run() { receive(room, leaves); },
      verify() { verify(room, members.length, 0); room.close(); },
    };
  };
}

/** Members that are present are updated, in random order, `batch` of them in a message. */
const update = (batch) => (Room, members) => {
  const room = filled(Room, members);
  const portions = pagesOf(shuffled(members, 7), UPDATES_OF_A_ROUND);
  let serial = 1;
  return () => {
    ++serial;
    const portion = portions[serial % portions.length];
    const before = Math.max(1, serial - portions.length);  // when these members were last updated, or entered
    const updates = messages(Room, "update", portion, batch, serial, before);
    return {
      count: portion.length,
      run() { receive(room, updates); },
      verify() { verify(room, portion.length * Room.callsForAnUpdate, members.length); },
    };
  };
};

/** Is this user present? Asked for members that are, in random order; the cost of one question. */
function isUserPresent(Room, members) {
  const room = filled(Room, members);
  expect("a stranger is present", room.isUserPresent({ clientId: "nobody", number: 0 }), false);
  const order = shuffled(members, 9);
  const questions = Room.lookupScans ? Math.max(5, Math.floor(100_000 / members.length)) : 100_000;
  let next = 0;
  return () => {
    const asked = Array.from({ length: questions }, () => order[next++ % order.length]);
    let found = 0;
    return {
      count: questions,
      run() { for (const member of asked) found += room.isUserPresent(member); },
      verify() { expect("users found", found, questions); },
    };
  };
}

/** The whole set is read, a small one often; the cost of one member. */
function iterate(Room, members) {
  const room = filled(Room, members);
  const times = Math.max(1, Math.floor(10_000 / members.length));
  return () => {
    let total = 0;
    return {
      count: members.length * times,
      run() { for (let i = 0; i < times; ++i) total += room.iterate(); },
      verify() { expect("characters read", total, members.length * times * status(1).length); },
    };
  };
}

/** The whole state arrives once more and changes nothing; the cost of one member. Nobody must be told. */
function unchangedSync(Room, members) {
  const room = filled(Room, members);
  const state = Room.wholeState(shuffled(members, 10), 1);
  return () => ({
    count: members.length,
    run() { room.sync(state); },
    verify() { verify(room, 0, members.length); },
  });
}

// ---- How it is measured.

/** Nanoseconds for each thing, by the clock and of the processor: rounds until they took long enough. */
function repetition(round) {
  let milliseconds = 0, cpu = 0, count = 0;
  do {
    const { count: more, run, verify } = round();
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    run();
    milliseconds += performance.now() - start;
    const { user, system } = process.cpuUsage(cpuBefore);
    verify();
    cpu += user + system;
    count += more;
  } while (milliseconds < MIN_MILLISECONDS);
  return { elapsed: (milliseconds * 1e6) / count, cpu: (cpu * 1e3) / count };
}

function median(numbers) {
  const sorted = numbers.sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const results = [];

function benchmark(operation, Room, members, start, shape = "", repetitions = REPETITIONS) {
  const name = `${operation}<${Room.peer}>/members:${members.length}${shape}`;
  const round = start(Room, members);
  if (!quick && members.length < 1_000_000) repetition(round);  // warm-up; a million come when all is warm
  collectGarbage();  // what other benchmarks left behind is not this one's
  const times = Array.from({ length: repetitions }, () => repetition(round));
  const elapsed = median(times.map((time) => time.elapsed)), cpu = median(times.map((time) => time.cpu));
  results.push({
    name: `${name}_median`, run_name: name, run_type: "aggregate", aggregate_name: "median",
    ns_each: Math.min(cpu, elapsed), cpu_ns_each: cpu, wall_ns_each: elapsed, repetitions,
  });
  console.log(`${name.padEnd(60)} ${elapsed.toFixed(1).padStart(12)} ns ${cpu.toFixed(1).padStart(12)} ns cpu`);
}

for (const size of quick ? [100] : [100, 10_000, 100_000]) {
  const members = spread(size);
  for (const Room of [Ably, YProtocols, Phoenix]) {
    benchmark("enter", Room, members, enter);
    for (const batch of [1, 100]) {
      benchmark("update", Room, members, update(batch), `/batch:${batch}/listeners:1`);
    }
    benchmark("leave", Room, members, leave);
    benchmark("is_user_present", Room, members, isUserPresent);
    benchmark("iterate", Room, members, iterate);
    if (Room.prototype.sync) benchmark("unchanged_sync", Room, members, unchangedSync);
  }
}

// A million members take seconds a round and 1.5 gigabytes: one peer, the questions that matter, three times.
const hasRoom = v8.getHeapStatistics().heap_size_limit > 2_000_000_000;
if (!hasRoom) console.error("no room for a million members: node --max-old-space-size=4096");
if (!quick && hasRoom) {
  const members = spread(1_000_000);
  benchmark("update", Ably, members, update(1), "/batch:1/listeners:1", 3);
  benchmark("update", Ably, members, update(100), "/batch:100/listeners:1", 3);
  benchmark("unchanged_sync", Ably, members, unchangedSync, "", 3);
}

// ---- The result.

const version = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
const packages = [Ably, YProtocols, Phoenix].flatMap((Room) => Room.packages);
writeFileSync(out, JSON.stringify({
  context: {
    date: new Date().toISOString(),
    node: process.version,
    packages: Object.fromEntries(packages.map((name) => [name, version(name)])),
  },
  benchmarks: results,
}, null, 2) + "\n");
