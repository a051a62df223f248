// What a front end writes over the generated types: each answer is read as far as the schema lets it be read, and no further.

import type { TypedDocumentNode } from "@graphql-typed-document-node/core";

import {
  ApiKeysQueryDocument,
  ExplainQueryDocument,
  JobRunSubscriptionDocument,
  LeaderboardQueryDocument,
  PartnerListQueryDocument,
  type ScorecardPage_MeasureFragment,
  ScorecardPageQueryDocument,
  SendPartnersMutationDocument,
  ThingQueryDocument,
  TrendQueryDocument,
} from "../generated/codegen/graphql";

/** Any client: it knows the answer by the document, and asks for the variables that the document has. */
declare function ask<Answer, Variables>(document: TypedDocumentNode<Answer, Variables>, variables: Variables): Promise<Answer>;

/** Why there is no figure is told by the field beside it. */
function shown(measure: ScorecardPage_MeasureFragment): string {
  if (measure.exact == null) return measure.noValueReason ?? "unknown";
  const band: number | null | undefined = measure.band;
  const ranges = measure.bands?.map(({ min, max, partners }) => `${min} to ${max}: ${partners}`) ?? [measure.withheld ?? ""];
  return [measure.exact, band ?? measure.noBandReason ?? "", ...ranges, measure.nextBand?.words ?? ""].join(", ");
}

export async function page(partnerId: string): Promise<string[]> {
  const { scorecard } = await ask(ScorecardPageQueryDocument, { partnerId, slice: { location: "FR" }, asOf: "2026-10-31" });
  return scorecard?.groups.flatMap(({ measures }) => measures.map(shown)) ?? [];
}

export async function leaderboard(): Promise<string[]> {
  const names: string[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const { scorecards } = await ask(LeaderboardQueryDocument, {
      metric: "REVENUE",
      first: 50,
      filter: { measure: { metric: "REVENUE", band: [3, 4] }, not: { partner: { country: { eq: "JP" } } } },
      after: after ?? null,
    });
    // A connection can fail by itself; its parts cannot be absent.
    if (!scorecards) break;
    names.push(...scorecards.edges.map(({ node }) => node.partner.name));
    after = scorecards.pageInfo.hasNextPage ? (scorecards.pageInfo.endCursor ?? null) : null;
  }
  return names;
}

export async function others(id: string): Promise<unknown[]> {
  const trend = await ask(TrendQueryDocument, { partnerId: id, metric: "NET_PAID_SEATS", since: "2026-09-30" });
  const points: (number | null | undefined)[] = trend.scorecard?.measure.trend?.map(({ measure }) => measure?.value) ?? [];
  const explain = await ask(ExplainQueryDocument, { partnerId: id, metric: "REVENUE" });
  const reasons = explain.scorecard?.measure.explain?.lines.map(({ reason }) => reason);
  const partners = await ask(PartnerListQueryDocument, { filter: { name: { contains: "Ltd" } }, last: 5 });
  const thing = await ask(ThingQueryDocument, { id });
  const name = thing.node?.__typename === "Partner" ? thing.node.name : undefined;
  const keys = await ask(ApiKeysQueryDocument, { first: 10 });
  const sent = await ask(SendPartnersMutationDocument, {
    input: { batchId: "crm-1", rows: [{ partnerId: "p1", name: "P1", country: "FR" }] },
  });
  const run = await ask(JobRunSubscriptionDocument, {});
  return [points, reasons, partners.partners?.totalCount, name, keys.apiKeys?.nodes, sent.upsertPartners?.outcome, run.jobRunProgressed.state];
}

// What the schema does not have does not compile.
export async function wrong(): Promise<void> {
  // @ts-expect-error a metric that there is none of
  await ask(TrendQueryDocument, { partnerId: "p1", metric: "PROFIT", since: "2026-09-30" });
  // @ts-expect-error the partner is missing
  await ask(ScorecardPageQueryDocument, {});
  const { scorecard } = await ask(ScorecardPageQueryDocument, { partnerId: "p1" });
  // @ts-expect-error there may be no scorecard
  scorecard.partner;
}
