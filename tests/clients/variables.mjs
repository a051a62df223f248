// What each operation of operations/ is asked with.

import { AS_OF, EARLIER, ask } from "./peerband.mjs";

let counted = 0;

/** The variables of an operation, by its name. */
export async function variablesOf(name) {
  const made = VARIABLES[name];
  if (!made) throw new Error(`variables.mjs has nothing for ${name}`);
  return made();
}

const VARIABLES = {
  ScorecardPageQuery: () => ({ partnerId: "p20", slice: { location: "FR" }, asOf: AS_OF }),
  ViewsQuery: () => ({ partnerId: "p20", slice: { location: "FR" }, asOf: AS_OF, earlier: EARLIER }),
  LeaderboardQuery: () => ({ metric: "REVENUE", filter: { measure: { metric: "REVENUE", band: [4] } }, first: 5, asOf: AS_OF }),
  TrendQuery: () => ({ partnerId: "p05", metric: "NET_PAID_SEATS", since: EARLIER, last: 6 }),
  ExplainQuery: () => ({ partnerId: "p05", metric: "REVENUE", asOf: AS_OF }),
  PartnerListQuery: () => ({ filter: { name: { contains: "Partner" } }, last: 3 }),
  SlicePickerQuery: () => ({ parentId: "europe" }),
  PeerBandsQuery: () => ({ slice: { location: "FR" }, metrics: ["REVENUE", "NET_PROMOTER_SCORE"], asOf: AS_OF }),
  ThingQuery: async () => ({ id: (await ask("{ scorecards(first: 1) { nodes { id } } }")).scorecards.nodes[0].id }),
  OperationsQuery: () => ({ first: 5 }),
  ApiKeysQuery: () => ({ first: 3 }),
  ApiKeysMutation: () => ({ input: { name: `made-${(counted += 1)}`, role: "ANALYST" } }),
  JobRunMutation: () => ({ asOf: "2026-01-31" }),
  // The same row again changes nothing.
  SendPartnersMutation: () => ({
    input: { batchId: `sent-${(counted += 1)}`, rows: [{ partnerId: "p01", name: "Partner 01 Ltd", country: "FR", tier: "gold" }] },
  }),
};
