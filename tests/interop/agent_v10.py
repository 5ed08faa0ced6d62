"""An agent written with the Python SDK for A2A 1.0, which speaks JSON-RPC and HTTP+JSON."""

from a2a.helpers import new_data_part, new_raw_part, new_task_from_user_message, new_text_message
from a2a.helpers import new_text_part
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import (
    create_agent_card_routes,
    create_jsonrpc_routes,
    create_rest_routes,
)
from a2a.server.tasks import InMemoryTaskStore
from a2a.types.a2a_pb2 import AgentCard
from google.protobuf.json_format import ParseDict

from stage import Stage


class Kit:
    """What the stage needs, in the types of this generation."""

    @staticmethod
    def message(context, text):
        return new_text_message(text, context_id=context.context_id)

    @staticmethod
    def task(context):
        return new_task_from_user_message(context.message)

    text = staticmethod(new_text_part)
    data = staticmethod(new_data_part)

    @staticmethod
    def file(name, media_type, content):
        return new_raw_part(content, media_type=media_type, filename=name)


def card(interfaces):
    return ParseDict(
        {
            "name": "Python Agent",
            "description": "An agent of the official SDK",
            "version": "1.0.0",
            "supportedInterfaces": interfaces,
            "capabilities": {"streaming": True},
            "defaultInputModes": ["text/plain"],
            "defaultOutputModes": ["text/plain"],
            "skills": [{"id": "all", "name": "All", "description": "All of it", "tags": ["t"]}],
        },
        AgentCard(),
    )


def routes(stage, url):
    rpc = {"url": f"{url}rpc", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}
    rest = {"url": f"{url}rest", "protocolBinding": "HTTP+JSON", "protocolVersion": "1.0"}
    both = card([rpc, rest])
    handler = DefaultRequestHandler(stage, InMemoryTaskStore(), both)
    return [
        *create_agent_card_routes(both),
        *create_agent_card_routes(card([rest]), card_url="/rest.json"),
        *create_jsonrpc_routes(handler, "/rpc"),
        *create_rest_routes(handler, path_prefix="/rest"),
    ]


stage = Stage(Kit)
stage.serve(lambda url: routes(stage, url))
