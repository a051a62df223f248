// The pages work on a narrow screen, on paper, and without a script.

import { LONG, PARTNERS } from '../program.mjs';
import { asked, expect, measures, test } from '../page.mjs';

for (const path of ['/', `/scorecard/${LONG.id}`, `/scorecard/${PARTNERS[4].id}?location=JP`, '/scorecard/nobody']) {
  test(`320 pixels are enough for ${path}`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 800 });
    await page.goto(path);
    const cut = await page.evaluate(() => {
      const isCut = (element) => element.getBoundingClientRect().right > 320.5;
      return [...document.querySelectorAll('main *:not(option, optgroup)')].filter(isCut).map(({ outerHTML }) => outerHTML);
    });
    expect(cut).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  });
}

test.describe('without a script', () => {
  test.use({ javaScriptEnabled: false });

  test('a scorecard is read and another slice picked', async ({ page, request }) => {
    await page.goto('/');
    await page.getByRole('link', { name: PARTNERS[3].name }).click();
    expect(await measures(page)).toEqual(await asked(request, PARTNERS[3].id));
    await page.getByRole('combobox', { name: 'Customer location' }).selectOption('JP');
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page.getByText('customers in Japan')).toBeVisible();
    expect(await measures(page)).toEqual(await asked(request, PARTNERS[3].id, { location: 'JP' }));
    await page.getByText('How this is computed').first().click();
    await expect(page.getByText('What customers spent that counts as new')).toBeVisible();
  });
});

test('no page has a script, a frame or a style of its own', async ({ page }) => {
  for (const path of ['/', `/scorecard/${PARTNERS[3].id}`, '/scorecard/nobody']) {
    await page.goto(path);
    await expect(page.locator('script, iframe, style, [style]')).toHaveCount(0);
  }
});

test('on paper the figures stay and the forms go', async ({ page }) => {
  await page.goto(`/scorecard/${PARTNERS[3].id}`);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await expect(page.getByRole('button', { name: 'Show' })).toBeHidden();
  await expect(page.getByRole('article')).toHaveCount(8);
  await expect(page.getByRole('article').first()).toBeVisible();
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(background).toBe('rgb(255, 255, 255)');
});
