"""Drives Pyrogram 2, and Kurigram, which continues it under the same module name and interface."""

import asyncio
import logging
import os
import sys

from pyrogram import Client, errors, filters, raw
from pyrogram.connection import Connection, transport as transports
from pyrogram.crypto import rsa
from pyrogram.enums import MessageEntityType
from pyrogram.handlers import MessageHandler
from pyrogram.raw.all import layer
from pyrogram.types import MessageEntity

from protocol import message, serve, tell

TRANSPORTS = {
    "full": "TCPFull",
    "abridged": "TCPAbridged",
    "intermediate": "TCPIntermediate",
    "padded": "TCPIntermediatePadded",
    "obfuscated abridged": "TCPAbridgedO",
    "obfuscated intermediate": "TCPIntermediateO",
}


def lead(host, port, transport):
    """Both libraries know the addresses of Telegram alone, and Pyrogram a single transport for all connections."""
    begin = Connection.__init__

    def begin_here(self, *arguments, **named):
        begin(self, *arguments, **named)
        self.address = (self.server_address, self.port) = (host, port)
        self.protocol_factory = transport

    Connection.__init__ = begin_here
    if hasattr(sys.modules[Connection.__module__], "DataCenter"):
        sys.modules[Connection.__module__].TCPAbridged = transport


def plain(entities):
    return [[e.type.value.__name__, e.offset, e.length] for e in entities or []]


class Driver:
    async def open(self, host, port, key, session, transport="abridged"):
        """Connects with the session in a file, which is made if there is none."""
        rsa.server_public_keys[int(key["fingerprint"]["signed"])] = rsa.PublicKey(
            int(key["modulus"], 16), key["exponent"])
        lead(host, port, getattr(transports, TRANSPORTS[transport]))
        folder, name = os.path.split(session)
        self.client = Client(name, api_id=1, api_hash="piltover", workdir=folder)
        self.client.add_handler(MessageHandler(self.incoming, filters.incoming))
        authorized = await self.client.connect()
        if authorized:
            await self.client.invoke(raw.functions.updates.GetState())
            self.client.me = await self.client.get_me()
            await self.client.initialize()
        return {"layer": layer, "authorized": authorized}

    async def incoming(self, _, m):
        tell({"event": "message", **self.told(m)})

    def told(self, m):
        entities = plain(m.entities)
        return message(
            m.chat.id, m.from_user.id, m.id, str(m.text), entities, m.outgoing, m.reply_to_message_id)

    async def close(self):
        if self.client.is_initialized:
            await self.client.terminate()
        await self.client.disconnect()

    async def begin(self):
        self.client.me = await self.client.get_me()
        await self.client.invoke(raw.functions.updates.GetState())
        await self.client.initialize()

    async def sign_up(self, phone, code, first_name):
        sent = await self.client.send_code(phone)
        if await self.client.sign_in(phone, sent.phone_code_hash, code):
            raise AssertionError("an unknown number could sign in")
        user = await self.client.sign_up(phone, sent.phone_code_hash, first_name)
        await self.begin()
        return user.id

    async def sign_in(self, phone, code):
        sent = await self.client.send_code(phone)
        user = await self.client.sign_in(phone, sent.phone_code_hash, code)
        await self.begin()
        return user.id

    async def wrong_code(self, phone, code):
        sent = await self.client.send_code(phone)
        try:
            await self.client.sign_in(phone, sent.phone_code_hash, code)
        except errors.PhoneCodeInvalid:
            return True
        return False

    async def log_out(self):
        # As Pyrogram's own log_out does, which wants a client that was begun by start().
        await self.client.invoke(raw.functions.auth.LogOut())
        await self.close()
        await self.client.storage.delete()

    async def me(self):
        me = await self.client.get_me()
        return {"id": me.id, "phone": me.phone_number, "first_name": me.first_name, "username": me.username}

    async def full(self):
        full = await self.client.invoke(raw.functions.users.GetFullUser(id=raw.types.InputUserSelf()))
        return {"id": full.full_user.id, "users": [u.id for u in full.users]}

    async def set_username(self, username):
        await self.client.set_username(username)
        return (await self.client.get_me()).username

    async def set_status(self, offline):
        return await self.client.invoke(raw.functions.account.UpdateStatus(offline=offline))

    async def resolve(self, username):
        return (await self.client.get_users(username)).id

    async def import_contact(self, phone, first_name):
        result = await self.client.import_contacts([
            __import__("pyrogram").types.InputPhoneContact(phone, first_name)])
        contacts = await self.client.get_contacts()
        return {"imported": [i.user_id for i in result.imported], "contacts": [c.id for c in contacts]}

    async def send(self, peer, text, entities=(), reply_to=None):
        kinds = {kind.value.__name__: kind for kind in MessageEntityType if hasattr(kind.value, "__name__")}
        entities = [MessageEntity(type=kinds[name], offset=offset, length=length) for name, offset, length in entities]
        m = await self.client.send_message(peer, text, entities=entities, reply_to_message_id=reply_to)
        return self.told(m)

    async def type(self, peer):
        await self.client.invoke(raw.functions.messages.SetTyping(
            peer=await self.client.resolve_peer(peer), action=raw.types.SendMessageTypingAction()))

    async def get(self, peer, id):
        return self.told(await self.client.get_messages(peer, id))

    async def latest(self, peer, limit):
        return [self.told(m) async for m in self.client.get_chat_history(peer, limit=limit)]

    async def history(self, peer, limit):
        """All messages with a peer, newest first, fetched in pages of `limit`."""
        found, offset = [], 0
        while True:
            page = [m async for m in self.client.get_chat_history(peer, limit=limit, offset_id=offset)]
            if not page:
                return [self.told(m) for m in found]
            found.extend(page)
            offset = page[-1].id

    async def dialogs(self):
        return [
            {"peer": d.chat.id, "top": d.top_message.id, "unread": d.unread_messages_count}
            async for d in self.client.get_dialogs()
        ]

    async def peer_dialog(self, peer):
        result = await self.client.invoke(raw.functions.messages.GetPeerDialogs(
            peers=[raw.types.InputDialogPeer(peer=await self.client.resolve_peer(peer))]))
        return {"unread": result.dialogs[0].unread_count, "read_outbox": result.dialogs[0].read_outbox_max_id}

    async def read(self, peer, max_id):
        await self.client.read_chat_history(peer, max_id)

    async def state(self):
        state = await self.client.invoke(raw.functions.updates.GetState())
        return {"pts": state.pts, "date": state.date, "qts": state.qts}

    async def difference(self, pts, date, qts):
        """The texts of the messages behind a state; Pyrogram does not ask for it by itself."""
        texts = []
        while True:
            result = await self.client.invoke(raw.functions.updates.GetDifference(pts=pts, date=date, qts=qts))
            texts += [m.message for m in getattr(result, "new_messages", [])]
            if not isinstance(result, raw.types.updates.DifferenceSlice):
                return texts
            pts = result.intermediate_state.pts

    async def unsupported(self):
        try:
            await self.client.invoke(raw.functions.messages.GetAllStickers(hash=0))
        except errors.RPCError as error:
            return [error.CODE, str(error.value)]


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    asyncio.run(serve(Driver()))
