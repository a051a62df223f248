// Nothing for the accessibility checker to say, in light and in dark, wide and narrow.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { HOSTILE, LONG, SEATLESS } from '../program.mjs';
import { expect, test } from '../page.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const PAGES = {
  home: '/',
  'an empty search': '/?search=nobody-has-this-name',
  'a scorecard': `/scorecard/${HOSTILE.id}?location=FR`,
  'missing values': `/scorecard/${SEATLESS.id}?location=FR`,
  'a withheld slice': `/scorecard/${SEATLESS.id}?location=JP`,
  'no scorecard': `/scorecard/${LONG.id}?location=JP`,
  'not found': '/scorecard/nobody',
  'signing in': '/sign-in',
};

for (const colorScheme of ['light', 'dark']) {
  for (const width of [320, 1280]) {
    test.describe(`${colorScheme}, ${width} pixels`, () => {
      test.use({ colorScheme, viewport: { width, height: 800 } });
      for (const [name, path] of Object.entries(PAGES)) {
        test(name, async ({ page }) => {
          await page.goto(path);
          for (const details of await page.locator('summary').all()) await details.click();
          await page.evaluate(AXE);
          const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
          expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
          expect(passes.map(({ id }) => id)).toContain('color-contrast');
        });
      }
    });
  }
}

test('dark is dark', async ({ browser, baseURL }) => {
  const lightness = async (colorScheme) => {
    const page = await browser.newPage({ baseURL, colorScheme });
    await page.goto('/');
    const color = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.close();
    return Math.max(...color.match(/\d+/g).map(Number));
  };
  expect(await lightness('light')).toBeGreaterThan(200);
  expect(await lightness('dark')).toBeLessThan(60);
});
