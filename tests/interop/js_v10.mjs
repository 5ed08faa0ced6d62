// Talks to the agent with @a2a-js/sdk 1.x: node js_v10.mjs JSONRPC|HTTP+JSON < given.json

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import {
  ListTasksRequest,
  SendMessageRequest,
  StreamResponse,
  TaskPushNotificationConfig,
  TaskState,
} from '@a2a-js/sdk';
import {
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory,
  createAuthenticatingFetchWithRetry,
} from '@a2a-js/sdk/client';
import { TaskNotFoundError } from '@a2a-js/sdk/errors';

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

const binding = process.argv[2];
const Transport = { JSONRPC: JsonRpcTransportFactory, 'HTTP+JSON': RestTransportFactory }[binding];
let card;

async function clientOf(who = 'alice') {
  const fetchImpl = createAuthenticatingFetchWithRetry(patientFetch, bearer(who));
  const factory = new ClientFactory({ transports: [new Transport({ fetchImpl })] });
  return factory.createFromAgentCard(card);
}

/** A request to send a text to a skill. */
function message(skill, text, { configuration = {}, ...more } = {}) {
  return SendMessageRequest.fromJSON({
    message: { messageId: randomUUID(), role: 'ROLE_USER', parts: [{ text }], ...more },
    configuration,
    metadata: { skillId: skill },
  });
}

const textOf = ({ parts: [{ content }] }) => content.value;

const canceled = (task) => ({ tenant: '', id: task.id, metadata: undefined });

/** A task that is at work until it is canceled. */
async function waiting(client) {
  const configuration = { returnImmediately: true };
  const task = await client.sendMessage(message('wait', 'go', { configuration }));
  assert.equal(task.status.state, TaskState.TASK_STATE_WORKING);
  return task;
}

/** The HTTP status of a refusal, where the SDK keeps it in either binding. */
const statusOf = (error) => error.statusCode ?? error.envelopeCode;

await run({
  async card() {
    // The resolver sends no token.
    card = await new DefaultAgentCardResolver({ fetchImpl: patientFetch }).resolve(given.url);
    assert.equal(card.name, 'Interop Agent');
    return `${card.skills.length} skills`;
  },

  async send() {
    const client = await clientOf();
    assert.equal(client.protocolVersion, '1.0');
    const task = await client.sendMessage(message('public_echo', 'hello'));
    assert.equal(task.status.state, TaskState.TASK_STATE_COMPLETED);
    assert.equal(textOf(task.artifacts[0]), 'Echo: hello (from user alice)');
    assert.deepEqual(task.history.map(textOf), ['hello']);
  },

  async stream() {
    const client = await clientOf();
    const request = message('slow_stream', 'one two three');
    const events = (await all(client.sendMessageStream(request))).map((event) => event.payload);
    assert.equal(events[0].$case, 'task');
    const updates = events.filter((event) => event.$case === 'artifactUpdate');
    const chunks = updates.map(({ value }) => [textOf(value.artifact), value.append, value.lastChunk]);
    assert.deepEqual(chunks, [
      ['one', false, false],
      ['two', true, false],
      ['three', true, true],
    ]);
    assert.equal(events.at(-1).value.status.state, TaskState.TASK_STATE_COMPLETED);
    return `${events.length} events`;
  },

  async get() {
    const client = await clientOf();
    const sent = await client.sendMessage(message('public_echo', 'hello'));
    assert.deepEqual(await client.getTask({ tenant: '', id: sent.id }), sent);
  },

  async list() {
    const client = await clientOf();
    const first = await client.sendMessage(message('public_echo', 'one'));
    const { contextId } = first;
    const second = await client.sendMessage(message('public_echo', 'two', { contextId }));
    const list = (more) => client.listTasks(ListTasksRequest.fromJSON({ contextId, ...more }));
    const newest = await list({ pageSize: 1 });
    assert.deepEqual(newest.tasks.map((task) => task.id), [second.id]);
    assert.deepEqual([newest.totalSize, newest.pageSize], [2, 1]);
    assert.deepEqual(newest.tasks[0].artifacts, []);
    const rest = await list({ pageToken: newest.nextPageToken });
    assert.deepEqual(rest.tasks.map((task) => task.id), [first.id]);
    assert.equal(rest.nextPageToken, '');
  },

  async cancel() {
    const client = await clientOf();
    const task = await client.cancelTask(canceled(await waiting(client)));
    assert.equal(task.status.state, TaskState.TASK_STATE_CANCELED);
  },

  async 'multi-turn'() {
    const client = await clientOf();
    const asked = await client.sendMessage(message('ask', 'hello'));
    assert.equal(asked.status.state, TaskState.TASK_STATE_INPUT_REQUIRED);
    assert.equal(textOf(asked.status.message), 'What is your name?');
    const ids = { taskId: asked.id, contextId: asked.contextId };
    const answered = await client.sendMessage(message('ask', 'Ada', ids));
    assert.equal(answered.id, asked.id);
    assert.equal(answered.status.state, TaskState.TASK_STATE_COMPLETED);
    assert.equal(textOf(answered.artifacts[0]), 'Hello Ada!');
  },

  async subscribe() {
    const client = await clientOf();
    const task = await waiting(client);
    const events = [];
    for await (const { payload } of client.resubscribeTask({ tenant: '', id: task.id })) {
      if (events.push(payload) === 1) {
        assert.deepEqual([payload.$case, payload.value.id], ['task', task.id]);
        await client.cancelTask(canceled(task));
      }
    }
    assert.equal(events.at(-1).value.status.state, TaskState.TASK_STATE_CANCELED);
    return `${events.length} events`;
  },

  async push() {
    const client = await clientOf();
    const task = await waiting(client);
    await withWebhook(async ({ url, delivery }) => {
      const authentication = { scheme: 'Bearer', credentials: HOOK_CREDENTIALS };
      const config = { taskId: task.id, url, token: HOOK_TOKEN, authentication };
      const made = await client.createTaskPushNotificationConfig(
        TaskPushNotificationConfig.fromJSON(config),
      );
      assert.ok(made.id);
      const ids = { tenant: '', taskId: task.id, id: made.id };
      const found = await client.getTaskPushNotificationConfig(ids);
      assert.deepEqual([found.id, found.url], [made.id, url]);
      const list = async () => {
        const request = { tenant: '', taskId: task.id, pageSize: 0, pageToken: '' };
        return (await client.listTaskPushNotificationConfig(request)).configs.map(({ id }) => id);
      };
      assert.deepEqual(await list(), [made.id]);

      await client.cancelTask(canceled(task));
      const body = await delivery((body) => JSON.stringify(body).includes('CANCELED'));
      assert.ok(['task', 'statusUpdate'].includes(StreamResponse.fromJSON(body).payload?.$case));

      await client.deleteTaskPushNotificationConfig(ids);
      assert.deepEqual(await list(), []);
    });
  },

  async 'extended card'() {
    assert.ok(card.capabilities.extendedAgentCard, 'the card does not offer it');
    const client = await clientOf();
    const { skills } = await client.getAgentCard();
    assert.deepEqual(skills.map(({ id }) => id), SKILLS_OF_ALICE);
  },

  async denial() {
    const client = await clientOf();
    const error = await refusal(client.sendMessage(message('premium_analyzer', '1 2 3')));
    assert.equal(statusOf(error), 403, String(error));
    return String(error);
  },

  async 'not found'() {
    const alice = await clientOf();
    const task = await alice.sendMessage(message('public_echo', 'mine'));
    const bob = await clientOf('bob');
    const error = await refusal(bob.getTask({ tenant: '', id: task.id }));
    assert.ok(error instanceof TaskNotFoundError, String(error));
    return String(error);
  },

  async 'invalid token'() {
    const client = await clientOf('invalid');
    const error = await refusal(client.sendMessage(message('public_echo', 'hello')));
    assert.equal(statusOf(error), 401, String(error));
    return String(error);
  },
});
