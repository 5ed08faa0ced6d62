"""What the agents of both generations do: they follow the first word of what they are told.

The SDKs differ in their types alone, which each agent brings along as `kit`.
"""

import asyncio
import socket

import uvicorn
from a2a.server.agent_execution import AgentExecutor
from a2a.server.tasks import TaskUpdater
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

WORDS = ["one ", "two ", "three"]

# What no caller of the agent in front may see.
INNER = "inner-5f1c"


class Stage(AgentExecutor):
    def __init__(self, kit):
        self._kit = kit
        self._steps = asyncio.Queue()
        self._canceled = []

    async def execute(self, context, event_queue):
        kit = self._kit
        text = context.get_user_input()
        play = text.split()[0]
        if play == "message":
            await event_queue.enqueue_event(kit.message(context, "only a message"))
            return
        if context.current_task is None:
            await event_queue.enqueue_event(kit.task(context))
        else:
            play = "answer"
        updater = TaskUpdater(event_queue, context.task_id, context.context_id)
        say = lambda words: updater.new_agent_message([kit.text(words)])
        if play == "stream":
            await updater.start_work(say("thinking"))
            for index, word in enumerate(WORDS):
                await self._steps.get()
                await updater.add_artifact(
                    [kit.text(word)],
                    artifact_id="words",
                    append=index > 0,
                    last_chunk=word is WORDS[-1],
                )
            await self._steps.get()
            await updater.complete()
        elif play == "ask":
            await updater.requires_input(say("What is your name?"))
        elif play == "answer":
            await updater.add_artifact([kit.text(f"Hello {text}!")])
            await updater.complete()
        elif play == "parts":
            file = kit.file("note.txt", "text/plain", b"a note")
            await updater.add_artifact([kit.text("here"), kit.data({"x": 1}), file], name="all")
            await updater.complete()
        elif play == "wait":
            await updater.start_work(say("waiting"))
            await asyncio.Event().wait()
        elif play == "refuse":
            await updater.reject(say("not this"))
        elif play == "fail":
            await updater.failed(say(INNER))
        else:
            raise RuntimeError(INNER)

    async def cancel(self, context, event_queue):
        self._canceled.append(context.task_id)
        await TaskUpdater(event_queue, context.task_id, context.context_id).cancel()

    async def _step(self, request):
        self._steps.put_nowait(None)
        return JSONResponse({})

    async def _ends(self, request):
        return JSONResponse(self._canceled)

    def serve(self, routes_of):
        """Serves on a free port until the process is ended, and says where."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        own = [
            Route("/step", self._step, methods=["POST"]),
            Route("/canceled", self._ends, methods=["GET"]),
        ]
        app = Starlette(routes=own + routes_of(url))
        print(f"listening on {url}", flush=True)
        config = uvicorn.Config(app, log_level="critical", lifespan="off")
        uvicorn.Server(config).run(sockets=[listener])
