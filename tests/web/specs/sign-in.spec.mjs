// Signing in with a key, and out again, in a browser that sends nothing by itself.

import { PARTNERS } from '../program.mjs';
import { expect, test } from '../page.mjs';

test.use({ extraHTTPHeaders: {} });

test('a person signs in, reads a scorecard and signs out', async ({ page, context }) => {
  const path = `/scorecard/${PARTNERS[3].id}`;
  await page.goto(`/sign-in?next=${encodeURIComponent(path)}`);
  await page.getByLabel('Your key').fill('pbk_nonsense');
  const refused = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: 'Sign in' }).click();
  expect((await refused).status()).toBe(401);
  await expect(page.getByRole('alert')).toHaveText('This key is unknown, expired or revoked.');

  await page.getByLabel('Your key').fill(process.env.PEERBAND_KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(path);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(PARTNERS[3].name);
  const cookies = await context.cookies();
  expect(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite])).toEqual([
    ['peerband-session', true, 'Lax'],
  ]);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/sign-in');
  // What is left binds the form to this browser, and signs nobody in.
  expect((await context.cookies()).map(({ name }) => name)).toEqual(['peerband-form']);
});
