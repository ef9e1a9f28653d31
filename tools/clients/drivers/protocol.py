"""The driver's end of the conversation with the harness: JSON, a line each.

The harness writes commands, `{"id": 1, "command": "send", "arguments": {...}}`; the driver answers each with
`{"id": 1, "result": ...}` or `{"id": 1, "error": "..."}`, and tells of incoming messages by
`{"event": "message", ...}`. One client library, one process: libraries disagree about their dependencies.
"""

import asyncio
import json
import sys
import traceback


def tell(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def message(peer, sender, id, text, entities, out, reply_to=None):
    """A message as all drivers tell it. Entities are `[type, offset, length]`, as TL names the types."""
    return {
        "peer": peer, "sender": sender, "id": id, "text": text,
        "entities": entities, "out": bool(out), "reply_to": reply_to,
    }


async def serve(driver):
    """Runs the methods of `driver` that the harness names, until its input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def answer(request):
        id, method = request["id"], getattr(driver, request["command"])
        try:
            tell({"id": id, "result": await method(**request["arguments"])})
        except Exception as error:
            traceback.print_exc()
            tell({"id": id, "error": f"{type(error).__name__}: {error}"})

    tasks = set()
    while line := await reader.readline():
        task = asyncio.create_task(answer(json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
