// What every test uses: the served program, a watch on what pages do behind one's back, and the figures of a page.

import { test as base, expect } from '@playwright/test';

export { expect };

const path = (url) => (URL.canParse(url) ? new URL(url).pathname : '');

export const test = base.extend({
  baseURL: async ({}, use) => use(process.env.PEERBAND_ADDRESS),

  extraHTTPHeaders: async ({}, use) => use({ authorization: `Bearer ${process.env.PEERBAND_KEY}` }),

  // Every test fails where a page asks another server for something, or writes an error to the console.
  page: async ({ page, baseURL }, use) => {
    const requests = [];
    const errors = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      // A page that is not there, or not for everybody, is told as an error of its own address, which such a test opens.
      const isOwn = /\b40[14]\b/.test(message.text()) && path(message.location().url) === path(page.url());
      if (!isOwn) errors.push(message.text());
    });
    await use(page);
    expect(requests.filter((url) => !url.startsWith(`${baseURL}/`))).toEqual([]);
    expect(errors).toEqual([]);
  },
});

// The measures of a page, in the form of the API: bands the lowest first, null where nothing is shown.
export async function measures(page) {
  return page.locator('article.measure').evaluateAll((articles) =>
    articles.map((article) => {
      const number = (element) => (element ? Number(element.value) : null);
      const standing = article.querySelector('.standing')?.textContent;
      const found = (pattern) => {
        const match = standing?.match(pattern);
        return match ? Number(match[1].replaceAll(',', '')) : null;
      };
      const bands = [...article.querySelectorAll('.band')].reverse();
      const shown = bands.filter((band) => band.querySelector('.count'));
      return {
        value: number(article.querySelector('.value data')),
        band: found(/Band (\d) of 4/),
        rank: found(/rank ([\d,]+)/),
        percentile: found(/ahead of ([\d.]+) %/),
        withheld: article.querySelector('.withheld') ? 'WITHHELD' : null,
        bands: shown.map((band) => {
          const ends = [...band.querySelectorAll('data')];
          return {
            band: Number(band.querySelector('.name').textContent.match(/Band (\d)/)[1]),
            min: number(ends[0]),
            max: number(ends.at(-1)),
            partners: parseInt(band.querySelector('.count').textContent, 10),
          };
        }),
      };
    }),
  );
}

// The same from the API, as a partner sees it.
export async function asked(request, partnerId, slice = {}) {
  const query = `query($partnerId: String!, $slice: SliceFilter) {
    scorecard(partnerId: $partnerId, slice: $slice, audience: PARTNER) {
      measures { value band rank percentile withheld bands { band min max partners } } } }`;
  const answer = await request.post(`${process.env.PEERBAND_ADDRESS}/graphql`, {
    data: { query, variables: { partnerId, slice } },
  });
  const { data } = await answer.json();
  return data.scorecard.measures.map((measure) => ({
    ...measure,
    // The page cuts to one place, so that nobody is said to be ahead of more than are behind.
    percentile: measure.percentile === null ? null : Math.floor(measure.percentile * 10 + 1e-9) / 10,
    bands: measure.bands ?? [],
  }));
}

export const measure = (page, name) => page.getByRole('article', { name, exact: true });
