// GraphQL over HTTP: every audit of the graphql-http suite, whether the specification demands or recommends it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { serverAudits } from "graphql-http";

import { startServer } from "./server.mjs";

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

// The addresses are asked for when an audit runs: the server has started by then.
const fetchFn = (url, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${server.key}`);
  return fetch(url, { ...init, headers });
};
const audits = serverAudits({ url: () => server.url, fetchFn });

test("the suite is whole", () => assert.equal(audits.length, 61));

for (const audit of audits) {
  test(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn();
    assert.equal(result.status, "ok", result.reason);
  });
}
