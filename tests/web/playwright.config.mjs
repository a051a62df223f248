// How the browser tests run: against the real program, in the system's Chromium. A test that fails is not tried again.

import { defineConfig } from '@playwright/test';

// Chromium's own sandbox does not work for root, as in most containers; the pages are our own.
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export default defineConfig({
  testDir: 'specs',
  globalSetup: './server.mjs',
  outputDir: 'test-results',
  reporter: 'list',
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 30_000,
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: process.env.PEERBAND_CHROMIUM, args },
  },
});
