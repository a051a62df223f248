// graphql-eslint: the rules of the specification, Relay and good style for schema.graphql, and those for operations.

import graphql from "@graphql-eslint/eslint-plugin";

const schema = "../../schema.graphql";
const documents = "operations/*.graphql";
const common = {
  plugins: { "@graphql-eslint": graphql },
  languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema, documents } } },
};
const rules = (...names) => names.map((name) => graphql.configs[name].rules).reduce((all, some) => ({ ...all, ...some }), {});

export default [
  {
    files: ["**/schema.graphql"],
    ...common,
    rules: {
      ...rules("flat/schema-recommended", "flat/schema-relay"),
      // Lists without pages are lists of what they hold; the audit log is read in order alone, its entries are no nodes.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
      // What is a part of something else has no id of its own, and what a sender named has the sender's id besides ours.
      "@graphql-eslint/strict-id-in-types": "off",
      "@graphql-eslint/no-typename-prefix": "off",
    },
  },
  {
    files: ["**/operations/*.graphql"],
    ...common,
    rules: {
      ...rules("flat/operations-recommended"),
      // Relay has a query, a mutation and a subscription end so.
      "@graphql-eslint/naming-convention": ["error", { OperationDefinition: { style: "PascalCase" } }],
      "@graphql-eslint/require-selections": ["error", { fieldName: ["id"], requireAllFields: false }],
      "@graphql-eslint/selection-set-depth": ["error", { maxDepth: 10 }],
    },
  },
];
