"""What the drivers of a2a-sdk 1.x share."""

import uuid

from a2a.types.a2a_pb2 import SendMessageRequest
from google.protobuf.json_format import ParseDict


def message(skill, text, configuration=None, **more):
    """A request to send a text to a skill."""
    request = {
        "message": {
            "messageId": str(uuid.uuid4()),
            "role": "ROLE_USER",
            "parts": [{"text": text}],
            **more,
        },
        "configuration": configuration or {},
        "metadata": {"skillId": skill},
    }
    return ParseDict(request, SendMessageRequest())
