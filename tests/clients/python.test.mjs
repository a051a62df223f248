// Python gql, whose own tests are in python/.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

test("Python gql asks over requests, aiohttp and websockets", () => {
  const { status, stderr, error } = spawnSync("node_modules/.python/bin/python", ["-W", "error", "python/test_gql.py"], {
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(error, undefined);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /Ran 7 tests/);
});
