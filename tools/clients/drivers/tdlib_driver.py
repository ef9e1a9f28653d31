"""Drives TDLib, through its JSON interface."""

import asyncio
import ctypes
import glob
import itertools
import json
import re
import threading

from protocol import message, serve, tell

#: TDLib has the server's key in its text, and no option for another.
PEM = re.compile(rb"-----BEGIN RSA PUBLIC KEY-----\n[^-]{300,500}-----END RSA PUBLIC KEY-----\n?")
READ_WRITE = 3

ENTITIES = {
    "MessageEntityBold": "textEntityTypeBold",
    "MessageEntityItalic": "textEntityTypeItalic",
    "MessageEntityCode": "textEntityTypeCode",
}
NAMES = {td: name for name, td in ENTITIES.items()}


def inject(pem):
    """Puts another RSA key in the place of those that the loaded library knows."""
    wanted = pem.strip().encode()
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/maps") as maps:
        ranges = [line.split() for line in maps if "libtdjson" in line]
    replaced = 0
    for range_, mode, *_ in ranges:
        start, end = (int(part, 16) for part in range_.split("-"))
        if not mode.startswith("r"):
            continue
        for found in PEM.finditer(ctypes.string_at(start, end - start)):
            known = found.group()
            if len(wanted) > len(known):
                raise RuntimeError(f"{len(wanted)} bytes do not fit in the place of {len(known)}")
            if libc.mprotect(ctypes.c_void_p(start), ctypes.c_size_t(end - start), READ_WRITE) != 0:
                raise OSError(ctypes.get_errno(), "mprotect")
            ctypes.memmove(start + found.start(), wanted.ljust(len(known), b"\n"), len(known))
            replaced += 1
    if not replaced:
        raise RuntimeError("the library has no key to replace")


#: The states of a client that has its parameters.
OPEN = ("WaitPhoneNumber", "Ready")


class Driver:
    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.numbers, self.waiting = itertools.count(1), {}
        self.state, self.changed = None, asyncio.Event()
        self.sent = {}

    def load(self, library):
        (path,) = glob.glob(library)
        self.td = ctypes.CDLL(path)
        self.td.td_receive.argtypes = [ctypes.c_double]
        self.td.td_receive.restype = self.td.td_execute.restype = ctypes.c_char_p
        self.id = self.td.td_create_client_id()
        threading.Thread(target=self.receive, daemon=True).start()

    def receive(self):
        while True:
            if told := self.td.td_receive(10.0):
                self.loop.call_soon_threadsafe(self.take, json.loads(told))

    def execute(self, kind, **arguments):
        """Calls one of the functions that belong to no client."""
        self.td.td_execute(json.dumps({"@type": kind, **arguments}).encode())

    def take(self, told):
        kind = told["@type"]
        waiting = self.waiting.pop(told.get("@extra"), None)
        if waiting and kind == "error":
            waiting.set_exception(RuntimeError(f"{told['code']} {told['message']}"))
        elif waiting:
            waiting.set_result(told)
        elif kind == "updateAuthorizationState":
            self.state = told["authorization_state"]["@type"].removeprefix("authorizationState")
            self.changed.set()
        elif kind in ("updateMessageSendSucceeded", "updateMessageSendFailed"):
            self.outcome(told["message"]["chat_id"], told["old_message_id"]).set_result(told)
        elif kind == "updateNewMessage" and not told["message"]["is_outgoing"]:
            tell({"event": "message", **self.told(told["message"])})

    async def call(self, kind, **arguments):
        number = next(self.numbers)
        answer = self.waiting[number] = self.loop.create_future()
        self.td.td_send(self.id, json.dumps({"@type": kind, "@extra": number, **arguments}).encode())
        return await answer

    def outcome(self, chat, id):
        """What will become of a message that was given this id for as long as it was not sent."""
        return self.sent.setdefault((chat, id), self.loop.create_future())

    async def until(self, *states):
        while self.state not in states:
            self.changed.clear()
            await self.changed.wait()
        return self.state

    def told(self, m):
        text = m["content"]["text"]
        entities = [[NAMES.get(e["type"]["@type"], e["type"]["@type"]), e["offset"], e["length"]] for e in text["entities"]]
        # Older versions have its id alone.
        reply = m.get("reply_to") or ({"message_id": m["reply_to_message_id"]} if m.get("reply_to_message_id") else {})
        return message(
            m["chat_id"], m["sender_id"]["user_id"], m["id"] >> 20, text["text"], entities, m["is_outgoing"],
            reply["message_id"] >> 20 if "message_id" in reply else None)

    async def open(self, host, port, key, session, library, secret, use_pfs=False):
        """TDLib finds a server that it does not know by an MTProxy alone."""
        self.load(library)
        inject(key["pem"])
        log = f"{session}.tdlib.log"
        self.execute("setLogStream", log_stream={"@type": "logStreamFile", "path": log, "max_file_size": 1 << 28})
        self.execute("setLogVerbosityLevel", new_verbosity_level=3)
        # It has no network until it has a proxy, which it takes when it is open; what comes before that, waits.
        no_network = asyncio.create_task(self.call("setNetworkType", type={"@type": "networkTypeNone"}))
        parameters = {
            "database_directory": session, "files_directory": session, "use_file_database": True,
            "use_chat_info_database": True, "use_message_database": True, "use_secret_chats": False, "api_id": 1,
            "api_hash": "piltover", "system_language_code": "en", "device_model": "piltover", "system_version": "1",
            "application_version": "1",
        }
        # Before 1.8.6 they were an object of their own, and the key of the database came in a second step.
        await self.call("setTdlibParameters", parameters=parameters, **parameters)
        if await self.until("WaitEncryptionKey", *OPEN) == "WaitEncryptionKey":
            await self.call("checkDatabaseEncryptionKey", encryption_key="")
        await no_network
        await self.call("setOption", name="use_pfs", value={"@type": "optionValueBoolean", "value": use_pfs})
        kind = {"@type": "proxyTypeMtproto", "secret": secret}
        # The further arguments are those of older versions.
        proxy = {"@type": "proxy", "server": host, "port": port, "type": kind}
        await self.call("addProxy", proxy=proxy, server=host, port=port, type=kind, enable=True)
        await self.call("setNetworkType", type={"@type": "networkTypeOther"})
        state = await self.until(*OPEN)
        with open(log, encoding="utf-8", errors="replace") as lines:
            layer = re.search(r"Create Td with layer (\d+)", lines.read())
        return {"layer": int(layer[1]), "authorized": state == "Ready"}

    async def sign_up(self, phone, code, first_name):
        await self.call("setAuthenticationPhoneNumber", phone_number=phone)
        await self.until("WaitCode")
        await self.call("checkAuthenticationCode", code=code)
        await self.until("WaitRegistration")
        await self.call("registerUser", first_name=first_name, last_name="", disable_notification=False)
        await self.until("Ready")
        return (await self.call("getMe"))["id"]

    async def import_contact(self, phone, first_name):
        contact = {"phone_number": phone, "first_name": first_name, "last_name": ""}
        found = await self.call("importContacts", contacts=[contact])
        contacts = await self.call("getContacts")
        return {"imported": found["user_ids"], "contacts": contacts["user_ids"]}

    async def chat(self, peer):
        return (await self.call("createPrivateChat", user_id=peer, force=False))["id"]

    async def send(self, peer, text, entities=(), reply_to=None):
        chat = await self.chat(peer)
        entities = [
            {"@type": "textEntity", "offset": offset, "length": length, "type": {"@type": ENTITIES[name]}}
            for name, offset, length in entities]
        content = {"@type": "inputMessageText", "text": {"@type": "formattedText", "text": text, "entities": entities}}
        reply = {"@type": "inputMessageReplyToMessage", "message_id": reply_to << 20} if reply_to else None
        m = await self.call(
            "sendMessage", chat_id=chat, reply_to=reply, reply_to_message_id=(reply_to or 0) << 20, input_message_content=content)
        told = await self.outcome(chat, m["id"])
        if told["@type"] != "updateMessageSendSucceeded":
            raise RuntimeError(f"not sent: {told['error']}")
        return self.told(told["message"])

    async def latest(self, peer, limit):
        chat = await self.chat(peer)
        found, last = [], 0
        # It gives what it has at once, and asks the server for the rest.
        while page := (await self.call(
                "getChatHistory", chat_id=chat, from_message_id=last, offset=0, limit=limit, only_local=False))["messages"]:
            found += page
            last = page[-1]["id"]
        return [self.told(m) for m in found]

    async def log_out(self):
        await self.call("logOut")
        await self.until("Closed")


async def main():
    await serve(Driver())


if __name__ == "__main__":
    asyncio.run(main())
