// What the JavaScript drivers share: the agent's address and tokens, the report, and a webhook.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

// Milliseconds for one step. Each takes a fraction of this; a busy machine may be slow.
const LIMIT = 30_000;

// All that the scope of alice, and of bob, opens: what their extended card shows.
export const SKILLS_OF_ALICE = ['public_echo', 'ask', 'slow_stream', 'wait'];

// What a webhook wants to be shown.
export const HOOK_TOKEN = 'opaque-to-the-agent';
export const HOOK_CREDENTIALS = 'credentials-of-the-webhook';

/** What the driver is given on standard input: where the agent is, and tokens by name. */
export const given = JSON.parse(readFileSync(0, 'utf8'));

/** A `fetch` that does not wait for ever. */
export const patientFetch = (input, init) =>
  fetch(input, { ...init, signal: AbortSignal.timeout(LIMIT) });

/** For the SDK's own way to authenticate: the token goes with every request, none is got anew. */
export const bearer = (who) => ({
  headers: async () => ({ Authorization: `Bearer ${given.tokens[who]}` }),
  shouldRetryWithHeaders: async () => undefined,
});

/**
 * Runs the steps, async functions by name, and prints a JSON line for each.
 *
 * What a function returns is the detail of its line. A step that fails does not keep the others
 * from being run: none needs what another has made.
 */
export async function run(steps) {
  for (const [step, work] of Object.entries(steps)) {
    let ok = true;
    let detail = '';
    try {
      detail = (await inTime(work(), `the step took more than ${LIMIT} ms`)) ?? '';
    } catch (error) {
      ok = false;
      detail = String(error);
    }
    console.log(JSON.stringify({ step, ok, detail }));
  }
}

async function inTime(work, complaint) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), LIMIT);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** All items of an async iterable. */
export async function all(items) {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The error with which the SDK tells of a refusal. */
export async function refusal(call) {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('the agent did not refuse');
}

/** Gives `use` a server on this machine that keeps what is posted to it. */
export async function withWebhook(use) {
  const posted = [];
  let arrived = () => {};
  const server = createServer(async (request, response) => {
    const chunks = await all(request);
    posted.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks)) });
    response.writeHead(204).end();
    arrived();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  /** The first body that is awaited, once its headers have proven where it comes from. */
  const delivery = async (isAwaited) => {
    for (;;) {
      while (posted.length === 0) await new Promise((resolve) => (arrived = resolve));
      const { headers, body } = posted.shift();
      assert.equal(headers.authorization, `Bearer ${HOOK_CREDENTIALS}`);
      assert.equal(headers['x-a2a-notification-token'], HOOK_TOKEN);
      if (isAwaited(body)) return body;
    }
  };
  try {
    const url = `http://127.0.0.1:${server.address().port}/hook`;
    return await inTime(use({ url, delivery }), 'nothing that was awaited came to the webhook');
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
