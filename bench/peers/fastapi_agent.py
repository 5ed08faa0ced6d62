"""FastAPI with PyJWT: what its manual shows, for one route."""

import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

SECRET, ISSUER, AUDIENCE = (os.environ[name] for name in ("SECRET", "ISSUER", "AUDIENCE"))

app = FastAPI(openapi_url=None)
bearer = HTTPBearer(auto_error=False)


class Part(BaseModel):
    kind: str
    text: str


class Message(BaseModel):
    messageId: str
    role: str
    parts: list[Part]


class Params(BaseModel):
    message: Message
    skillId: str


class Call(BaseModel):
    jsonrpc: str
    id: str
    method: str
    params: Params


async def caller(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> dict:
    if credentials is None:
        raise HTTPException(401)
    try:
        return jwt.decode(
            credentials.credentials,
            SECRET,
            algorithms=["HS256"],
            issuer=ISSUER,
            audience=AUDIENCE,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None


@app.post("/")
async def answer(call: Call, claims: Annotated[dict, Depends(caller)]) -> dict:
    if call.params.skillId != "public_echo" and "basic" not in claims.get("scope", "").split():
        raise HTTPException(403)
    message = call.params.message
    text = f"Echo from {claims['sub']}: {message.parts[0].text}"
    return {
        "jsonrpc": "2.0",
        "id": call.id,
        "result": {
            "kind": "task",
            "id": "00000000-0000-4000-8000-000000000000",
            "contextId": "00000000-0000-4000-8000-000000000001",
            "status": {"state": "completed", "timestamp": "2026-01-01T00:00:00.000Z"},
            "artifacts": [
                {
                    "artifactId": "00000000-0000-4000-8000-000000000002",
                    "name": "reply",
                    "parts": [{"kind": "text", "text": text}],
                }
            ],
            "history": [message.model_dump()],
        },
    }
