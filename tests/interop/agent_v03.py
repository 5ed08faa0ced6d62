"""An agent written with the Python SDK for A2A 0.3, which speaks JSON-RPC."""

import base64

from a2a.server.apps import A2AStarletteApplication
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.tasks import InMemoryTaskStore
from a2a.types import AgentCard, DataPart, FilePart, FileWithBytes, Part, TextPart
from a2a.utils import new_agent_text_message, new_task

from stage import Stage


class Kit:
    """What the stage needs, in the types of this generation."""

    @staticmethod
    def message(context, text):
        return new_agent_text_message(text, context.context_id)

    @staticmethod
    def task(context):
        return new_task(context.message)

    @staticmethod
    def text(text):
        return Part(root=TextPart(text=text))

    @staticmethod
    def data(data):
        return Part(root=DataPart(data=data))

    @staticmethod
    def file(name, media_type, content):
        content = base64.b64encode(content).decode()
        file = FileWithBytes(bytes=content, mime_type=media_type, name=name)
        return Part(root=FilePart(file=file))


def routes(stage, url):
    card = AgentCard.model_validate(
        {
            "name": "Python Agent",
            "description": "An agent of the official SDK",
            "version": "1.0.0",
            "url": url,
            "capabilities": {"streaming": True},
            "defaultInputModes": ["text/plain"],
            "defaultOutputModes": ["text/plain"],
            "skills": [{"id": "all", "name": "All", "description": "All of it", "tags": ["t"]}],
        }
    )
    handler = DefaultRequestHandler(stage, InMemoryTaskStore())
    return A2AStarletteApplication(card, handler).routes()


stage = Stage(Kit)
stage.serve(lambda url: routes(stage, url))
