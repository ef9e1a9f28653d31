"""Drives versions of Telethon that are older than this Python. Their files are as they were published; what asyncio has
lost since, the `loop` that everything took, is put back here."""

import asyncio
import inspect
import types as python_types


def without_loop(cls):
    class Old(cls):
        def __init__(self, *arguments, loop=None, **options):
            super().__init__(*arguments, **options)

    return Old


def ignoring_loop(function):
    if not inspect.iscoroutinefunction(function):
        return lambda *arguments, loop=None, **options: function(*arguments, **options)

    async def old(*arguments, loop=None, **options):
        return await function(*arguments, **options)

    return old


for name in ("Lock", "Event", "Queue", "Semaphore", "Condition"):
    setattr(asyncio, name, without_loop(getattr(asyncio, name)))
for name in ("sleep", "wait_for", "open_connection", "gather", "shield"):
    setattr(asyncio, name, ignoring_loop(getattr(asyncio, name)))
asyncio.coroutine = python_types.coroutine
new_wait = asyncio.wait


async def wait(futures, *, loop=None, **options):
    return await new_wait([asyncio.ensure_future(future) for future in futures], **options)


asyncio.wait = wait

from protocol import message, serve, tell  # noqa: E402
from telethon import TelegramClient, errors, events, functions, types  # noqa: E402
from telethon.crypto import rsa  # noqa: E402
from telethon.network import connection  # noqa: E402
from telethon.tl.alltlobjects import LAYER  # noqa: E402

TRANSPORTS = {"full": connection.ConnectionTcpFull, "http": connection.ConnectionHttp}


def plain(entities):
    return [[type(e).__name__, e.offset, e.length] for e in entities or []]


def user_of(peer):
    """The id of a user, who is a number in old layers and a peer in newer ones."""
    return getattr(peer, "user_id", peer)


class Driver:
    async def open(self, host, port, key, session, transport="full"):
        """Connects with the session in a file, which is made if there is none."""
        # Newer versions ask whether a key is one of the retired ones.
        asks = "old" in inspect.signature(rsa.add_key).parameters
        rsa.add_key(key["pem"], **({"old": False} if asks else {}))
        self.client = TelegramClient(session, api_id=1, api_hash="piltover", connection=TRANSPORTS[transport])
        self.client.session.set_dc(2, host, port)
        self.client.add_event_handler(self.incoming, events.NewMessage(incoming=True))
        await self.client.connect()
        return {"layer": LAYER, "authorized": await self.client.is_user_authorized()}

    async def incoming(self, event):
        tell({"event": "message", **self.told(event.message)})

    def told(self, m):
        receiver = user_of(getattr(m, "to_id", None) or m.peer_id)
        sender = user_of(m.from_id)
        return message(receiver if m.out else sender, sender, m.id, m.message, plain(m.entities), m.out)

    async def sign_up(self, phone, code, first_name):
        await self.client.send_code_request(phone)
        try:
            await self.client.sign_in(phone, code)
            raise AssertionError("an unknown number could sign in")
        except errors.PhoneNumberUnoccupiedError:
            pass
        return (await self.client.sign_up(code, first_name)).id

    async def import_contact(self, phone, first_name):
        result = await self.client(functions.contacts.ImportContactsRequest([
            types.InputPhoneContact(client_id=7, phone=phone, first_name=first_name, last_name=""),
        ]))
        return {"imported": [i.user_id for i in result.imported]}

    async def send(self, peer, text, entities=()):
        entities = [getattr(types, name)(offset, length) for name, offset, length in entities]
        peer = await self.client.get_input_entity(peer)
        answer = await self.client(functions.messages.SendMessageRequest(peer, text, entities=entities))
        if isinstance(answer, types.UpdateShortSentMessage):
            return message(peer.user_id, None, answer.id, text, plain(answer.entities), answer.out)
        (sent,) = (update.message for update in answer.updates if isinstance(update, types.UpdateNewMessage))
        return self.told(sent)

    async def latest(self, peer, limit):
        return [self.told(m) for m in await self.client.get_messages(peer, limit=limit)]


asyncio.run(serve(Driver()))
