"""Drives Telethon."""

import asyncio
import collections
import logging
import sys
import time

from telethon import TelegramClient, errors, events, functions, types
from telethon.crypto import rsa
from telethon.network import connection
from telethon.tl.alltlobjects import LAYER

from protocol import message, serve, tell

TRANSPORTS = {
    "full": connection.ConnectionTcpFull,
    "abridged": connection.ConnectionTcpAbridged,
    "intermediate": connection.ConnectionTcpIntermediate,
    "obfuscated": connection.ConnectionTcpObfuscated,
    "http": connection.ConnectionHttp,
    "mtproxy": connection.ConnectionTcpMTProxyRandomizedIntermediate,
}


def plain(entities):
    return [[type(e).__name__, e.offset, e.length] for e in entities or []]


class Driver:
    async def open(self, host, port, key, session, transport="full", secret=None, retries=40):
        """Connects with the session in a file, which is made if there is none; with a secret, to an MTProxy."""
        rsa.add_key(key["pem"], old=False)
        self.client = TelegramClient(
            session, api_id=1, api_hash="piltover", catch_up=True,
            connection=TRANSPORTS[transport], proxy=(host, port, secret) if secret else None,
            connection_retries=retries, retry_delay=0.5, request_retries=10, auto_reconnect=True,
        )
        self.client.session.set_dc(2, host, port)
        self.client.add_event_handler(self.incoming, events.NewMessage(incoming=True))
        await self.client.connect()
        if await self.client.is_user_authorized():
            await self.client.catch_up()
        return {"layer": LAYER, "authorized": await self.client.is_user_authorized()}

    async def read_http(self, host, port):
        """What Telethon's codec reads of an HTTP answer to a packet that it wrote itself: that, or where it gave up."""
        reader, writer = await asyncio.open_connection(host, port)
        codec = connection.http.HttpPacketCodec(connection.ConnectionHttp(host, port, 2, loggers=collections.defaultdict(lambda: None)))
        # req_pq_multi, unencrypted.
        request = functions.ReqPqMultiRequest(nonce=1)._bytes()
        writer.write(codec.encode_packet(bytes(8) + (int(time.time()) << 32).to_bytes(8, "little")
                                         + len(request).to_bytes(4, "little") + request))
        try:
            return {"packet": (await codec.read_packet(reader)).hex()}
        except asyncio.IncompleteReadError as error:
            return {"gave_up_at": error.partial.decode()}
        finally:
            writer.close()

    async def incoming(self, event):
        m = event.message
        tell({"event": "message", **self.told(m)})

    def told(self, m):
        return message(
            m.peer_id.user_id, m.sender_id, m.id, m.message, plain(m.entities), m.out,
            m.reply_to.reply_to_msg_id if m.reply_to else None,
        )

    async def close(self):
        await self.client.disconnect()

    async def sign_up(self, phone, code, first_name):
        sent = await self.client.send_code_request(phone)
        try:
            await self.client.sign_in(phone, code)
            raise AssertionError("an unknown number could sign in")
        except errors.PhoneNumberUnoccupiedError:
            pass
        # Telethon has no sign-up of its own any more.
        result = await self.client(functions.auth.SignUpRequest(
            phone_number=phone, phone_code_hash=sent.phone_code_hash, first_name=first_name, last_name="",
        ))
        await self.client._on_login(result.user)
        return result.user.id

    async def sign_in(self, phone, code):
        await self.client.send_code_request(phone)
        return (await self.client.sign_in(phone, code)).id

    async def wrong_code(self, phone, code):
        await self.client.send_code_request(phone)
        try:
            await self.client.sign_in(phone, code)
        except errors.PhoneCodeInvalidError:
            return True
        return False

    async def log_out(self):
        await self.client.log_out()

    async def me(self):
        me = await self.client.get_me()
        return {"id": me.id, "phone": me.phone, "first_name": me.first_name, "username": me.username}

    async def full(self):
        full = await self.client(functions.users.GetFullUserRequest("me"))
        return {"id": full.full_user.id, "users": [u.id for u in full.users]}

    async def set_username(self, username):
        return (await self.client(functions.account.UpdateUsernameRequest(username))).username

    async def set_status(self, offline):
        return await self.client(functions.account.UpdateStatusRequest(offline))

    async def resolve(self, username):
        return (await self.client.get_entity(username)).id

    async def import_contact(self, phone, first_name):
        result = await self.client(functions.contacts.ImportContactsRequest([
            types.InputPhoneContact(client_id=7, phone=phone, first_name=first_name, last_name=""),
        ]))
        contacts = await self.client(functions.contacts.GetContactsRequest(0))
        return {"imported": [i.user_id for i in result.imported], "contacts": [c.user_id for c in contacts.contacts]}

    async def send(self, peer, text, entities=(), reply_to=None):
        entities = [getattr(types, name)(offset, length) for name, offset, length in entities]
        m = await self.client.send_message(peer, text, formatting_entities=entities, reply_to=reply_to)
        return self.told(m)

    async def type(self, peer):
        await self.client(functions.messages.SetTypingRequest(
            await self.client.get_input_entity(peer), types.SendMessageTypingAction()))

    async def get(self, peer, id):
        return self.told(await self.client.get_messages(peer, ids=id))

    async def latest(self, peer, limit):
        return [self.told(m) for m in await self.client.get_messages(peer, limit=limit)]

    async def history(self, peer, limit):
        """All messages with a peer, newest first, fetched in pages of `limit`."""
        found, offset = [], 0
        while True:
            page = await self.client.get_messages(peer, limit=limit, offset_id=offset)
            if not page:
                return [self.told(m) for m in found]
            found.extend(page)
            offset = page[-1].id

    async def dialogs(self):
        dialogs = await self.client.get_dialogs()
        return [{"peer": d.entity.id, "top": d.message.id, "unread": d.unread_count} for d in dialogs]

    async def peer_dialog(self, peer):
        result = await self.client(functions.messages.GetPeerDialogsRequest(
            [types.InputDialogPeer(await self.client.get_input_entity(peer))]))
        return {"unread": result.dialogs[0].unread_count, "read_outbox": result.dialogs[0].read_outbox_max_id}

    async def read(self, peer, max_id):
        await self.client.send_read_acknowledge(peer, max_id=max_id)

    async def state(self):
        state = await self.client(functions.updates.GetStateRequest())
        return {"pts": state.pts, "date": int(state.date.timestamp()), "qts": state.qts}

    async def unsupported(self):
        try:
            await self.client(functions.messages.GetAllStickersRequest(0))
        except errors.RPCError as error:
            return [error.code, error.message]


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    asyncio.run(serve(Driver()))
