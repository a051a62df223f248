// What every client test needs: where the server is, who asks, the operations, and a run to listen to.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";

import { parse } from "graphql";
import WebSocket from "ws";

export { AS_OF, EARLIER, PARTNERS, revenue } from "../web/program.mjs";

const here = new URL(".", import.meta.url);

export const ADDRESS = process.env.TEST_ADDRESS;
export const URL_OF_API = `${ADDRESS}/graphql`;
export const URL_OF_SOCKET = URL_OF_API.replace("http:", "ws:");
export const DATA = process.env.TEST_DATA;
export const KEYS = JSON.parse(process.env.TEST_KEYS);

/** The header that a key goes into. */
export const bearer = (key) => ({ authorization: `Bearer ${key}` });

/** The text of a file of operations/, such as "Trend". */
export const text = (name) => readFileSync(new URL(`operations/${name}.graphql`, here), "utf8");
export const document = (name) => parse(text(name));
export const NAMES = readdirSync(new URL("operations", here)).map((file) => file.replace(".graphql", ""));

/** A WebSocket that opens with a key: this is where programs outside of browsers put it. */
export const socketWith = (key) =>
  class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { headers: bearer(key) });
    }
  };

/** Asks without any client. */
export async function post(body, { key = KEYS.admin, address = ADDRESS, accept = "application/json" } = {}) {
  const headers = { ...bearer(key), accept, "content-type": "application/json" };
  const response = await fetch(`${address}/graphql`, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, answer: await response.json() };
}

export async function ask(query, variables, key) {
  const { answer } = await post({ query, variables }, { key });
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data;
}

/** Fails where something takes so long that it will not come any more. */
export function within(ms, what, promise) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${what}: nothing came within ${ms} ms`)), ms).unref();
  });
  return Promise.race([promise, late]);
}

/** Starts a run of a date. */
export async function runJob(asOf) {
  const data = await ask(text("JobRun").split("subscription")[0], { asOf });
  return data.runJob.jobRun.id;
}

export const EVENT_MS = 30_000;
