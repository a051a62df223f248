// The operations as graphql-codegen and the Relay compiler make them, in a folder of their own.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

import { parse, print } from "graphql";

import { NAMES, text } from "./peerband.mjs";

const SCHEMA = "../../schema.graphql";

export function run(program, ...args) {
  const { status, stdout, stderr, error } = spawnSync(join("node_modules/.bin", program), args, { encoding: "utf8" });
  if (error || status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error ?? stdout + stderr}`);
}

/** Compiles with graphql-codegen; gives the folder of the generated TypeScript and the manifest. */
export function codegen() {
  rmSync("generated/codegen", { recursive: true, force: true });
  run("graphql-codegen", "--config", "codegen.json", "--silent");
  return read("generated/codegen/persisted-documents.json");
}

/** Compiles with the Relay compiler, which takes operations out of the modules that use them; gives the manifest. */
export function relay() {
  const folder = "generated/relay";
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}/artifacts`, { recursive: true });
  for (const name of NAMES) {
    const texts = parse(text(name)).definitions.map((one) => `graphql\`\n${print(one)}\n\`;\n`);
    writeFileSync(`${folder}/${name}.js`, `import { graphql } from "relay-runtime";\n\n${texts.join("\n")}`);
  }
  const persisted = `${folder}/artifacts/operations.json`;
  writeFileSync(persisted, "{}");
  const config = {
    src: `./${folder}`,
    schema: relative(".", SCHEMA),
    language: "typescript",
    artifactDirectory: `./${folder}/artifacts`,
    customScalarTypes: { Date: "string", DateTime: "string" },
    persistConfig: { file: persisted },
    noSourceControl: true,
  };
  writeFileSync("generated/relay.config.json", JSON.stringify(config));
  run("relay-compiler", "generated/relay.config.json");
  return read(persisted);
}

const read = (path) => ({ path, documents: JSON.parse(readFileSync(path, "utf8")) });
