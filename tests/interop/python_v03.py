"""Talks to the agent with a2a-sdk 0.3: python_v03.py < given.json"""

import asyncio
import uuid

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.client.auth import AuthInterceptor
from a2a.client.errors import A2AClientHTTPError, A2AClientJSONRPCError
from a2a.types import (
    GetTaskPushNotificationConfigParams,
    Message,
    MessageSendConfiguration,
    PushNotificationAuthenticationInfo,
    PushNotificationConfig,
    Task,
    TaskArtifactUpdateEvent,
    TaskIdParams,
    TaskPushNotificationConfig,
    TaskQueryParams,
    TaskState,
    TaskStatusUpdateEvent,
)

from steps import (
    HOOK_CREDENTIALS,
    HOOK_TOKEN,
    LIMIT,
    SKILLS_OF_ALICE,
    Given,
    OneToken,
    Webhook,
    check,
    refused,
    run,
    same,
)


def message(text, **more):
    """A message of the user."""
    fields = {"messageId": str(uuid.uuid4()), "role": "user", "parts": [{"kind": "text", "text": text}]}
    return Message.model_validate({**fields, **more})


def text_of(holder):
    """The text of the first part of an artifact or a message."""
    return holder.parts[0].root.text


class Steps:
    """The steps, in the order in which they are run."""

    def __init__(self, given, http):
        self._given = given
        self._http = http
        self._card = None

    def all(self):
        return [
            ("card", self.card),
            ("send", self.send),
            ("stream", self.stream),
            ("get", self.get),
            ("cancel", self.cancel),
            ("multi-turn", self.multi_turn),
            ("subscribe", self.subscribe),
            ("push", self.push),
            ("extended card", self.extended_card),
            ("denial", self.denial),
            ("not found", self.not_found),
            ("invalid token", self.invalid_token),
        ]

    def _client(self, who="alice", streaming=False):
        config = ClientConfig(httpx_client=self._http, streaming=streaming)
        interceptor = AuthInterceptor(OneToken(self._given.tokens[who]))
        return ClientFactory(config).create(self._card, interceptors=[interceptor])

    async def _events(self, client, skill, sent, configuration=None):
        metadata = {"skillId": skill}
        stream = client.send_message(sent, configuration=configuration, request_metadata=metadata)
        return [event async for event in stream]

    async def _send(self, client, skill, sent, configuration=None):
        """The task that a message went to."""
        events = await self._events(client, skill, sent, configuration)
        same(len(events), 1, "responses")
        task, update = events[0]
        check(isinstance(task, Task) and update is None, f"not a task: {events[0]}")
        return task

    async def _waiting(self, client):
        """A task that is at work until it is canceled."""
        at_once = MessageSendConfiguration(blocking=False)
        task = await self._send(client, "wait", message("go"), at_once)
        same(task.status.state, TaskState.working, "state")
        return task

    async def card(self):
        # The resolver sends no token.
        self._card = await A2ACardResolver(self._http, self._given.url).get_agent_card()
        same(self._card.name, "Interop Agent", "name")
        same(self._card.protocol_version, "0.3.0", "protocol version")
        return f"{len(self._card.skills)} skills"

    async def send(self):
        task = await self._send(self._client(), "public_echo", message("hello"))
        same(task.status.state, TaskState.completed, "state")
        same(text_of(task.artifacts[0]), "Echo: hello (from user alice)", "answer")
        same([text_of(sent) for sent in task.history], ["hello"], "history")

    async def stream(self):
        client = self._client(streaming=True)
        events = await self._events(client, "slow_stream", message("one two three"))
        task, first = events[0]
        check(isinstance(task, Task) and first is None, f"first event: {events[0]}")
        updates = [u for _, u in events if isinstance(u, TaskArtifactUpdateEvent)]
        same([text_of(u.artifact) for u in updates], ["one", "two", "three"], "words")
        same([bool(u.append) for u in updates], [False, True, True], "append")
        same([bool(u.last_chunk) for u in updates], [False, False, True], "last chunk")
        task, last = events[-1]
        check(isinstance(last, TaskStatusUpdateEvent) and last.final, f"last event: {last}")
        same(last.status.state, TaskState.completed, "last event")
        return f"{len(events)} events"

    async def get(self):
        client = self._client()
        sent = await self._send(client, "public_echo", message("hello"))
        task = await client.get_task(TaskQueryParams(id=sent.id))
        same(task, sent, "task")

    async def cancel(self):
        client = self._client()
        task = await self._waiting(client)
        canceled = await client.cancel_task(TaskIdParams(id=task.id))
        same(canceled.status.state, TaskState.canceled, "state")

    async def multi_turn(self):
        client = self._client()
        asked = await self._send(client, "ask", message("hello"))
        same(asked.status.state, TaskState.input_required, "state")
        same(text_of(asked.status.message), "What is your name?", "question")
        reply = message("Ada", taskId=asked.id, contextId=asked.context_id)
        answered = await self._send(client, "ask", reply)
        same(answered.id, asked.id, "task")
        same(answered.status.state, TaskState.completed, "state")
        same(text_of(answered.artifacts[0]), "Hello Ada!", "answer")

    async def subscribe(self):
        client = self._client(streaming=True)
        task = await self._waiting(self._client())
        events = []
        async for now, update in client.resubscribe(TaskIdParams(id=task.id)):
            events.append(update)
            if len(events) == 1:
                same((now.id, update), (task.id, None), "first event")
                await client.cancel_task(TaskIdParams(id=task.id))
        same(events[-1].status.state, TaskState.canceled, "last event")
        return f"{len(events)} events"

    async def push(self):
        # This SDK's client can set and get; to list and to delete it has no call.
        client = self._client()
        task = await self._waiting(client)
        with Webhook() as hook:
            authentication = PushNotificationAuthenticationInfo(
                schemes=["Bearer"], credentials=HOOK_CREDENTIALS
            )
            config = PushNotificationConfig(
                url=hook.url, token=HOOK_TOKEN, authentication=authentication
            )
            made = await client.set_task_callback(
                TaskPushNotificationConfig(task_id=task.id, push_notification_config=config)
            )
            made_id = made.push_notification_config.id
            check(made_id, "the configuration has no id")
            found = await client.get_task_callback(
                GetTaskPushNotificationConfigParams(id=task.id, push_notification_config_id=made_id)
            )
            same(found.push_notification_config.url, hook.url, "configuration")

            await client.cancel_task(TaskIdParams(id=task.id))
            body = await hook.delivery(lambda body: "canceled" in str(body))
            same(Task.model_validate(body).id, task.id, "delivered task")

    async def extended_card(self):
        check(self._card.supports_authenticated_extended_card, "the card does not offer it")
        card = await self._client().get_card()
        same([skill.id for skill in card.skills], SKILLS_OF_ALICE, "skills that alice may use")

    async def denial(self):
        task = await self._send(self._client(), "premium_analyzer", message("1 2 3"))
        same(task.status.state, TaskState.rejected, "state")
        words = text_of(task.artifacts[0])
        check(words.startswith("❌") and "premium" in words, f"words: {words}")
        return words

    async def not_found(self):
        task = await self._send(self._client(), "public_echo", message("mine"))
        call = self._client("bob").get_task(TaskQueryParams(id=task.id))
        return await refused(call, A2AClientJSONRPCError, "-32001")

    async def invalid_token(self):
        call = self._send(self._client("invalid"), "public_echo", message("hello"))
        return await refused(call, A2AClientHTTPError, "401")


async def main():
    # Variables such as HTTP_PROXY know nothing of this machine's agent.
    async with httpx.AsyncClient(timeout=LIMIT, trust_env=False) as http:
        await run(Steps(Given(), http).all())


asyncio.run(main())
