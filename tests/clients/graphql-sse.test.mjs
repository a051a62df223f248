// graphql-sse in its distinct connections mode, which is the one that the server offers.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createClient } from "graphql-sse";

import { EVENT_MS, KEYS, URL_OF_API, bearer, runJob, text, within } from "./peerband.mjs";

const PUBLISHED = text("Published");

const open = (key = KEYS.operator) =>
  createClient({ url: URL_OF_API, headers: bearer(key), singleConnection: false, retryAttempts: 0 });

test("graphql-sse asks once", async () => {
  const client = open();
  const answers = [];
  const query = "query Named($id: String!) { partner(by: { partnerId: $id }) { name } }";
  for await (const answer of client.iterate({ query, variables: { id: "p06" } })) answers.push(answer.data);
  assert.deepEqual(answers, [{ partner: { name: "Partner 06 Ltd" } }]);
  const failed = client.iterate({ query: "{ nonsense }" });
  assert.equal((await failed.next()).value.errors[0].extensions.code, "BAD_INPUT");
  client.dispose();
});

test("graphql-sse hears of a snapshot, and ends when it has heard enough", async () => {
  const client = open();
  const events = client.iterate({ query: PUBLISHED });
  const heard = (async () => {
    for await (const { data, errors } of events) {
      assert.equal(errors, undefined);
      if (data.snapshotPublished.asOf === "2026-07-31") return data.snapshotPublished;
    }
  })();
  // The request goes out at once; the server listens as soon as it has read it.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await runJob("2026-07-31");
  const snapshot = await within(EVENT_MS, "the snapshot", heard);
  assert.equal(snapshot.revision, 1);
  client.dispose();
});

test("graphql-sse is told who may not listen", async () => {
  const client = open(KEYS.partner);
  const events = client.iterate({ query: "subscription { jobRunProgressed { id } }" });
  const { value } = await within(5_000, "an answer", events.next());
  assert.equal(value.errors[0].extensions.code, "FORBIDDEN");
  assert.equal((await within(5_000, "the end", events.next())).done, true);
  client.dispose();
});
