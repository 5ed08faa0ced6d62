"""Talks to the agent with a2a-sdk 1.x: python_v10.py JSONRPC|HTTP+JSON < given.json"""

import asyncio
import sys

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.client.auth import AuthInterceptor
from a2a.client.errors import A2AClientError
from a2a.types.a2a_pb2 import (
    CancelTaskRequest,
    DeleteTaskPushNotificationConfigRequest,
    GetExtendedAgentCardRequest,
    GetTaskPushNotificationConfigRequest,
    GetTaskRequest,
    ListTaskPushNotificationConfigsRequest,
    ListTasksRequest,
    StreamResponse,
    SubscribeToTaskRequest,
    TaskPushNotificationConfig,
    TaskState,
)
from a2a.utils.errors import TaskNotFoundError
from google.protobuf.json_format import ParseDict

from sdk_v10 import message
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


class Steps:
    """The steps, in the order in which they are run."""

    def __init__(self, given, binding, http):
        self._given = given
        self._binding = binding
        self._http = http
        self._card = None

    def all(self):
        return [
            ("card", self.card),
            ("send", self.send),
            ("stream", self.stream),
            ("get", self.get),
            ("list", self.list),
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
        config = ClientConfig(
            httpx_client=self._http,
            streaming=streaming,
            supported_protocol_bindings=[self._binding],
        )
        interceptor = AuthInterceptor(OneToken(self._given.tokens[who]))
        return ClientFactory(config).create(self._card, [interceptor])

    async def _send(self, client, request):
        """The task that a message went to."""
        responses = [response async for response in client.send_message(request)]
        same(len(responses), 1, "responses")
        check(responses[0].HasField("task"), "the response is not a task")
        return responses[0].task

    async def _waiting(self, client):
        """A task that is at work until it is canceled."""
        task = await self._send(client, message("wait", "go", {"returnImmediately": True}))
        same(task.status.state, TaskState.TASK_STATE_WORKING, "state")
        return task

    async def card(self):
        # The resolver sends no token.
        self._card = await A2ACardResolver(self._http, self._given.url).get_agent_card()
        same(self._card.name, "Interop Agent", "name")
        bindings = {(i.protocol_binding, i.protocol_version) for i in self._card.supported_interfaces}
        check((self._binding, "1.0") in bindings, f"not offered: {self._binding}")
        return f"{len(self._card.skills)} skills"

    async def send(self):
        task = await self._send(self._client(), message("public_echo", "hello"))
        same(task.status.state, TaskState.TASK_STATE_COMPLETED, "state")
        same(task.artifacts[0].parts[0].text, "Echo: hello (from user alice)", "answer")
        same([m.parts[0].text for m in task.history], ["hello"], "history")

    async def stream(self):
        client = self._client(streaming=True)
        events = [e async for e in client.send_message(message("slow_stream", "one two three"))]
        same(events[0].WhichOneof("payload"), "task", "first event")
        updates = [e.artifact_update for e in events if e.HasField("artifact_update")]
        same([u.artifact.parts[0].text for u in updates], ["one", "two", "three"], "words")
        same([u.append for u in updates], [False, True, True], "append")
        same([u.last_chunk for u in updates], [False, False, True], "last chunk")
        last = events[-1].status_update.status.state
        same(last, TaskState.TASK_STATE_COMPLETED, "last event")
        return f"{len(events)} events"

    async def get(self):
        client = self._client()
        sent = await self._send(client, message("public_echo", "hello"))
        task = await client.get_task(GetTaskRequest(id=sent.id))
        same(task, sent, "task")

    async def list(self):
        client = self._client()
        first = await self._send(client, message("public_echo", "one"))
        context = first.context_id
        second = await self._send(client, message("public_echo", "two", contextId=context))
        page = await client.list_tasks(ListTasksRequest(context_id=context, page_size=1))
        same([task.id for task in page.tasks], [second.id], "newest first")
        same((page.total_size, page.page_size), (2, 1), "sizes")
        check(not page.tasks[0].artifacts, "artifacts that nobody asked for")
        token = page.next_page_token
        page = await client.list_tasks(ListTasksRequest(context_id=context, page_token=token))
        same([task.id for task in page.tasks], [first.id], "second page")
        same(page.next_page_token, "", "next page")

    async def cancel(self):
        client = self._client()
        task = await self._waiting(client)
        canceled = await client.cancel_task(CancelTaskRequest(id=task.id))
        same(canceled.status.state, TaskState.TASK_STATE_CANCELED, "state")

    async def multi_turn(self):
        client = self._client()
        asked = await self._send(client, message("ask", "hello"))
        same(asked.status.state, TaskState.TASK_STATE_INPUT_REQUIRED, "state")
        question = asked.status.message.parts[0].text
        same(question, "What is your name?", "question")
        ids = {"taskId": asked.id, "contextId": asked.context_id}
        answered = await self._send(client, message("ask", "Ada", **ids))
        same(answered.id, asked.id, "task")
        same(answered.status.state, TaskState.TASK_STATE_COMPLETED, "state")
        same(answered.artifacts[0].parts[0].text, "Hello Ada!", "answer")

    async def subscribe(self):
        client = self._client(streaming=True)
        task = await self._waiting(self._client())
        events = []
        async for event in client.subscribe(SubscribeToTaskRequest(id=task.id)):
            events.append(event)
            if len(events) == 1:
                same(event.task.id, task.id, "first event")
                await client.cancel_task(CancelTaskRequest(id=task.id))
        last = events[-1].status_update.status.state
        same(last, TaskState.TASK_STATE_CANCELED, "last event")
        return f"{len(events)} events"

    async def push(self):
        client = self._client()
        task = await self._waiting(client)
        with Webhook() as hook:
            config = TaskPushNotificationConfig(task_id=task.id, url=hook.url, token=HOOK_TOKEN)
            config.authentication.scheme = "Bearer"
            config.authentication.credentials = HOOK_CREDENTIALS
            made = await client.create_task_push_notification_config(config)
            check(made.id, "the configuration has no id")
            ids = {"task_id": task.id, "id": made.id}
            found = await client.get_task_push_notification_config(
                GetTaskPushNotificationConfigRequest(**ids)
            )
            same((found.id, found.url), (made.id, hook.url), "configuration")
            of_task = ListTaskPushNotificationConfigsRequest(task_id=task.id)
            listed = await client.list_task_push_notification_configs(of_task)
            same([config.id for config in listed.configs], [made.id], "list")

            await client.cancel_task(CancelTaskRequest(id=task.id))
            body = await hook.delivery(lambda body: "CANCELED" in str(body))
            event = ParseDict(body, StreamResponse())
            check(event.WhichOneof("payload") in ("task", "status_update"), f"delivered {body}")

            await client.delete_task_push_notification_config(
                DeleteTaskPushNotificationConfigRequest(**ids)
            )
            listed = await client.list_task_push_notification_configs(of_task)
            same(len(listed.configs), 0, "configurations that are left")

    async def extended_card(self):
        check(self._card.capabilities.extended_agent_card, "the card does not offer it")
        card = await self._client().get_extended_agent_card(GetExtendedAgentCardRequest())
        same([skill.id for skill in card.skills], SKILLS_OF_ALICE, "skills that alice may use")

    async def denial(self):
        call = self._send(self._client(), message("premium_analyzer", "1 2 3"))
        return await refused(call, A2AClientError, "403")

    async def not_found(self):
        task = await self._send(self._client(), message("public_echo", "mine"))
        call = self._client("bob").get_task(GetTaskRequest(id=task.id))
        return await refused(call, TaskNotFoundError, "")

    async def invalid_token(self):
        call = self._send(self._client("invalid"), message("public_echo", "hello"))
        return await refused(call, A2AClientError, "401")


async def main():
    # Variables such as HTTP_PROXY know nothing of this machine's agent.
    async with httpx.AsyncClient(timeout=LIMIT, trust_env=False) as http:
        await run(Steps(Given(), sys.argv[1], http).all())


asyncio.run(main())
