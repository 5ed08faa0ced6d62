"""What the Python drivers share: the agent's address and tokens, the report, and a webhook."""

import asyncio
import json
import queue
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from a2a.client.auth import CredentialService

# Seconds for one step. Each takes a fraction of one; a busy machine may be slow.
LIMIT = 30

# All that the scope of alice, and of bob, opens: what their extended card shows.
SKILLS_OF_ALICE = ["public_echo", "ask", "slow_stream", "wait"]

# What a webhook wants to be shown.
HOOK_TOKEN = "opaque-to-the-agent"
HOOK_CREDENTIALS = "credentials-of-the-webhook"


class Given:
    """What the driver is given on standard input: where the agent is, and tokens by name."""

    def __init__(self):
        given = json.load(sys.stdin)
        self.url = given["url"]
        self.tokens = given["tokens"]
        # The agent behind the one that is talked to, if there is one.
        self.behind = given.get("behind")


class OneToken(CredentialService):
    """The same token for whatever scheme the card names."""

    def __init__(self, token):
        self._token = token

    async def get_credentials(self, security_scheme_name, context):
        return self._token


def check(holds, what):
    """Fails the step unless it holds. An `assert` would be silent under `python -O`."""
    if not holds:
        raise AssertionError(what)


def same(actual, expected, what):
    """Fails the step unless both are equal."""
    check(actual == expected, f"{what}: {actual!r} instead of {expected!r}")


async def run(steps):
    """Runs steps, given as (name, async function), and prints a JSON line for each.

    What a function returns is the detail of its line. A step that fails does not keep the others
    from being run: none needs what another has made.
    """
    for name, step in steps:
        try:
            detail = await asyncio.wait_for(step(), LIMIT)
            ok = True
        except Exception as error:  # Whatever it is, it is the outcome of this step.
            detail = f"{type(error).__name__}: {error}"
            ok = False
        print(json.dumps({"step": name, "ok": ok, "detail": str(detail or "")}), flush=True)


async def refused(call, kinds, words):
    """The text of the error with which the SDK tells of a refusal."""
    try:
        await call
    except kinds as error:
        text = f"{type(error).__name__}: {error}"
        check(words in text, f"{words!r} is not in {text!r}")
        return text
    raise AssertionError("the agent did not refuse")


class Webhook:
    """A server on this machine that keeps what is posted to it."""

    def __init__(self):
        posted = self._posted = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                posted.put((dict(self.headers.items()), json.loads(body)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                """Says nothing: standard error is for faults."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    async def delivery(self, is_awaited):
        """The first body that is awaited, once its headers have proven where it comes from."""
        while True:
            headers, body = await asyncio.to_thread(self._posted.get, timeout=LIMIT)
            headers = {name.lower(): value for name, value in headers.items()}
            same(headers.get("authorization"), f"Bearer {HOOK_CREDENTIALS}", "Authorization")
            same(headers.get("x-a2a-notification-token"), HOOK_TOKEN, "notification token")
            if is_awaited(body):
                return body
