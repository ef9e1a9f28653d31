"""Drives Pyrogram before its second version: it has threads up to 0.18, and asyncio from 1.0 on."""

import asyncio
import collections
import collections.abc
import html
import inspect
import logging
import os
import queue
import sys

# PySocks, in the version that 0.12 wants, looks for it where Python had it until 3.9.
collections.Callable = collections.abc.Callable

import pyrogram
from pyrogram import Client
from pyrogram.connection import Connection
from pyrogram.session import Session

from protocol import message, serve, tell

IS_ASYNC = not pyrogram.__version__.startswith("0.")
if IS_ASYNC:
    from pyrogram import filters
    from pyrogram.crypto import rsa
    from pyrogram.crypto.rsa import PublicKey
    from pyrogram.handlers import MessageHandler
    from pyrogram.raw import functions
    from pyrogram.raw.all import layer
    from pyrogram.types import InputPhoneContact
else:
    from pyrogram.api import functions
    from pyrogram.api.all import layer
    from pyrogram.client import client as client_module
    from pyrogram.client.filters.filters import Filters as filters
    from pyrogram.client.handlers import MessageHandler
    from pyrogram.client.types import InputPhoneContact
    from pyrogram.crypto.rsa import RSA as rsa, PublicKey

    # Where the harness listens.
    client_module.print = lambda *told: print(*told, file=sys.stderr)

#: Until 0.13 the client asks for whatever it needs to sign in by itself, while it starts.
STARTS_ITSELF = not hasattr(Client, "sign_in")

MODES = {"full": 0, "abridged": 1, "intermediate": 2, "obfuscated abridged": 3, "obfuscated intermediate": 4}
ENTITIES = {"bold": "MessageEntityBold", "code": "MessageEntityCode", "italic": "MessageEntityItalic"}
TAGS = {"MessageEntityBold": "b", "MessageEntityCode": "code", "MessageEntityItalic": "i"}


def lead(host, port, mode):
    """It knows the addresses of Telegram alone, and always takes the same transport."""
    begin = Connection.__init__

    def begin_here(self, *arguments, **named):
        begin(self, *arguments, **named)
        self.address, self.mode = (host, port), self.MODES[mode]

    Connection.__init__ = begin_here


def marked(text, entities):
    """The text as HTML: entities themselves could be given from 1.2 on."""
    units = text.encode("utf-16-le")
    parts, last = [], 0

    def until(end):
        return html.escape(units[2 * last:2 * end].decode("utf-16-le"))

    for name, offset, length in entities:
        parts.append(until(offset))
        last = offset
        parts.append(f"<{TAGS[name]}>{until(offset + length)}</{TAGS[name]}>")
        last = offset + length
    return "".join([*parts, until(len(units) // 2)])


async def do(method, *arguments, **named):
    """Calls a method of the library, which blocks in the older ones."""
    if IS_ASYNC and inspect.iscoroutinefunction(method):
        return await method(*arguments, **named)
    return await asyncio.to_thread(method, *arguments, **named)


class Driver:
    async def open(self, host, port, key, session, transport):
        Session.notice_displayed = True
        rsa.server_public_keys[int(key["fingerprint"]["signed"])] = PublicKey(int(key["modulus"], 16), key["exponent"])
        lead(host, port, MODES[transport])
        folder, name = os.path.split(session)
        answers = {}
        if STARTS_ITSELF:
            loop, asked, self.given = asyncio.get_running_loop(), asyncio.Event(), queue.Queue()

            def phone_number():
                loop.call_soon_threadsafe(asked.set)
                return self.given.get()

            answers = {
                "phone_number": phone_number, "phone_code": lambda _: self.code,
                "first_name": lambda: self.first_name, "last_name": ""}
        self.client = Client(
            name, api_id=1, api_hash="piltover", workdir=folder, app_version="1", device_model="piltover",
            system_version="1", lang_code="en", **answers)

        async def incoming(_, m):
            tell({"event": "message", **self.told(m)})

        def incoming_in_thread(_, m):
            tell({"event": "message", **self.told(m)})

        self.client.add_handler(MessageHandler(incoming if IS_ASYNC else incoming_in_thread, filters.incoming))
        if not STARTS_ITSELF:
            return {"layer": layer, "authorized": await do(self.client.connect)}
        self.starting = asyncio.create_task(do(self.client.start))
        is_asked = asyncio.create_task(asked.wait())
        await asyncio.wait([self.starting, is_asked], return_when=asyncio.FIRST_COMPLETED)
        if self.starting.done():
            await self.starting
        return {"layer": layer, "authorized": self.starting.done()}

    def told(self, m):
        entities = [[ENTITIES.get(e.type, e.type), e.offset, e.length] for e in m.entities or []]
        return message(m.chat.id, m.from_user.id, m.message_id, str(m.text), entities, m.outgoing)

    async def sign_up(self, phone, code, first_name):
        if STARTS_ITSELF:
            self.code, self.first_name = code, first_name
            self.given.put(phone)
            await self.starting
            return (await do(self.client.get_me)).id
        sent = await do(self.client.send_code, phone)
        if await do(self.client.sign_in, phone, sent.phone_code_hash, code):
            raise AssertionError("an unknown number could sign in")
        user = await do(self.client.sign_up, phone, sent.phone_code_hash, first_name)
        await do(self.client.send, functions.updates.GetState())
        await do(self.client.initialize)
        return user.id

    async def import_contact(self, phone, first_name):
        add = getattr(self.client, "import_contacts", None) or self.client.add_contacts
        found = await do(add, [InputPhoneContact(phone, first_name)])
        contacts = await do(self.client.get_contacts)
        return {"imported": [i.user_id for i in found.imported], "contacts": [c.id for c in contacts]}

    async def send(self, peer, text, entities=()):
        return self.told(await do(self.client.send_message, peer, marked(text, entities), parse_mode="html"))

    async def latest(self, peer, limit):
        found = await do(self.client.get_history, peer, limit=limit)
        return [self.told(m) for m in getattr(found, "messages", found)]

    async def log_out(self):
        await do(self.client.send, functions.auth.LogOut())
        if STARTS_ITSELF:
            await do(self.client.stop)
        else:
            await do(self.client.terminate)
            await do(self.client.disconnect)


async def main():
    await serve(Driver())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    # Not `run`, which makes a loop of its own: 1.0 has taken one when it was imported.
    asyncio.get_event_loop().run_until_complete(main())
