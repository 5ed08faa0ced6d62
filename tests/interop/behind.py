"""Talks to an agent of agentup whose skill is done by an agent of the SDK: SDK, agentup, SDK.

The argument is the skill. Beside what the other drivers are given, standard input has `behind`: where
the agent behind is, which says the next word when it is told to.
"""

import asyncio
import sys

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.client.auth import AuthInterceptor
from a2a.client.errors import A2AClientError
from a2a.types.a2a_pb2 import CancelTaskRequest, TaskState
from google.protobuf.json_format import MessageToDict

from sdk_v10 import message
from stage import INNER, WORDS
from steps import LIMIT, Given, OneToken, check, refused, run, same


class Steps:
    """The steps, in the order in which they are run."""

    def __init__(self, given, skill, http):
        self._given = given
        self._skill = skill
        self._http = http

    def all(self):
        return [
            ("message", self.message),
            ("parts", self.parts),
            ("stream", self.stream),
            ("multi-turn", self.multi_turn),
            ("cancel", self.cancel),
            ("rejection", self.rejection),
            ("failure", self.failure),
            ("denial", self.denial),
        ]

    async def _client(self, streaming, who="alice"):
        card = await A2ACardResolver(self._http, self._given.url).get_agent_card()
        config = ClientConfig(httpx_client=self._http, streaming=streaming)
        interceptor = AuthInterceptor(OneToken(self._given.tokens[who]))
        return ClientFactory(config).create(card, [interceptor])

    def _request(self, text, **more):
        return message(self._skill, text, **more)

    async def _task(self, text, **more):
        """The task that a message went to."""
        client = await self._client(streaming=False)
        responses = [r async for r in client.send_message(self._request(text, **more))]
        return responses[-1].task

    async def message(self):
        task = await self._task("message")
        same(task.status.state, TaskState.TASK_STATE_COMPLETED, "state")
        same(task.artifacts[0].parts[0].text, "only a message", "answer")

    async def parts(self):
        task = await self._task("parts")
        same(task.status.state, TaskState.TASK_STATE_COMPLETED, "state")
        text, data, file = [MessageToDict(part) for part in task.artifacts[0].parts]
        same(task.artifacts[0].name, "all", "name")
        same(text, {"text": "here"}, "text")
        same(data, {"data": {"x": 1}}, "data")
        same((file["filename"], file["mediaType"]), ("note.txt", "text/plain"), "file")
        same(file["raw"], "YSBub3Rl", "content")

    async def stream(self):
        client = await self._client(streaming=True)
        words = []
        last = None
        async for event in client.send_message(self._request("stream")):
            if event.HasField("artifact_update"):
                words.append(event.artifact_update.artifact.parts[0].text)
            elif event.HasField("status_update"):
                last = event.status_update.status
                # At work, and saying so.
                if not last.message.parts:
                    continue
                same(last.message.parts[0].text, "thinking", "progress")
            else:
                continue
            # The next word is said when this one has been seen here.
            check(last.state == TaskState.TASK_STATE_WORKING, "the task ended early")
            await self._http.post(f"{self._given.behind}step")
        same(words, WORDS, "words")
        same(last.state, TaskState.TASK_STATE_COMPLETED, "state")
        return f"{len(words)} chunks, each before the next was said"

    async def multi_turn(self):
        asked = await self._task("ask")
        same(asked.status.state, TaskState.TASK_STATE_INPUT_REQUIRED, "state")
        same(asked.status.message.parts[0].text, "What is your name?", "question")
        answered = await self._task("Ada", taskId=asked.id, contextId=asked.context_id)
        same(answered.id, asked.id, "task")
        same(answered.status.state, TaskState.TASK_STATE_COMPLETED, "state")
        same(answered.artifacts[0].parts[0].text, "Hello Ada!", "answer")

    async def cancel(self):
        client = await self._client(streaming=True)
        async for event in client.send_message(self._request("wait")):
            if event.HasField("task"):
                task = event.task
            elif event.status_update.status.message.parts:
                # The agent behind is at work.
                await client.cancel_task(CancelTaskRequest(id=task.id))
        last = event.status_update.status.state
        same(last, TaskState.TASK_STATE_CANCELED, "state")
        # That the agent behind has heard of it takes a moment more.
        while not (await self._http.get(f"{self._given.behind}canceled")).json():
            await asyncio.sleep(0)

    async def rejection(self):
        task = await self._task("refuse")
        same(task.status.state, TaskState.TASK_STATE_REJECTED, "state")
        same(task.status.message.parts[0].text, "not this", "reason")

    async def failure(self):
        task = await self._task("fail")
        same(task.status.state, TaskState.TASK_STATE_FAILED, "state")
        check(INNER not in str(task), "the words of the agent behind are told")

    async def denial(self):
        client = await self._client(streaming=False, who="carol")
        call = anext(aiter(client.send_message(self._request("message"))))
        return await refused(call, A2AClientError, "403")


async def main():
    # Variables such as HTTP_PROXY know nothing of this machine's agent.
    async with httpx.AsyncClient(timeout=LIMIT, trust_env=False) as http:
        await run(Steps(Given(), sys.argv[1], http).all())


asyncio.run(main())
