// The real server on a free port, over the program of the browser tests, published for two dates.
//
// As a program: `node server.mjs COMMAND...` serves for as long as the command runs, which finds the address, a key of each
// role and the data directory in its environment.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import { AS_OF, EARLIER, writeProgram } from "../web/program.mjs";

const START_MS = 30_000;
/** The partner that the key of the role partner stands for. */
export const OWN = "p20";

const ROLES = { admin: [], operator: [], analyst: [], partner: ["--partner", OWN] };

// The program refuses variables of its name that are not settings.
const environment = (settings) => ({
  PATH: process.env.PATH,
  PEERBAND_LOG: "off",
  // No run of the schedule's publishes a newer date while the tests look.
  PEERBAND_SCHEDULE_ENABLED: "false",
  ...settings,
});

/** Runs a command of the program on a data directory, and gives what it prints. */
export function peerband(data, ...args) {
  const stdio = ["ignore", "pipe", "inherit"];
  const env = environment();
  return execFileSync(process.env.PEERBAND_BIN, ["--data-dir", data, ...args], { env, stdio, encoding: "utf8" }).trim();
}

/** Makes a key and gives it. */
export function makeKey(data, name, role, ...args) {
  return peerband(data, "keys", "create", "--role", role, "--name", name, "--quiet", ...args);
}

/** Serves a data directory, with settings given as their variables; `stop` ends it. */
export async function serve(data, settings = {}) {
  const args = ["--data-dir", data, "serve", "--listen", "127.0.0.1:0"];
  const server = spawn(process.env.PEERBAND_BIN, args, {
    env: environment(settings),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => server.once("close", resolve));
  const stop = async () => {
    server.kill("SIGTERM");
    await ended;
  };
  const address = new Promise((resolve, reject) => {
    createInterface({ input: server.stdout }).on("line", (line) => {
      const found = /(http:\S+)\/graphql/.exec(line);
      if (found) resolve(found[1]);
    });
    ended.then((code) => reject(new Error(`the server ended with ${code} before it listened`)));
    setTimeout(() => reject(new Error("the server does not listen")), START_MS).unref();
  });
  try {
    return { address: await address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function main(command, ...args) {
  const folder = mkdtempSync(join(tmpdir(), "peerband-clients-"));
  const data = join(folder, "data");
  const sent = join(folder, "sent");
  let server;
  try {
    writeProgram(sent);
    peerband(data, "ingest", "--dir", sent);
    for (const date of [EARLIER, AS_OF]) peerband(data, "recompute", "--as-of", date);
    const keys = Object.entries(ROLES).map(([role, more]) => [role, makeKey(data, role, role, ...more)]);
    server = await serve(data);
    const env = {
      ...process.env,
      TEST_ADDRESS: server.address,
      TEST_DATA: data,
      TEST_KEYS: JSON.stringify(Object.fromEntries(keys)),
    };
    const child = spawn(command, args, { env, stdio: "inherit" });
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? 1));
    });
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(...process.argv.slice(2));
}
