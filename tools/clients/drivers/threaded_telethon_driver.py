"""Drives the first versions of Telethon, which have threads in the place of asyncio, and speak MTProto 1.0."""

import asyncio
import builtins
import functools
import random
import sys

# It writes to standard output, what must not be taken for what this driver tells.
builtins.print = functools.partial(print, file=sys.stderr)

from protocol import message, serve, tell  # noqa: E402
from telethon import TelegramClient  # noqa: E402
from telethon.crypto.rsa import RSA, RSAServerKey  # noqa: E402
from telethon.errors import RPCError  # noqa: E402
from telethon.network import TcpTransport  # noqa: E402
from telethon.tl import types  # noqa: E402
from telethon.tl.all_tlobjects import layer  # noqa: E402
from telethon.tl.functions import contacts, messages, updates  # noqa: E402


def told(m):
    entities = [[type(e).__name__, e.offset, e.length] for e in m.entities or []]
    peer = m.to_id.user_id if m.out else m.from_id
    return message(peer, m.from_id, m.id, m.message, entities, m.out, m.reply_to_msg_id)


class Driver:
    def __init__(self):
        self.users = {}

    async def open(self, **named):
        return await asyncio.to_thread(self.connect, **named)

    def connect(self, host, port, key, session):
        fingerprint = int(key["fingerprint"]["unsigned"]).to_bytes(8, "little").hex()
        RSA._server_keys[fingerprint] = RSAServerKey(fingerprint, int(key["modulus"], 16), key["exponent"])
        self.client = TelegramClient(session, api_id=1, api_hash="piltover")
        self.client.session.server_address, self.client.session.port = host, port
        self.client.transport = TcpTransport(host, port)
        if not self.client.connect():
            raise AssertionError("not connected")
        self.client.sender.add_update_handler(self.incoming)
        return {"layer": layer, "authorized": self.client.is_user_authorized()}

    async def invoke(self, request):
        result = await asyncio.to_thread(self.client.invoke, request)
        self.learn(result)
        return result

    def learn(self, result):
        self.users.update({user.id: user for user in getattr(result, "users", [])})

    def incoming(self, found):
        """What the library's thread hears."""
        self.learn(found)
        for update in getattr(found, "updates", []):
            if isinstance(update, types.UpdateNewMessage) and not update.message.out:
                tell({"event": "message", **told(update.message)})

    def peer(self, id):
        return types.InputPeerUser(id, self.users[id].access_hash)

    async def sign_up(self, phone, code, first_name):
        await asyncio.to_thread(self.client.send_code_request, phone)
        try:
            await asyncio.to_thread(self.client.sign_in, phone, code)
            raise AssertionError("an unknown number could sign in")
        except RPCError as error:
            if error.message != "PHONE_NUMBER_UNOCCUPIED":
                raise
        await asyncio.to_thread(self.client.sign_up, phone, code, first_name)
        await self.invoke(updates.GetStateRequest())
        return self.client.session.user.id

    async def import_contact(self, phone, first_name):
        contact = types.InputPhoneContact(client_id=7, phone=phone, first_name=first_name, last_name="")
        result = await self.invoke(contacts.ImportContactsRequest([contact], replace=False))
        return {"imported": [i.user_id for i in result.imported]}

    async def send(self, peer, text, entities=()):
        entities = [getattr(types, name)(offset, length) for name, offset, length in entities]
        answer = await self.invoke(messages.SendMessageRequest(
            self.peer(peer), text, random_id=random.getrandbits(62), entities=entities))
        (sent,) = (update.message for update in answer.updates if isinstance(update, types.UpdateNewMessage))
        return told(sent)

    async def latest(self, peer, limit):
        found = await self.invoke(messages.GetHistoryRequest(
            self.peer(peer), offset_id=0, offset_date=None, add_offset=0, limit=limit, max_id=0, min_id=0))
        return [told(m) for m in found.messages]


asyncio.run(serve(Driver()))
