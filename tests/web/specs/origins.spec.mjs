// Pages of other sites ask the API with a key of their own where the settings allow their origin; a browser lets no other ask.

import { expect, test } from '@playwright/test';

const asking = () => [process.env.PEERBAND_ADDRESS, process.env.PEERBAND_KEY];

/** The role that a page is told it asks as; nothing where the browser keeps the answer from it. */
const askedByFetch = (page) =>
  page.evaluate(async ([address, key]) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query: '{ viewer { role } }' });
    const answer = await fetch(`${address}/graphql`, { method: 'POST', headers, body }).catch(() => null);
    return answer && (await answer.json()).data.viewer.role;
  }, asking());

/** What a socket of the page's is told first once it has shown the key; nothing where it is not let in. */
const askedBySocket = (page) =>
  page.evaluate(([address, key]) => {
    const socket = new WebSocket(`${address.replace('http:', 'ws:')}/graphql`, 'graphql-transport-ws');
    const payload = { Authorization: `Bearer ${key}` };
    socket.onopen = () => socket.send(JSON.stringify({ type: 'connection_init', payload }));
    return new Promise((resolve) => {
      socket.onmessage = ({ data }) => resolve(JSON.parse(data).type);
      socket.onclose = () => resolve(null);
    });
  }, asking());

test('a page of an allowed origin asks with its key', async ({ page }) => {
  await page.goto(process.env.PORTAL);
  expect(await askedByFetch(page)).toBe('ADMIN');
  expect(await askedBySocket(page)).toBe('connection_ack');
});

test('a page of another origin is kept from asking, whatever key it has', async ({ page }) => {
  await page.goto(process.env.STRANGER);
  expect(await askedByFetch(page)).toBe(null);
  expect(await askedBySocket(page)).toBe(null);
});
