// schema.graphql and the operations under other people's rules, and beside the schema of the last release.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { ESLint } from "eslint";
import { buildSchema } from "graphql";

async function lint(...files) {
  const results = await new ESLint({ cwd: new URL("../..", import.meta.url).pathname, overrideConfigFile: new URL("eslint.config.mjs", import.meta.url).pathname }).lintFiles(files);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, ruleId, message }) => `${filePath}:${line}: ${message} (${ruleId})`),
  );
}

test("graphql-eslint has nothing to say about schema.graphql, with Relay's rules", async () => {
  assert.deepEqual(await lint("schema.graphql"), []);
});

test("graphql-eslint has nothing to say about the operations", async () => {
  assert.deepEqual(await lint("tests/clients/operations/*.graphql"), []);
});

/** The breaking changes between two schemas that a changelog does not name by their path, such as `Measure.band`. */
async function unnamed(before, after, changelog) {
  const changes = await diff(buildSchema(before), buildSchema(after));
  return changes
    .filter(({ criticality, path }) => criticality.level === CriticalityLevel.Breaking && !changelog.includes(`\`${path}\``))
    .map(({ message, path }) => `${message}: name \`${path}\` in CHANGELOG.md, under Unreleased`);
}

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

test("graphql-inspector finds no breaking change since the last release that CHANGELOG.md does not name", async () => {
  const changelog = read("../../CHANGELOG.md");
  const unreleased = changelog.split(/^## /m).find((part) => part.startsWith("Unreleased"));
  assert.deepEqual(await unnamed(read("released.graphql"), read("../../schema.graphql"), unreleased), []);
});

test("graphql-inspector would find one", async () => {
  const released = read("released.graphql");
  const changed = released.replace("  band: Int\n", "  band: String\n");
  assert.notEqual(changed, released);
  const [found, ...others] = await unnamed(released, changed, "");
  assert.match(found, /Change\.band/);
  assert.deepEqual(others, []);
  assert.deepEqual(await unnamed(released, changed, "- `Change.band` is a text now."), []);
});
