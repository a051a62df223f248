// Picking a slice with nothing but the keyboard.

import { PARTNERS } from '../program.mjs';
import { expect, test } from '../page.mjs';

// From the top of the page to the element, by the tab key alone.
async function reach(page, element) {
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    if (await element.evaluate((node) => node === document.activeElement)) return;
  }
  throw new Error('20 presses of the tab key do not lead there');
}

test('a slice is picked with the keyboard among 250 locations', async ({ page }) => {
  await page.goto(`/scorecard/${PARTNERS[1].id}`);
  const field = (name) => page.getByRole('combobox', { name });
  expect(await field('Customer location').locator('option').count()).toBeGreaterThan(250);

  await reach(page, field('Product'));
  await page.keyboard.type('Sui');
  await expect(field('Product')).toHaveValue('suite');
  await reach(page, field('Workload'));
  await page.keyboard.press('ArrowDown');
  await expect(field('Workload')).not.toHaveValue('');
  await page.keyboard.type('Chat');
  await expect(field('Workload')).toHaveValue('chat');
  await reach(page, field('Customer location'));
  await page.keyboard.type('Fra');
  await expect(field('Customer location')).toHaveValue('FR');
  await reach(page, page.getByRole('button', { name: 'Show' }));
  await page.keyboard.press('Enter');

  await expect(page).toHaveURL(/\?product=suite&workload=chat&location=FR&asOf=$/);
  await expect(page.getByText('Scorecard for Suite · Chat, customers in France')).toBeVisible();
  await expect(field('Product')).toHaveValue('suite');
  await expect(field('Workload')).toHaveValue('chat');
  await expect(field('Customer location')).toHaveValue('FR');
  await expect(page.getByRole('article')).toHaveCount(8);
});

test('what has the focus can be seen', async ({ page }) => {
  await page.goto(`/scorecard/${PARTNERS[1].id}`);
  for (let presses = 0; presses < 8; presses += 1) {
    await page.keyboard.press('Tab');
    const width = await page.evaluate(() => parseFloat(getComputedStyle(document.activeElement).outlineWidth));
    expect(width).toBeGreaterThanOrEqual(2);
  }
});

test('the skip link leads past the head of the page', async ({ page }) => {
  await page.goto('/');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/#content');
});

test('a workload of another product gives a way on', async ({ page }) => {
  await page.goto(`/scorecard/${PARTNERS[1].id}?product=suite&workload=chat&location=FR`);
  await page.getByRole('combobox', { name: 'Product' }).selectOption('cloud');
  const answer = page.waitForResponse((response) => response.url().includes('product=cloud'));
  // The browser tells a refused address on the console; this test asks for one.
  page.removeAllListeners('console');
  await page.getByRole('button', { name: 'Show' }).click();
  expect((await answer).status()).toBe(400);
  await page.getByRole('link', { name: 'The workload Chat' }).click();
  await expect(page.getByText('Scorecard for Suite · Chat, customers in France')).toBeVisible();
});
