// The operations of a front-end team in its compilers, and what they make at a server that takes nothing else.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { parse, print } from "graphql";

import { codegen, relay, run } from "./compiled.mjs";
import { DATA, KEYS, NAMES, document, post } from "./peerband.mjs";
import { serve } from "./server.mjs";
import { variablesOf } from "./variables.mjs";

const operations = NAMES.flatMap((name) => document(name).definitions)
  .filter(({ kind }) => kind === "OperationDefinition")
  .map((one) => one.name.value);

const manifests = {};
before(() => {
  manifests.codegen = codegen();
  manifests.relay = relay();
});

test("graphql-codegen's types are what a front end in strict TypeScript can use", () => {
  run("tsc", "--project", "sample/tsconfig.json");
});

for (const [compiler, by] of [
  ["codegen", (id) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: id } } })],
  ["relay", (id) => ({ doc_id: id })],
]) {
  test(`a server with the manifest of ${compiler} takes its documents and no other`, async () => {
    const { path, documents } = manifests[compiler];
    const named = ([id, text]) => [parse(text).definitions.find(({ kind }) => kind === "OperationDefinition"), id, text];
    // Documents with several operations are one for each.
    const entries = Object.entries(documents).map(named);
    assert.deepEqual(entries.map(([operation]) => operation.name.value).sort(), [...operations].sort());

    const { address, stop } = await serve(DATA, { PEERBAND_DOCUMENTS_MANIFEST: path });
    try {
      for (const [{ name, operation }, id, text] of entries) {
        if (operation === "subscription") continue;
        const variables = await variablesOf(name.value);
        for (const body of [{ ...by(id), variables }, { documentId: id, variables }, { query: text, variables }]) {
          const { status, answer } = await post(body, { address });
          assert.deepEqual([status, answer.errors], [200, undefined], `${compiler} ${name.value}`);
        }
      }
      const [, , listed] = entries[0];
      for (const body of [
        { query: "{ __typename }" },
        { query: print(parse(listed)).replace("{", "{ __typename ") },
        { ...by("0".repeat(64)) },
        { documentId: "nobody" },
      ]) {
        const { status, answer } = await post(body, { address, key: KEYS.admin });
        assert.equal(status, 400, JSON.stringify(body));
        assert.equal(answer.errors[0].extensions.code, "PERSISTED_QUERY_NOT_SUPPORTED");
        assert.equal(answer.data, undefined);
      }
    } finally {
      await stop();
    }
  });
}
