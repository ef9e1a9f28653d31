"""Two clients of different layers on one server, step by step; prints a client x step matrix."""

import asyncio
import os
import traceback

from harness import CODE, Client, main

#: A text with everything that counts differently in UTF-8, UTF-16 and code points.
TEXT = "héllo 👋🏽 wörld, 你好: bold 𝔘𝔫𝔦 code"
BURST = 100


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


def entity(kind, part):
    start = TEXT.index(part)
    return [kind, utf16(TEXT[:start]), utf16(part)]


ENTITIES = [
    entity("MessageEntityItalic", "👋🏽 wörld"),
    entity("MessageEntityBold", "bold 𝔘𝔫𝔦"),
    entity("MessageEntityCode", "code"),
]


def expect(got, wanted, what):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, not {wanted!r}")


class Party:
    """A client and the user who signs up with it."""

    def __init__(self, client, phone, first_name, username):
        self.client, self.phone, self.first_name, self.username = client, phone, first_name, username
        self.session = os.path.join(client.folder, client.name)


class Run:
    def __init__(self, server, a, b):
        self.server, self.a, self.b = server, a, b
        self.parties = (a, b)
        self.results = {}

    def other(self, party):
        return self.b if party is self.a else self.a

    async def step(self, name, action, parties=None):
        """Does a step with each client; a failure spoils its cell, and the run."""
        for party in parties or self.parties:
            try:
                await action(party)
                result = "ok"
            except Exception as error:
                traceback.print_exc()
                result = f"FAILED: {error}"
            self.results.setdefault(name, {})[party.client.name] = result
            print(f"  {party.client.name:<24} {name:<40} {result}", flush=True)

    async def connect(self, party):
        told = await party.client.open(
            host="127.0.0.1", port=self.server.port, key=self.server.key(), session=party.session)
        party.layer = told["layer"]
        expect(told["authorized"], False, "signed in before signing up")

    async def reopen(self, party):
        told = await party.client.open(
            host="127.0.0.1", port=self.server.port, key=self.server.key(), session=party.session)
        expect(told["authorized"], True, "signed in with the saved session")

    async def restart(self, party):
        """Ends the client's process and begins another, with the saved session."""
        await party.client.close()
        await party.client.end()
        await party.client.start()
        await self.reopen(party)

    async def sign_up(self, party):
        expect(await party.client.wrong_code(phone=party.phone, code="11111"), True, "a wrong code was refused")
        party.id = await party.client.sign_up(phone=party.phone, code=CODE, first_name=party.first_name)
        expect((await party.client.state())["pts"], 1, "the pts of a new account")

    async def sign_in(self, party):
        await party.client.log_out()
        await party.client.end()
        await party.client.start()
        await self.connect(party)
        expect(await party.client.sign_in(phone=party.phone, code=CODE), party.id, "the same user")
        await self.restart(party)

    async def get_me(self, party):
        wanted = {"id": party.id, "phone": party.phone, "first_name": party.first_name}
        me = await party.client.me()
        expect({name: me[name] for name in wanted}, wanted, "me")
        expect(await party.client.full(), {"id": party.id, "users": [party.id]}, "me in full")
        expect(await party.client.set_status(offline=False), True, "online")

    async def names(self, party):
        name = party.username
        expect(await party.client.set_username(username=name), name, "the username")

    async def find(self, party):
        other = self.other(party)
        # Usernames are found in any case.
        expect(await party.client.resolve(username=other.username.upper()), other.id, "the other by username")
        found = await party.client.import_contact(phone=other.phone, first_name=f"My {other.first_name}")
        expect(found, {"imported": [other.id], "contacts": [other.id]}, "the other by phone")

    async def to_self(self, party):
        sent = await party.client.send(peer="me", text=TEXT, entities=ENTITIES)
        expect((sent["text"], sent["entities"]), (TEXT, ENTITIES), "as sent")
        read = await party.client.get(peer="me", id=sent["id"])
        expect((read["text"], read["entities"]), (TEXT, ENTITIES), "as read back")

    async def live(self, party):
        """From this client to the other."""
        other = self.other(party)
        sent = await party.client.send(peer=other.id, text=TEXT, entities=ENTITIES)
        (came,) = await other.client.received(1)
        wanted = {"peer": party.id, "sender": party.id, "text": TEXT, "entities": ENTITIES, "out": False}
        expect({name: came[name] for name in wanted}, wanted, "as received")
        reply = await other.client.send(peer=party.id, text="a reply", reply_to=came["id"])
        (came,) = await party.client.received(1)
        expect((came["text"], came["reply_to"]), ("a reply", sent["id"]), "the reply")
        expect(reply["out"], True, "the reply is outgoing")
        await party.client.type(peer=other.id)

    async def burst(self, party):
        other = self.other(party)
        texts = [f"{party.first_name} {n}" for n in range(BURST)]
        for text in texts:
            await party.client.send(peer=other.id, text=text)
        came = await other.client.received(BURST)
        expect([m["text"] for m in came], texts, "all, in order")

    async def paged(self, party):
        other = self.other(party)
        found = await party.client.history(peer=other.id, limit=30)
        # A message and a reply each way, and the bursts.
        expect(len(found), 2 * (BURST + 2), "messages in the history")
        ids = [m["id"] for m in found]
        expect(ids, sorted(ids, reverse=True), "newest first, none twice")
        texts = [m["text"] for m in reversed(found) if m["text"].startswith(party.first_name)]
        expect(texts, [f"{party.first_name} {n}" for n in range(BURST)], "this client's burst")

    async def read_marks(self, party):
        other = self.other(party)
        top = (await party.client.history(peer=other.id, limit=100))[0]
        await party.client.read(peer=other.id, max_id=top["id"])
        dialog = await party.client.peer_dialog(peer=other.id)
        expect(dialog["unread"], 0, "unread")

    async def dialogs(self, party):
        other = self.other(party)
        dialogs = {d["peer"]: d for d in await party.client.dialogs()}
        expect(sorted(dialogs), sorted([party.id, other.id]), "the dialogs")
        expect(dialogs[other.id]["unread"], 0, "unread in the dialog")
        outbox = (await party.client.peer_dialog(peer=other.id))["read_outbox"]
        if not outbox:
            raise AssertionError("the other has read everything, and this client does not know")

    async def catch_up(self, party):
        other = self.other(party)
        state = await party.client.state()
        await party.client.close()
        await party.client.end()
        texts = [f"while away {n}" for n in range(5)]
        for text in texts:
            await other.client.send(peer=party.id, text=text)
        await party.client.start()
        await self.reopen(party)
        if party.client.driver == "pyrogram_driver.py":
            # Pyrogram never asks for a difference by itself.
            expect(await party.client.difference(**state), texts, "the difference")
        else:
            came = await party.client.received(len(texts))
            expect([m["text"] for m in came], texts, "what came")

    async def after_kill(self, party):
        other = self.other(party)
        texts = [f"after {party.first_name} {n}" for n in range(10)]
        for text in texts:
            await party.client.send(peer=other.id, text=text)
        came = await other.client.received(len(texts))
        expect([m["text"] for m in came], texts, "all, in order")

    async def killed(self, party):
        """The server dies while this client sends: what was acknowledged is there, and nothing twice."""
        other = self.other(party)
        acknowledged = []

        async def send():
            for n in range(60):
                text = f"through {party.first_name} {n}"
                await party.client.send(peer=other.id, text=text)
                acknowledged.append(text)

        sending = asyncio.create_task(send())
        while len(acknowledged) < 20:
            await asyncio.sleep(0.01)
        await self.server.kill()
        await asyncio.sleep(0.5)
        await self.server.start()
        await asyncio.wait_for(sending, 60)
        prefix = f"through {party.first_name} "
        kept = [m["text"] for m in await other.client.history(peer=party.id, limit=100) if m["text"].startswith(prefix)]
        expect(kept[::-1], acknowledged, "acknowledged messages, each once")
        await asyncio.sleep(1)
        other.client.messages.clear()

    async def refused(self, party):
        code, text = await party.client.unsupported()
        expect(code, 400, "the code of a method that is not there")
        if "getAllStickers" not in text:
            raise AssertionError(f"the error does not name the method: {text}")

    async def log_out(self, party):
        await party.client.log_out()
        await party.client.end()
        await party.client.start()
        await self.connect(party)

    async def run(self):
        a, b = self.parties
        for name, action in [("connect", self.connect), ("sign up", self.sign_up), ("sign in again", self.sign_in)]:
            await self.step(name, action)
            if any(result != "ok" for result in self.results[name].values()):
                return  # Nothing else can work.
        await self.step("get me", self.get_me)
        await self.step("username", self.names)
        await self.step("find the other", self.find)
        await self.step("message to self, read back", self.to_self)
        await self.step("A to B live", self.live, [a])
        await self.step("B to A live", self.live, [b])
        await self.step(f"send {BURST} in order, none lost", self.burst)
        await self.step("history, paged", self.paged)
        await self.step("read marks", self.read_marks)
        await self.step("dialogs", self.dialogs)
        await self.step("catch up after being offline", self.catch_up)
        await self.step("server killed while sending", self.killed)
        await self.step("go on after the restart", self.after_kill)
        await self.step("unsupported method is a 400", self.refused)
        await self.step("log out", self.log_out)

    def report(self):
        """Prints the matrix; tells whether every cell is ok."""
        names = [f"{p.client.name} (layer {getattr(p, 'layer', '?')})" for p in self.parties]
        print(f"\n{'step':<40}" + "".join(f"{name:<28}" for name in names))
        cells = []
        for step, results in self.results.items():
            row = [results.get(p.client.name, "-") for p in self.parties]
            cells += row
            print(f"{step:<40}" + "".join(f"{cell[:26]:<28}" for cell in row))
        done = sum(cell == "ok" for cell in cells)
        failed = sum(cell.startswith("FAILED") for cell in cells)
        print(f"\n{done} ok, {failed} failed")
        return failed == 0


async def play(server):
    clients = [
        Client("telethon-1.45.0", "telethon_driver.py", server.folder),
        Client("pyrogram-2.0.106", "pyrogram_driver.py", server.folder),
    ]
    for client in clients:
        await client.start()
    run = Run(
        server,
        Party(clients[0], "15550000001", "Alice", "alice_a"),
        Party(clients[1], "15550000002", "Bob", "bobby_b"),
    )
    try:
        await run.run()
    finally:
        for client in clients:
            await client.end()
    return run.report()


if __name__ == "__main__":
    main(play, __doc__, "matrix")
