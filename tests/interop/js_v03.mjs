// Talks to the agent with @a2a-js/sdk 0.3: node js_v03.mjs < given.json

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import {
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  TaskNotFoundError,
  createAuthenticatingFetchWithRetry,
} from '@a2a-js/sdk/client';

import {
  HOOK_CREDENTIALS,
  HOOK_TOKEN,
  SKILLS_OF_ALICE,
  all,
  bearer,
  given,
  patientFetch,
  refusal,
  run,
  withWebhook,
} from './steps.mjs';

let card;

async function clientOf(who = 'alice') {
  const fetchImpl = createAuthenticatingFetchWithRetry(patientFetch, bearer(who));
  const factory = new ClientFactory({ transports: [new JsonRpcTransportFactory({ fetchImpl })] });
  return factory.createFromAgentCard(card);
}

/** A request to send a text to a skill. */
function message(skill, text, { configuration, ...more } = {}) {
  const parts = [{ kind: 'text', text }];
  return {
    message: { kind: 'message', messageId: randomUUID(), role: 'user', parts, ...more },
    configuration,
    metadata: { skillId: skill },
  };
}

const textOf = ({ parts: [{ text }] }) => text;

/** A task that is at work until it is canceled. */
async function waiting(client) {
  const configuration = { blocking: false };
  const task = await client.sendMessage(message('wait', 'go', { configuration }));
  assert.equal(task.status.state, 'working');
  return task;
}

/** The code of a refusal that this SDK has no class for. */
const codeOf = (error) => error.errorResponse?.error.code;

await run({
  async card() {
    // The resolver sends no token.
    card = await new DefaultAgentCardResolver({ fetchImpl: patientFetch }).resolve(given.url);
    assert.deepEqual([card.name, card.protocolVersion], ['Interop Agent', '0.3.0']);
    return `${card.skills.length} skills`;
  },

  async send() {
    const client = await clientOf();
    const task = await client.sendMessage(message('public_echo', 'hello'));
    assert.deepEqual([task.kind, task.status.state], ['task', 'completed']);
    assert.equal(textOf(task.artifacts[0]), 'Echo: hello (from user alice)');
    assert.deepEqual(task.history.map(textOf), ['hello']);
  },

  async stream() {
    const client = await clientOf();
    const events = await all(client.sendMessageStream(message('slow_stream', 'one two three')));
    assert.equal(events[0].kind, 'task');
    const updates = events.filter((event) => event.kind === 'artifact-update');
    const chunks = updates.map(({ artifact, append = false, lastChunk = false }) => [
      textOf(artifact),
      append,
      lastChunk,
    ]);
    assert.deepEqual(chunks, [
      ['one', false, false],
      ['two', true, false],
      ['three', true, true],
    ]);
    const { kind, status, final } = events.at(-1);
    assert.deepEqual([kind, status.state, final], ['status-update', 'completed', true]);
    return `${events.length} events`;
  },

  async get() {
    const client = await clientOf();
    const sent = await client.sendMessage(message('public_echo', 'hello'));
    assert.deepEqual(await client.getTask({ id: sent.id }), sent);
  },

  async cancel() {
    const client = await clientOf();
    const { id } = await waiting(client);
    assert.equal((await client.cancelTask({ id })).status.state, 'canceled');
  },

  async 'multi-turn'() {
    const client = await clientOf();
    const asked = await client.sendMessage(message('ask', 'hello'));
    assert.equal(asked.status.state, 'input-required');
    assert.equal(textOf(asked.status.message), 'What is your name?');
    const ids = { taskId: asked.id, contextId: asked.contextId };
    const answered = await client.sendMessage(message('ask', 'Ada', ids));
    assert.deepEqual([answered.id, answered.status.state], [asked.id, 'completed']);
    assert.equal(textOf(answered.artifacts[0]), 'Hello Ada!');
  },

  async subscribe() {
    const client = await clientOf();
    const { id } = await waiting(client);
    const events = [];
    for await (const event of client.resubscribeTask({ id })) {
      if (events.push(event) === 1) {
        assert.deepEqual([event.kind, event.id], ['task', id]);
        await client.cancelTask({ id });
      }
    }
    assert.equal(events.at(-1).status.state, 'canceled');
    return `${events.length} events`;
  },

  async push() {
    const client = await clientOf();
    const { id } = await waiting(client);
    await withWebhook(async ({ url, delivery }) => {
      const authentication = { schemes: ['Bearer'], credentials: HOOK_CREDENTIALS };
      const pushNotificationConfig = { url, token: HOOK_TOKEN, authentication };
      const made = await client.setTaskPushNotificationConfig({ taskId: id, pushNotificationConfig });
      const pushNotificationConfigId = made.pushNotificationConfig.id;
      assert.ok(pushNotificationConfigId);
      const ids = { id, pushNotificationConfigId };
      const found = await client.getTaskPushNotificationConfig(ids);
      assert.equal(found.pushNotificationConfig.url, url);
      const list = async () =>
        (await client.listTaskPushNotificationConfig({ id })).map(
          (config) => config.pushNotificationConfig.id,
        );
      assert.deepEqual(await list(), [pushNotificationConfigId]);

      await client.cancelTask({ id });
      const body = await delivery((body) => body.status?.state === 'canceled');
      assert.deepEqual([body.kind, body.id], ['task', id]);

      await client.deleteTaskPushNotificationConfig(ids);
      assert.deepEqual(await list(), []);
    });
  },

  async 'extended card'() {
    assert.ok(card.supportsAuthenticatedExtendedCard, 'the card does not offer it');
    const client = await clientOf();
    const { skills } = await client.getAgentCard();
    assert.deepEqual(skills.map(({ id }) => id), SKILLS_OF_ALICE);
  },

  async denial() {
    const client = await clientOf();
    const task = await client.sendMessage(message('premium_analyzer', '1 2 3'));
    assert.equal(task.status.state, 'rejected');
    const words = textOf(task.artifacts[0]);
    assert.match(words, /^❌.*premium/);
    return words;
  },

  async 'not found'() {
    const alice = await clientOf();
    const { id } = await alice.sendMessage(message('public_echo', 'mine'));
    const bob = await clientOf('bob');
    const error = await refusal(bob.getTask({ id }));
    assert.ok(error instanceof TaskNotFoundError, String(error));
    return String(error);
  },

  async 'invalid token'() {
    const client = await clientOf('invalid');
    const error = await refusal(client.sendMessage(message('public_echo', 'hello')));
    assert.equal(codeOf(error), 401, String(error));
    return String(error);
  },
});
