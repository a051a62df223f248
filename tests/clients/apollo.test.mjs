// Apollo Client: queries, pages in both directions, errors, documents by their hash, and subscriptions.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { createClient } from "graphql-ws";

import { AS_OF, EVENT_MS, KEYS, URL_OF_API, URL_OF_SOCKET, bearer, document, socketWith, within } from "./peerband.mjs";

const cache = () =>
  new InMemoryCache({
    possibleTypes: { Node: ["Partner", "Product", "Scorecard", "Snapshot"] },
    typePolicies: {
      Query: {
        fields: {
          scorecards: relayStylePagination(["slice", "filter", "orderBy", "asOf"]),
          partners: relayStylePagination(["filter", "orderBy"]),
        },
      },
    },
  });

const http = (options = {}) => new HttpLink({ uri: URL_OF_API, headers: bearer(KEYS.analyst), ...options });

const client = (link = http()) => new ApolloClient({ link, cache: cache() });

const FRANCE = { location: "FR" };

test("Apollo Client reads a scorecard", async () => {
  const { data } = await client().query({
    query: document("ScorecardPage"),
    variables: { partnerId: "p20", slice: FRANCE, asOf: AS_OF },
  });
  const { scorecard } = data;
  assert.equal(scorecard.__typename, "Scorecard");
  assert.equal(scorecard.partner.name, "Partner 20 Ltd");
  assert.deepEqual(
    scorecard.groups.map(({ group }) => group),
    ["PERFORMANCE", "CAPABILITY", "CUSTOMER_SUCCESS"],
  );
  const revenue = scorecard.groups[0].measures[0];
  assert.deepEqual([revenue.exact, revenue.value, revenue.band, revenue.rank], ["20005.0000", 20005, 4, 5]);
});

test("Apollo Client pages forwards with relayStylePagination", async () => {
  const asked = client().watchQuery({
    query: document("Leaderboard"),
    variables: { metric: "REVENUE", slice: FRANCE, asOf: AS_OF, first: 10 },
  });
  const following = asked.subscribe(() => {});
  const shown = () => asked.getCurrentResult().data?.scorecards;
  await shows(asked, () => shown()?.edges.length === 10);
  for (const count of [20, 24]) {
    assert.equal(shown().pageInfo.hasNextPage, true);
    await asked.fetchMore({ variables: { after: shown().pageInfo.endCursor } });
    await shows(asked, () => shown().edges.length === count);
  }
  assert.equal(shown().pageInfo.hasNextPage, false);
  assert.equal(shown().totalCount, 24);
  const ranks = shown().edges.map(({ node }) => node.measure.rank);
  assert.deepEqual(ranks, Array.from({ length: 24 }, (_, at) => at + 1));
  following.unsubscribe();
});

test("Apollo Client pages backwards with relayStylePagination", async () => {
  const asked = client().watchQuery({ query: document("PartnerList"), variables: { last: 10 } });
  const following = asked.subscribe(() => {});
  const shown = () => asked.getCurrentResult().data?.partners;
  await shows(asked, () => shown()?.edges.length === 10);
  assert.equal(shown().pageInfo.hasPreviousPage, true);
  for (const count of [20, 24]) {
    await asked.fetchMore({ variables: { before: shown().pageInfo.startCursor } });
    await shows(asked, () => shown().edges.length === count);
  }
  assert.equal(shown().pageInfo.hasPreviousPage, false);
  const names = shown().edges.map(({ node }) => node.name);
  assert.deepEqual(names, [...names].sort());
  following.unsubscribe();
});

/** Waits until a watched query shows something; it may be told of a page a little after the page is there. */
async function shows(asked, something) {
  for (const end = Date.now() + 5_000; !something(); ) {
    assert.ok(Date.now() < end, `it shows ${JSON.stringify(asked.getCurrentResult()).slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const PARTLY = gql`
  query Partly {
    program {
      timezone
    }
    scorecard(partnerId: "nobody") {
      id
    }
  }
`;

test("Apollo Client has errors as each of its policies says", async () => {
  await assert.rejects(client().query({ query: PARTLY }), (error) => {
    assert.ok(CombinedGraphQLErrors.is(error), String(error));
    assert.deepEqual(error.errors[0].path, ["scorecard"]);
    assert.equal(error.errors[0].extensions.code, "NOT_FOUND");
    return true;
  });
  const all = await client().query({ query: PARTLY, errorPolicy: "all" });
  assert.equal(all.data.program.timezone, "UTC");
  assert.equal(all.data.scorecard, null);
  assert.equal(all.error.errors[0].message, 'partnerId: there is no partner "nobody"');
  const ignored = await client().query({ query: PARTLY, errorPolicy: "ignore" });
  assert.equal(ignored.data.scorecard, null);
  assert.equal(ignored.error, undefined);
});

test("Apollo Client persists its documents by their hash, and asks for them by GET", async () => {
  const sent = [];
  const watched = async (uri, options) => {
    const response = await fetch(uri, options);
    sent.push({ method: options.method, hasText: /[?&"]query["=]/.test(options.body ?? uri), status: response.status });
    return response;
  };
  const sha256 = (query) => createHash("sha256").update(query).digest("hex");
  const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
  const asking = () => client(ApolloLink.from([persisted, http({ fetch: watched })]));
  const query = gql`
    query Persisted {
      partner(by: { partnerId: "p03" }) {
        name
      }
    }
  `;
  for (const _ of [1, 2]) {
    const { data } = await asking().query({ query });
    assert.equal(data.partner.name, "Partner 03 Ltd");
  }
  assert.deepEqual(sent, [
    { method: "GET", hasText: false, status: 200 },
    { method: "POST", hasText: true, status: 200 },
    { method: "GET", hasText: false, status: 200 },
  ]);
});

test("Apollo Client changes something and hears what becomes of it over graphql-ws", async (t) => {
  const socket = createClient({ url: URL_OF_SOCKET, webSocketImpl: socketWith(KEYS.operator) });
  t.after(() => socket.dispose());
  const link = ApolloLink.split(
    ({ operationType }) => operationType === "subscription",
    new GraphQLWsLink(socket),
    http({ headers: bearer(KEYS.operator) }),
  );
  const asking = client(link);
  const definitions = document("JobRun").definitions;
  const [mutation, subscription] = definitions.map((one) => ({ kind: "Document", definitions: [one] }));
  const heard = new Promise((resolve, reject) => {
    const states = [];
    asking.subscribe({ query: subscription, variables: {} }).subscribe({
      error: reject,
      next: ({ data, error }) => {
        if (error) return reject(error);
        const run = data.jobRunProgressed;
        if (run.asOf !== "2026-06-30") return;
        states.push(run.state);
        if (run.state !== "RUNNING") resolve([states.at(-1), run.snapshot]);
      },
    });
  });
  await socketOpen(socket);
  const { data } = await asking.mutate({ mutation, variables: { asOf: "2026-06-30" } });
  assert.equal(data.runJob.jobRun.asOf, "2026-06-30");
  const [state, snapshot] = await within(EVENT_MS, "the run's end", heard);
  assert.deepEqual([state, snapshot?.asOf], ["SUCCEEDED", "2026-06-30"]);
});

/** Waits until a socket is open and its first operation has been told. */
async function socketOpen(socket) {
  await within(5_000, "a connection", new Promise((resolve) => socket.on("connected", resolve)));
  await new Promise((resolve) => setTimeout(resolve, 200));
}
