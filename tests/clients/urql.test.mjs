// urql: queries, pages, errors, documents by their hash, and subscriptions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { cacheExchange as graphcache } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient } from "graphql-ws";

import { AS_OF, EARLIER, EVENT_MS, KEYS, URL_OF_API, URL_OF_SOCKET, bearer, document, runJob, socketWith, within } from "./peerband.mjs";

const client = (exchanges = [cacheExchange, fetchExchange], options = {}) =>
  new Client({ url: URL_OF_API, fetchOptions: { headers: bearer(KEYS.analyst) }, preferGetMethod: false, exchanges, ...options });

test("urql reads a trend", async () => {
  const variables = { partnerId: "p07", metric: "REVENUE", since: EARLIER, last: 2, every: "MONTH" };
  const { data, error } = await client().query(document("Trend"), variables);
  assert.equal(error, undefined);
  const { exact, change, trend } = data.scorecard.measure;
  assert.deepEqual([exact, change.exact, change.snapshot.asOf], ["7001.7500", "0.0000", EARLIER]);
  assert.deepEqual(
    trend.map(({ lastDay, measure }) => [lastDay, measure.value]),
    [
      ["2026-09-30", 7001.75],
      [AS_OF, 7001.75],
    ],
  );
});

test("urql is answered a query as JSON, although it takes events, too", async () => {
  const types = [];
  const watched = async (url, options) => {
    const response = await fetch(url, options);
    types.push([options.headers.accept.includes("text/event-stream"), response.headers.get("content-type")]);
    return response;
  };
  const { data } = await client([fetchExchange], { fetch: watched }).query("{ program { timezone } }", {});
  assert.equal(data.program.timezone, "UTC");
  assert.deepEqual(types, [[true, "application/graphql-response+json; charset=utf-8"]]);
});

test("urql asks by GET where it is told to", async () => {
  const asking = client(undefined, { preferGetMethod: "force" });
  const variables = { slice: { product: "suite" }, metrics: ["NET_PAID_SEATS"], asOf: AS_OF };
  const { data, error } = await asking.query(document("PeerBands"), variables);
  assert.equal(error, undefined);
  assert.equal(data.peerBands[0].peers, 24);
  assert.equal(data.peerBands[0].bands.reduce((sum, { partners }) => sum + partners, 0), 24);
});

// What has no global id is part of whatever it was read through.
const WITHOUT_ID = ["Measure", "ScorecardConnection", "ScorecardEdge", "PageInfo"];

test("urql's cache joins pages with relayPagination", async () => {
  const keys = Object.fromEntries(WITHOUT_ID.map((type) => [type, () => null]));
  const cache = graphcache({ keys, resolvers: { Query: { scorecards: relayPagination() } } });
  const asking = client([cache, fetchExchange]);
  const variables = { metric: "REVENUE", slice: { location: "FR" }, asOf: AS_OF, first: 9 };
  let shown;
  for (const count of [9, 18, 24]) {
    const after = shown?.pageInfo.endCursor;
    const { data, error } = await asking.query(document("Leaderboard"), { ...variables, after });
    assert.equal(error, undefined);
    shown = data.scorecards;
    assert.equal(shown.edges.length, count);
  }
  assert.equal(shown.pageInfo.hasNextPage, false);
  assert.equal(shown.edges.at(-1).node.measure.exact, "1000.2500");
});

test("urql has data and errors side by side", async () => {
  const query = gql`
    {
      program {
        timezone
      }
      partners(first: 1000) {
        totalCount
      }
    }
  `;
  const { data, error } = await client().query(query, {});
  assert.equal(data.program.timezone, "UTC");
  assert.equal(data.partners, null);
  assert.deepEqual(error.graphQLErrors[0].path, ["partners"]);
  assert.equal(error.graphQLErrors[0].extensions.code, "BAD_INPUT");
  const unknown = await client(undefined, { fetchOptions: {} }).query(query, {});
  assert.equal(unknown.error.graphQLErrors[0].extensions.code, "UNAUTHENTICATED");
  assert.equal(unknown.error.response.status, 401);
});

test("urql persists its documents by their hash", async () => {
  const sent = [];
  const watched = (url, options) => {
    sent.push(/[?&"]query["=]/.test(options.body ?? url));
    return fetch(url, options);
  };
  const query = gql`
    query PersistedByUrql {
      partner(by: { partnerId: "p04" }) {
        country
      }
    }
  `;
  for (const _ of [1, 2]) {
    const persisted = persistedExchange({ preferGetForPersistedQueries: false });
    const { data, error } = await client([persisted, fetchExchange], { fetch: watched }).query(query, {});
    assert.equal(error, undefined);
    assert.equal(data.partner.country, "FR");
  }
  // By its hash, then with its text; from then on by its hash alone.
  assert.deepEqual(sent, [false, true, false]);
});

test("urql hears of a snapshot over graphql-ws", async (t) => {
  const socket = createClient({ url: URL_OF_SOCKET, webSocketImpl: socketWith(KEYS.analyst) });
  t.after(() => socket.dispose());
  const exchange = subscriptionExchange({
    forwardSubscription: (request) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? "" }, sink) }),
    }),
  });
  const open = new Promise((resolve) => socket.on("connected", resolve));
  const heard = new Promise((resolve, reject) => {
    client([exchange, fetchExchange])
      .subscription(document("Published"), {})
      .subscribe(({ data, error }) => {
        if (error) reject(error);
        else if (data.snapshotPublished.asOf === "2026-05-31") resolve(data.snapshotPublished);
      });
  });
  await within(5_000, "a connection", open);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await runJob("2026-05-31");
  const snapshot = await within(EVENT_MS, "the snapshot", heard);
  assert.equal(snapshot.revision, 1);
  assert.ok(snapshot.scorecardCount > 24, `${snapshot.scorecardCount} scorecards`);
});

test("urql hears of a snapshot as server-sent events by itself", async (t) => {
  const heard = new Promise((resolve, reject) => {
    const listening = client([fetchExchange], { fetchSubscriptions: true })
      .subscription(document("Published"), {})
      .subscribe(({ data, error }) => {
        if (error) reject(error);
        else if (data.snapshotPublished.asOf === "2026-03-31") resolve(data.snapshotPublished);
      });
    t.after(() => listening.unsubscribe());
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await runJob("2026-03-31");
  assert.equal((await within(EVENT_MS, "the snapshot", heard)).revision, 1);
});
