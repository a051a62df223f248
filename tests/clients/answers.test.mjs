// Answers held against schema.graphql by graphql-js: nothing is null that must not be, leaves are what their types take, and
// keys stand in the order in which they are selected. For every operation, and for one query of all fields.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  Kind,
  buildSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  parse,
  print,
  validate,
} from "graphql";
import { collectFields } from "graphql/execution/collectFields.js";

import { AS_OF, KEYS, NAMES, document, post } from "./peerband.mjs";
import { variablesOf } from "./variables.mjs";

const schema = buildSchema(readFileSync("../../schema.graphql", "utf8"));

/** Checks the data of an answer, as an executor completes it. */
function check(operation, document, variables, data) {
  const fragments = Object.fromEntries(
    document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map((one) => [one.name.value, one]),
  );
  const object = (type, sets, value, path) => {
    const fields = new Map();
    for (const set of sets) {
      for (const [key, nodes] of collectFields(schema, fragments, variables, type, set)) {
        fields.set(key, [...(fields.get(key) ?? []), ...nodes]);
      }
    }
    assert.deepEqual(Object.keys(value), [...fields.keys()], `${path}: the keys of ${type}`);
    for (const [key, nodes] of fields) {
      const name = nodes[0].name.value;
      if (name === "__typename") assert.equal(value[key], type.name);
      else complete(type.getFields()[name].type, nodes, value[key], `${path}.${key}`);
    }
  };
  const complete = (type, nodes, value, path) => {
    if (isNonNullType(type)) {
      assert.notEqual(value, null, `${path}: ${type} is null`);
      return complete(type.ofType, nodes, value, path);
    }
    if (value === null) return;
    assert.notEqual(value, undefined, `${path}: ${type} is missing`);
    if (isListType(type)) {
      assert.ok(Array.isArray(value), `${path}: ${type} is ${JSON.stringify(value)}`);
      return value.forEach((item, at) => complete(type.ofType, nodes, item, `${path}.${at}`));
    }
    // What a type takes from variables is what it gives: texts are no numbers, and an Int has 32 bits.
    if (isLeafType(type)) return assert.doesNotThrow(() => type.parseValue(value), `${path}: ${type} is ${JSON.stringify(value)}`);
    const concrete = isAbstractType(type) ? schema.getType(value.__typename) : type;
    object(concrete, nodes.map(({ selectionSet }) => selectionSet), value, path);
  };
  const root = schema.getRootType(operation.operation);
  object(root, [operation.selectionSet], data, "");
}

for (const name of NAMES) {
  for (const operation of document(name).definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION || operation.operation === "subscription") continue;
    test(`the answer to ${operation.name.value} is what the schema says`, async () => {
      const whole = document(name);
      assert.deepEqual(validate(schema, whole), []);
      const variables = await variablesOf(operation.name.value);
      const { answer } = await post({ query: print(whole), variables, operationName: operation.name.value });
      assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
      check(operation, whole, variables, answer.data);
    });
  }
}

// Arguments that fields need, or that keep their answers small.
const ARGUMENTS = {
  by: '{ partnerId: "p03" }',
  first: "2",
  id: "$id",
  ids: "[$id]",
  locationId: '"FR"',
  metric: "REVENUE",
  metrics: "[REVENUE]",
  parentId: '"europe"',
  partnerId: '"p03"',
  productId: '"suite"',
  since: '"2020-01-01"',
  workloadId: '"chat"',
};

/** Everything below a type: each type in full where it comes first, and its leaves elsewhere. */
function wide(type, seen) {
  if (isAbstractType(type)) {
    const parts = schema.getPossibleTypes(type).map((one) => `... on ${one.name} { ${wide(one, seen)} }`);
    return `__typename ${parts.join(" ")}`;
  }
  const isFirst = !seen.has(type);
  seen.add(type);
  const fields = Object.values(type.getFields()).filter((field) => isFirst || isLeafType(getNamedType(field.type)));
  const parts = fields.map((field) => {
    const named = getNamedType(field.type);
    const given = field.args.filter(({ name }) => ARGUMENTS[name]).map(({ name }) => `${name}: ${ARGUMENTS[name]}`);
    const args = given.length ? `(${given.join(", ")})` : "";
    return isLeafType(named) ? `${field.name}${args}` : `${field.name}${args} { __typename ${wide(named, seen)} }`;
  });
  return parts.join(" ");
}

test("the answers to queries of every field are what the schema says", async () => {
  const { id } = await variablesOf("ThingQuery");
  const reached = new Set();
  for (const field of Object.values(schema.getQueryType().getFields())) {
    const only = { name: "Query", getFields: () => ({ [field.name]: field }) };
    const selection = wide(only, new Set());
    const uses = selection.includes("$id");
    const whole = parse(`query Wide${uses ? "($id: ID!)" : ""} { ${selection} }`);
    assert.deepEqual(validate(schema, whole), [], field.name);
    const { answer } = await post({ query: print(whole).replace(/\s+/g, " "), variables: uses ? { id } : {} });
    assert.equal(answer.errors, undefined, `${field.name}: ${JSON.stringify(answer.errors)?.slice(0, 500)}`);
    check(whole.definitions[0], whole, { id }, answer.data);
    reached.add(field.name);
  }
  assert.ok(reached.size > 15, [...reached].join());
});

test("an error has the path of its field, and its field is null", async () => {
  const query = `{ a: scorecard(partnerId: "nobody") { id } nodes(ids: ["${"x".repeat(8)}"]) { id } snapshot { b: scorecard(partnerId: "nobody") { id } asOf } }`;
  const { answer } = await post({ query }, { key: KEYS.analyst });
  assert.deepEqual(Object.keys(answer.data), ["a", "nodes", "snapshot"]);
  assert.deepEqual([answer.data.a, answer.data.snapshot.b, answer.data.snapshot.asOf], [null, null, AS_OF]);
  const paths = answer.errors.filter(({ extensions }) => extensions.code === "NOT_FOUND").map(({ path }) => path.join("."));
  assert.deepEqual(paths.sort(), ["a", "snapshot.b"]);
});
