// graphql-ws: greeting with a key, events, pings, and the codes that connections are closed with.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { serve, makeKey, peerband } from "./server.mjs";
import { DATA, EVENT_MS, KEYS, URL_OF_SOCKET, ask, bearer, runJob, socketWith, text, within } from "./peerband.mjs";

const [, PROGRESSED] = text("JobRun").split("}\n\n");
const PUBLISHED = text("Published");

// Ended after each test, also where it fails: an open connection keeps the process from ending.
// Where it is closed by the server, each of its promises fails with the event: none of them may be left alone.
const opened = [];
afterEach(() => Promise.all(opened.splice(0).map((client) => client.dispose())));

function open(options = {}) {
  const socket = { url: URL_OF_SOCKET, webSocketImpl: socketWith(KEYS.operator), retryAttempts: 0, lazy: false, onNonLazyError() {} };
  const client = createClient({ ...socket, ...options });
  opened.push(client);
  return client;
}

const connected = (client) => within(5_000, "a connection", new Promise((resolve) => client.on("connected", resolve)));

/** The code that a client's connection is closed with. */
const closed = (client, ms = 10_000) =>
  within(ms, "the end of the connection", new Promise((resolve) => client.on("closed", ({ code }) => resolve(code))));

test("graphql-ws answers queries and mutations, and tells errors of both kinds", async () => {
  const client = open();
  const first = async (payload) => {
    for await (const answer of client.iterate(payload)) return answer;
  };
  const { data } = await first({ query: "query Named($id: String!) { partner(by: { partnerId: $id }) { name } }", variables: { id: "p02" } });
  assert.deepEqual(data, { partner: { name: "Partner 02 Ltd" } });
  const failed = await first({ query: '{ scorecard(partnerId: "nobody") { id } }' });
  assert.deepEqual([failed.data.scorecard, failed.errors[0].extensions.code], [null, "FORBIDDEN"]);
  await assert.rejects(first({ query: "{ nonsense }" }), (errors) => {
    assert.equal(errors[0].extensions.code, "BAD_INPUT");
    return true;
  });
});

test("graphql-ws hears of a run from its start to its end, and of what it publishes", async () => {
  const client = open({ connectionParams: { authorization: `Bearer ${KEYS.operator}` } });
  await connected(client);
  const run = (async () => {
    const states = [];
    for await (const { data, errors } of client.iterate({ query: PROGRESSED })) {
      assert.equal(errors, undefined);
      if (data.jobRunProgressed.asOf !== "2026-08-31") continue;
      states.push(data.jobRunProgressed);
      if (states.at(-1).state !== "RUNNING") return states;
    }
  })();
  const snapshot = (async () => {
    for await (const { data } of client.iterate({ query: PUBLISHED })) {
      if (data.snapshotPublished.asOf === "2026-08-31") return data.snapshotPublished;
    }
  })();
  await heardOf(client);
  const id = await runJob("2026-08-31");
  const states = await within(EVENT_MS, "the run's end", run);
  assert.ok(states.every((state) => state.id === id));
  const { state, scorecardCount, snapshot: made } = states.at(-1);
  const published = await within(EVENT_MS, "the snapshot", snapshot);
  assert.deepEqual([state, published.revision, made.id], ["SUCCEEDED", 1, published.id]);
  // Operators see no partner's figures, but how many there are.
  assert.equal(published.scorecardCount, scorecardCount);
});

/** Operations are begun in their order: where a later one is answered, those before it listen. */
async function heardOf(client) {
  for await (const answer of client.iterate({ query: "{ __typename }" })) assert.deepEqual(answer.data, { __typename: "Query" });
}

test("graphql-ws takes many events over one connection, and ends an operation alone", async () => {
  const client = open();
  await connected(client);
  const ended = client.iterate({ query: PUBLISHED });
  const waiting = ended.next();
  await heardOf(client);
  await ended.return();
  assert.equal((await waiting).done, true);
  await heardOf(client);
});

test("graphql-ws pings and is answered", async () => {
  const client = open({ keepAlive: 100 });
  const pong = new Promise((resolve) => client.on("pong", resolve));
  await connected(client);
  await within(5_000, "a pong", pong);
});

test("graphql-ws is closed with the codes of the protocol", async () => {
  for (const [what, code, speak] of [
    ["an operation before the greeting", 4401, (socket) => socket.send('{"id":"1","type":"subscribe","payload":{"query":"{__typename}"}}')],
    ["a message that is none", 4400, (socket) => socket.send("nonsense")],
    ["a second greeting", 4429, (socket) => ["", ""].forEach(() => socket.send('{"type":"connection_init"}'))],
    ["no greeting", 4408, () => {}],
  ]) {
    const socket = new WebSocket(URL_OF_SOCKET, "graphql-transport-ws", { headers: bearer(KEYS.operator) });
    const end = new Promise((resolve) => socket.once("close", resolve));
    socket.once("open", () => speak(socket));
    assert.equal(await within(10_000, what, end), code, what);
  }
  const twice = new WebSocket(URL_OF_SOCKET, "graphql-transport-ws", { headers: bearer(KEYS.operator) });
  const end = new Promise((resolve) => twice.once("close", resolve));
  twice.once("open", () => {
    twice.send('{"type":"connection_init"}');
    for (const _ of [1, 2]) twice.send(JSON.stringify({ id: "same", type: "subscribe", payload: { query: PUBLISHED } }));
  });
  assert.equal(await within(5_000, "two operations of one id", end), 4409);
});

test("graphql-ws is not let in with a bad key, and told nothing by a good one in the greeting alone", async () => {
  // A server of its own: bad credentials make their address wait.
  const server = await serve(DATA);
  const url = `${server.address.replace("http:", "ws:")}/graphql`;
  try {
    for (const webSocketImpl of [WebSocket, socketWith("pbk_nonsense")]) {
      const client = createClient({ url, webSocketImpl, retryAttempts: 0, connectionParams: bearer(KEYS.admin) });
      const failed = new Promise((resolve) => client.subscribe({ query: PUBLISHED }, { next() {}, complete() {}, error: resolve }));
      const error = await within(5_000, "a refusal", failed);
      assert.match(String(error.message), /401/);
    }
  } finally {
    await server.stop();
  }
});

test("graphql-ws is closed when its key is revoked or expires", async () => {
  const key = makeKey(DATA, "revoked-soon", "analyst");
  const client = open({ webSocketImpl: socketWith(key) });
  await connected(client);
  peerband(DATA, "keys", "revoke", "revoked-soon", "--quiet");
  // A connection is looked at every now and then; whoever uses it is told at once.
  const end = closed(client);
  client.subscribe({ query: PUBLISHED }, { next() {}, complete() {}, error: () => {} });
  assert.equal(await end, 4403, "a revoked key");

  const expiresAt = new Date(Date.now() + 2_000).toISOString();
  const mutation = text("ApiKeys").split("\n\n")[1];
  const { createApiKey } = await ask(mutation, { input: { name: "expires-soon", role: "ANALYST", expiresAt } });
  const expiring = open({ webSocketImpl: socketWith(createApiKey.secret) });
  await connected(expiring);
  assert.equal(await closed(expiring), 4403, "an expired key");
});

test("graphql-ws opens twenty connections with one key and no more", async () => {
  const key = makeKey(DATA, "crowd", "analyst");
  const impl = socketWith(key);
  const crowd = Array.from({ length: 20 }, () => open({ webSocketImpl: impl }));
  await Promise.all(crowd.map(connected));
  const refused = new Promise((resolve, reject) => {
    const socket = new impl(URL_OF_SOCKET, "graphql-transport-ws");
    socket.once("unexpected-response", (request, { statusCode }) => {
      request.destroy();
      resolve(statusCode);
    });
    socket.once("error", reject);
    socket.once("open", () => reject(new Error("it was let in")));
  });
  assert.equal(await within(5_000, "a refusal", refused), 429);
});

test("graphql-ws holds thirty-two operations at most on one connection", async () => {
  const client = open();
  await connected(client);
  const refusals = [];
  const ends = Array.from({ length: 33 }, () =>
    client.subscribe({ query: PUBLISHED }, { next() {}, complete() {}, error: (errors) => refusals.push(errors) }),
  );
  for (const end = Date.now() + 5_000; refusals.length === 0 && Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(refusals.length, 1);
  assert.match(refusals[0][0].message, /too many operations/);
  ends.forEach((stop) => stop());
});

/** As a browser opens it for a page of another site: that names itself, and has no header of its own. */
const fromPage = (origin) =>
  class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { origin });
    }
  };

test("graphql-ws shows the key of a page of an allowed origin in its greeting", async () => {
  const origin = "https://portal.example.com";
  const { address, stop } = await serve(DATA, { PEERBAND_HTTP_ALLOWED_ORIGINS: origin });
  const url = `${address.replace("http:", "ws:")}/graphql`;
  try {
    const known = { url, webSocketImpl: fromPage(origin), connectionParams: { Authorization: `Bearer ${KEYS.partner}` } };
    const client = open(known);
    for await (const { data } of client.iterate({ query: "{ viewer { role } }" })) assert.equal(data.viewer.role, "PARTNER");
    assert.equal(await closed(open({ ...known, connectionParams: { Authorization: "Bearer nonsense" } })), 4403);
    assert.equal(await closed(open({ ...known, connectionParams: undefined })), 4401);
    assert.equal(await closed(open({ ...known, webSocketImpl: fromPage("https://other.example.com") })), 1006);
  } finally {
    await Promise.all(opened.splice(0).map((client) => client.dispose()));
    await stop();
  }
});
