// The workload of benchmarks/support/workload.hpp, in kind: realistic ids, a random order, data that is small.
// The random numbers always start the same, so every run and every peer sees the same members.

/** Numbers in [0, n), the same sequence for the same seed (mulberry32). */
function randomNumbers(seed) {
  return (n) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

function randomId(random, length) {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  let id = "";
  for (let i = 0; i < length; ++i) id += alphabet[random(alphabet.length)];
  return id;
}

/** `n` members: client ids of 12–24 characters, connection ids of 10; each client once. */
export function spread(n) {
  const random = randomNumbers(42);
  return Array.from({ length: n }, (_, i) => fromTheWire({
    clientId: randomId(random, 12 + random(13)),
    connectionId: randomId(random, 10),
    number: Math.imul(i + 1, 0x9e3779b1) >>> 0,  // for who knows no names: 32 bits, as if random, never 0, none twice
  }));
}

/** The same things in another, random order. */
export function shuffled(things, seed) {
  const random = randomNumbers(seed);
  const order = [...things];
  for (let i = order.length - 1; i > 0; --i) {
    const j = random(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export function pagesOf(things, size) {
  const pages = [];
  for (let at = 0; at < things.length; at += size) pages.push(things.slice(at, at + size));
  return pages;
}

/** What a member carries. Two serials in a row differ, and all have the same length. */
export const status = (serial) => `busy ${serial % 10}`;

/** `connection:serial:index`, newer with each serial. */
export const messageId = (member, serial) => `${member.connectionId}:${serial}:0`;

/** What a client holds once it has parsed JSON: strings of its own, and none that is still a rope of pieces. */
export const fromTheWire = (value) => JSON.parse(JSON.stringify(value));
