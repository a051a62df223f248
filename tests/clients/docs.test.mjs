// The programs of docs/api.md print what stands below them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { KEYS, URL_OF_API } from "./peerband.mjs";

const LANGUAGES = {
  js: { ending: "mjs", interpreter: process.execPath },
  python: { ending: "py", interpreter: "node_modules/.python/bin/python" },
};

const text = readFileSync("../../docs/api.md", "utf8");
const programs = [...text.matchAll(/```(js|python)\n([^]*?)```\n\n```text\n([^]*?)```/g)];

test("docs/api.md has programs", () => {
  assert.equal(programs.length, 3);
  assert.equal([...text.matchAll(/```(js|python)\n/g)].length, 3);
});

programs.forEach(([, language, program, printed], at) => {
  test(`program ${at + 1} of docs/api.md, in ${language}`, () => {
    const { ending, interpreter } = LANGUAGES[language];
    mkdirSync("generated/docs", { recursive: true });
    const file = `generated/docs/${at}.${ending}`;
    writeFileSync(file, program);
    const env = { PATH: process.env.PATH, API_URL: URL_OF_API, API_KEY: KEYS.admin };
    const { status, stdout, stderr } = spawnSync(interpreter, [file], { env, encoding: "utf8", timeout: 60_000 });
    assert.deepEqual([status, stdout], [0, printed], stderr);
  });
});
