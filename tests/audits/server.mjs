// The real server on a free port, with a published snapshot of one partner in a data directory that goes with it.

import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const START_MS = 30_000;

const PROGRAM = {
  products: "product_id,name\nsuite,Suite\n",
  partners: "partner_id,name,country\nadatum,Adatum,FR\n",
  customers: "customer_id,location_id\nc,FR\n",
  associations: "customer_id,partner_id,association_type,starts_on\nc,adatum,DPOR,2020-01-01\n",
  revenue:
    "event_id,customer_id,product_id,license_type,occurred_on,amount,currency\n" +
    "e,c,suite,WEB,2026-10-01,10.5,USD\n",
};

/** Starts the program of PEERBAND_BIN, with an admin's key to ask it with; `stop` ends it. */
export async function startServer() {
  const folder = await mkdtemp(join(tmpdir(), "peerband-audits-"));
  // The program refuses variables of its name that are not settings.
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith("PEERBAND_"));
  const options = { env: Object.fromEntries(env) };
  const program = (...args) => [process.env.PEERBAND_BIN, ["--data-dir", join(folder, "data"), ...args]];
  const sent = join(folder, "sent");
  await mkdir(sent);
  for (const [dataset, csv] of Object.entries(PROGRAM)) {
    await writeFile(join(sent, `${dataset}.csv`), csv);
  }
  await promisify(execFile)(...program("ingest", "--dir", sent), options);
  await promisify(execFile)(...program("recompute", "--as-of", "2026-10-31"), options);

  const create = program("keys", "create", "--role", "admin", "--name", "audits", "--quiet");
  const { stdout: key } = await promisify(execFile)(...create, options);
  const server = spawn(...program("serve", "--listen", "127.0.0.1:0"), {
    ...options,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => server.once("close", resolve));
  const stop = async () => {
    server.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true });
  };
  const url = new Promise((resolve, reject) => {
    createInterface({ input: server.stdout }).on("line", (line) => {
      const found = /http:\S+\/graphql/.exec(line);
      if (found) resolve(found[0]);
    });
    ended.then((code) => reject(new Error(`the server ended with ${code} before it listened`)));
    setTimeout(() => reject(new Error("the server does not listen")), START_MS).unref();
  });
  try {
    return { url: await url, key: key.trim(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
