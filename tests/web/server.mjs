// Takes the program in, publishes two dates, and serves them for as long as the tests run, beside a site of somebody else's.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { AS_OF, EARLIER, writeProgram } from './program.mjs';

export default async function serve() {
  const binary = process.env.PEERBAND_BIN;
  if (!binary) {
    throw new Error('PEERBAND_BIN names no program: start the tests with tests/web/run');
  }
  const portal = await site();
  // Its page at localhost may ask the API; the same page at 127.0.0.1 is of another origin, which may not.
  const { port } = portal.address();
  process.env.PORTAL = `http://localhost:${port}`;
  process.env.STRANGER = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'peerband-web-'));
  // No run of the schedule's publishes a newer date while the tests look.
  const env = {
    PATH: process.env.PATH,
    PEERBAND_DATA_DIR: join(folder, 'data'),
    PEERBAND_SCHEDULE_ENABLED: 'false',
    PEERBAND_HTTP_ALLOWED_ORIGINS: process.env.PORTAL,
  };
  const program = join(folder, 'program');
  writeProgram(program);
  execFileSync(binary, ['ingest', '--dir', program], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  for (const date of [EARLIER, AS_OF]) {
    execFileSync(binary, ['recompute', '--as-of', date], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const key = ['keys', 'create', '--role', 'admin', '--name', 'tests', '--quiet'];
  process.env.PEERBAND_KEY = execFileSync(binary, key, { env, encoding: 'utf8' }).trim();
  const server = spawn(binary, ['serve', '--listen', '127.0.0.1:0'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  process.env.PEERBAND_ADDRESS = await address(server, ended);
  return async () => {
    server.kill('SIGTERM');
    await ended;
    portal.close();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** A site with an empty page, at every address of this machine. */
async function site() {
  const server = createServer((request, response) => response.setHeader('content-type', 'text/html').end('<title>A portal</title>'));
  await new Promise((resolve) => server.listen(0, resolve));
  return server;
}

async function address(server, ended) {
  const told = new Promise((resolve) => {
    createInterface({ input: server.stdout }).on('line', (line) => {
      const found = line.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) resolve(found[0]);
    });
  });
  const gone = ended.then((code) => {
    throw new Error(`the server ended before it listened, with exit status ${code}`);
  });
  gone.catch(() => {});
  return Promise.race([told, gone]);
}
