// What a scorecard shows.

import { AS_OF, EARLIER, HOSTILE, LONG, PARTNERS, SEATLESS, revenue } from '../program.mjs';
import { asked, expect, measure, measures, test } from '../page.mjs';

const address = (slice) => `?${new URLSearchParams(slice)}`;

for (const slice of [{}, { product: 'suite', location: 'FR' }, { workload: 'chat', location: 'JP' }]) {
  test(`figures are those of the API in ${JSON.stringify(slice)}`, async ({ page, request }) => {
    for (const { id } of [PARTNERS[0], SEATLESS, PARTNERS[4]]) {
      await page.goto(`/scorecard/${id}${address(slice)}`);
      const shown = await measures(page);
      expect(shown).toHaveLength(8);
      expect(shown).toEqual(await asked(request, id, slice));
    }
  });
}

test('figures are those that were sent', async ({ page }) => {
  const partner = PARTNERS[17];
  await page.goto(`/scorecard/${partner.id}?location=FR`);
  const [first] = await measures(page);
  // 17 of 24 are smaller.
  expect(first).toMatchObject({ value: revenue(partner), band: 3, rank: 7, percentile: 70.8 });
  const text = measure(page, 'Net new revenue');
  await expect(text).toContainText('USD 18,004.50');
  await expect(text).toContainText('ahead of 70.8 % of 24 partners; rank 7.');
  await expect(text).toContainText('Band 4 begins at about USD 19,000.');
  await expect(page.getByText('twelve months from 1 November 2025 to 31 October 2026')).toBeVisible();
});

test('each released metric has four bars, with the own one marked in words and in form', async ({ page }) => {
  await page.goto(`/scorecard/${PARTNERS[17].id}?location=FR`);
  const revenueBands = measure(page, 'Net new revenue').getByRole('list').getByRole('listitem');
  await expect(revenueBands).toHaveCount(4);
  await expect(revenueBands.getByRole('img')).toHaveCount(4);
  const own = revenueBands.and(page.locator('[aria-current="true"]'));
  await expect(own).toHaveCount(1);
  await expect(own).toContainText('Band 3');
  await expect(own.getByText('You', { exact: true })).toBeVisible();
  await expect(own.locator('.mark')).toBeVisible();
  await expect(own.getByRole('img', { name: 'Band 3, your band' })).toBeVisible();
  await expect(revenueBands.first()).toContainText('USD 19,000 to 25,000');
  await expect(revenueBands.first()).toContainText('6 partners');

  const [widths, heights] = await revenueBands.locator('.fill').evaluateAll((bars) => {
    const boxes = bars.map((bar) => bar.getBoundingClientRect());
    return [boxes.map((box) => Math.round(box.width)), boxes.map((box) => box.height)];
  });
  // Six partners each; the own bar is taller.
  expect(new Set(widths).size).toBe(1);
  expect(heights[1]).toBeGreaterThan(heights[0]);
});

test('what is withheld is told with its reason and shown nowhere', async ({ page }) => {
  await page.goto(`/scorecard/${PARTNERS[4].id}?location=JP`);
  const articles = page.getByRole('article');
  await expect(articles).toHaveCount(8);
  for (const article of await articles.all()) {
    const name = await article.getByRole('heading').textContent();
    // The figure of the offering stands at every location, for the peers of that location.
    await expect(article, name).toContainText('only where at least 10 partners have a value');
    await expect(article.getByRole('list'), name).toHaveCount(0);
  }
  await expect(measure(page, 'Net new revenue')).toContainText('USD 5,001.25');
});

test('a missing value and missing bands have their reasons', async ({ page }) => {
  await page.goto(`/scorecard/${SEATLESS.id}?location=FR`);
  await expect(measure(page, 'MAU per assigned seat')).toContainText('None of your customers here has a seat assigned.');
  await expect(measure(page, 'NPS')).toContainText('None of your customers here answered a survey.');
  await expect(measure(page, 'Customers added')).toContainText('all 24 partners with a value here have the same');
  // Without a value of its own the partner still sees how its peers are spread.
  await expect(measure(page, 'MAU per assigned seat').getByRole('listitem')).toHaveCount(4);
});

test('a slice without facts has no scorecard, and the way on', async ({ page }) => {
  await page.goto(`/scorecard/${PARTNERS[9].id}?location=JP`);
  await expect(page.getByRole('heading', { name: 'No scorecard here' })).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Customer location' })).toHaveValue('JP');
});

test('names are text, whatever they hold', async ({ page }) => {
  await page.goto(`/scorecard/${HOSTILE.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(HOSTILE.name);
  await expect(page).toHaveTitle(`${HOSTILE.name}: scorecard · Peerband`);
});

test('home leads to a scorecard by a search', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByText('31 October 2026').first()).toBeVisible();
  await page.getByRole('searchbox').fill('artner 12');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('link', { name: 'Partner 12 Ltd' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Partner 12 Ltd');
  await expect(page).toHaveURL('/scorecard/p12');
});

test('an earlier date can be picked', async ({ page }) => {
  await page.goto(`/scorecard/${PARTNERS[0].id}`);
  const dates = page.getByRole('combobox', { name: 'As of' });
  await expect(dates.locator('option')).toHaveText([`Newest (${AS_OF})`, '31 October 2026', '30 September 2026']);
  await dates.selectOption(EARLIER);
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page.getByText('As of 30 September 2026')).toBeVisible();
});

test('the long name is there', async ({ page }) => {
  await page.goto(`/scorecard/${LONG.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(LONG.name);
});
