// schema.graphql in the tools that front ends build with.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
  validateSchema,
} from "graphql";

import { startServer } from "./server.mjs";

const SCHEMA = "../../schema.graphql";
const written = readFileSync(SCHEMA, "utf8");

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

async function ask(query, variables) {
  const response = await fetch(server.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json",
      authorization: `Bearer ${server.key}`,
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, answer: await response.json() };
}

function run(program, ...args) {
  const { status, stdout, stderr } = spawnSync(join("node_modules/.bin", program), args, { encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
}

test("graphql-js reads the schema and finds nothing wrong with it", () => {
  assert.deepEqual(validateSchema(buildSchema(written)), []);
});

test("introspection describes the same schema", async () => {
  const query = getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true });
  const { answer } = await ask(query);
  assert.equal(answer.errors, undefined);
  const sorted = (schema) => printSchema(lexicographicSortSchema(schema));
  assert.equal(sorted(buildClientSchema(answer.data)), sorted(buildSchema(written)));
});

test("graphql-schema-linter has nothing to say", () => run("graphql-schema-linter", SCHEMA));

test("Relay compiles the operations of relay/, and the server answers what it makes of them", async () => {
  rmSync("relay/__generated__", { recursive: true, force: true });
  mkdirSync("relay/__generated__");
  const operations = "relay/__generated__/operations.json";
  writeFileSync(operations, "{}");
  run("relay-compiler", "relay.config.json");

  const texts = Object.values(JSON.parse(readFileSync(operations, "utf8")));
  assert.equal(texts.length, 5);
  const { answer } = await ask("{ scorecards { nodes { id } } }");
  const variables = { count: 5, named: "adat", id: answer.data.scorecards.nodes[0].id };
  for (const text of texts) {
    const { status, answer } = await ask(text, variables);
    assert.deepEqual([status, answer.errors], [200, undefined], text);
    assert.match(JSON.stringify(answer.data), /"name":"Adatum"/, text);
  }
});
