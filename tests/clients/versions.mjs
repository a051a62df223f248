// One line that says what the server is asked and read with.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const javascript = Object.entries(devDependencies).map(([name, version]) => `${name} ${version}`);
const pinned = readFileSync("python/requirements.txt", "utf8").split("\n");
const python = pinned.filter((line) => /^(gql|aiohttp|requests|websockets)==/.test(line)).map((line) => line.replace("==", " "));
const version = execFileSync("node_modules/.python/bin/python", ["--version"], { encoding: "utf8" }).trim();
console.log(`Node.js ${process.version}, ${javascript.join(", ")}; ${version}, ${python.join(", ")}`);
