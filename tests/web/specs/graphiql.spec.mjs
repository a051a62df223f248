// GraphiQL from the server alone: every test fails where a page asks another server, or writes an error to the console.

import { AS_OF, PARTNERS } from '../program.mjs';
import { expect, test } from '../page.mjs';

test.describe('signed in', () => {
  test.use({ extraHTTPHeaders: {} });

  test('a person reads the documentation and has a query answered', async ({ page }) => {
    await page.goto('/sign-in?next=/graphiql');
    await page.getByLabel('Your key').fill(process.env.PEERBAND_KEY);
    const described = page.waitForResponse((response) => response.url().endsWith('/graphql') && response.ok());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL('/graphiql');
    await described;

    await page.getByRole('button', { name: /Documentation Explorer/ }).click();
    const documentation = page.locator('.graphiql-doc-explorer');
    await documentation.getByRole('link', { name: 'Query', exact: true }).click();
    await expect(documentation).toContainText('Everything that can be asked for.');
    await documentation.getByRole('link', { name: 'scorecards', exact: true }).click();
    await expect(documentation).toContainText('The scorecards of a slice');

    await page.getByRole('button', { name: /Execute query/ }).click();
    const answer = page.locator('.result-window');
    await expect(answer).toContainText(`"asOf": "${AS_OF}"`);
    await expect(answer).toContainText(`"partnerId": "${PARTNERS[0].id}"`);
  });
});

test('its policy lets it load nothing but what the server has', async ({ page }) => {
  const loaded = [];
  page.on('response', (response) => loaded.push([new URL(response.url()).pathname, response.status()]));
  const { 'content-security-policy': policy } = await (await page.goto('/graphiql')).allHeaders();
  await expect(page.getByRole('button', { name: /Execute query/ })).toBeVisible();
  for (const directive of ["default-src 'none'", "script-src 'self'", "connect-src 'self'"]) {
    expect(policy.split(/; */)).toContain(directive);
  }
  expect(policy).not.toContain('unsafe-eval');
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(loaded.filter(([, status]) => status >= 400)).toEqual([]);
  expect(loaded.map(([path]) => path)).toContain('/graphiql/graphiql.js');
});
