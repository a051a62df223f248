// Caches that keep one record for each global id: what staff see and what a partner is shown stay apart in them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange as graphcache } from "@urql/exchange-graphcache";

import { KEYS, URL_OF_API, ask, bearer, document, text } from "./peerband.mjs";
import { variablesOf } from "./variables.mjs";

const headers = bearer(KEYS.analyst);

const CACHES = {
  "Apollo Client": async (query, variables) => {
    const client = new ApolloClient({ link: new HttpLink({ uri: URL_OF_API, headers }), cache: new InMemoryCache() });
    const { data } = await client.query({ query, variables });
    return data;
  },
  "urql's graphcache": async (query, variables) => {
    const parts = ["Measure", "PeerBand", "ScorecardConnection"];
    const cache = graphcache({ keys: Object.fromEntries(parts.map((type) => [type, () => null])) });
    const exchanges = [cache, fetchExchange];
    const client = new Client({ url: URL_OF_API, fetchOptions: { headers }, preferGetMethod: false, exchanges });
    const { data, error } = await client.query(query, variables);
    assert.equal(error, undefined);
    return data;
  },
};

/** Without what clients add to their documents. */
const bare = (data) => JSON.parse(JSON.stringify(data, (key, value) => (key === "__typename" ? undefined : value)));

for (const [name, read] of Object.entries(CACHES)) {
  test(`${name} reads what was answered, however many views of a scorecard a document asks for`, async () => {
    const variables = await variablesOf("ViewsQuery");
    const answer = await ask(text("Views"), variables, KEYS.analyst);
    assert.notDeepEqual(answer.staff.measure.bands, answer.preview.measure.bands);
    assert.notEqual(answer.partner.newest.snapshot.asOf, answer.partner.earlier.snapshot.asOf);
    assert.deepEqual(bare(await read(document("Views"), variables)), answer);
  });
}
