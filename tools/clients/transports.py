"""Real clients of old layers, and over every transport: each signs up, sends, receives live and reads back; prints a client x step matrix."""

import asyncio
import os
import re
import sys
import traceback

from harness import CODE, HERE, Client, main
from matrix import ENTITIES, TEXT, expect

SECRET = "0123456789abcdef0123456789abcdef"
PADDED_SECRET = f"dd{SECRET}"
TLS_SECRET = f"ee{SECRET}{b'example.com'.hex()}"

OLD_MTPROTO = {'rule="message.version"': 1}
TEMPORARY_KEY = {"auth.bindTempAuthKey(": 1}
ENDED_KEY = {'rule="message.auth_key"': 1, "auth.bindTempAuthKey(": 2}

STEPS = ["connect", "sign up", "send", "receive live", "read back", "seen so"]


class Row:
    """
    A client over a transport. `seen` is what the server calls the transport; what a row is there for besides is in
    `note`, and what the server's log must have because of it in `logged`, with how often at least. Before it receives, the
    client does nothing for `idle` seconds; at the end it logs out, if `logs_out`. `options` are those of the driver's `open`.
    """

    def __init__(
            self, client, seen, driver, interpreter=sys.executable, note=None, logged=None, idle=0, logs_out=False,
            is_possible=True, **options):
        self.client, self.seen, self.driver, self.interpreter = client, seen, driver, interpreter
        self.note, self.logged, self.idle, self.logs_out = note, logged or {}, idle, logs_out
        self.is_possible = is_possible
        self.options = options
        self.results, self.layer = {}, "?"
        self.why_not = None

    def over(self):
        return f"{self.seen}; {self.note}" if self.note else self.seen


def telethon(transport, seen, **options):
    return Row("telethon-1.45.0", seen, "telethon_driver.py", transport=transport, **options)


def pyrogram(transport):
    return Row("pyrogram-2.0.106", transport, "pyrogram_driver.py", transport=transport)


def interpreter(name):
    return os.path.join(HERE, f".venv-{name}", "bin", "python")


def kurigram(transport):
    return Row("kurigram-2.2.26", transport, "pyrogram_driver.py", interpreter("kurigram"), transport=transport)


def old_pyrogram(version, transport):
    name = f"pyrogram-{version}"
    return Row(name, transport, "old_pyrogram_driver.py", interpreter(name), logs_out=True, transport=transport)


def old_telethon(version, transport="full", seen="full"):
    name = f"telethon-{version}"
    return Row(name, seen, "old_telethon_driver.py", interpreter(name), transport=transport)


def first_telethon(version):
    name, driver = f"telethon-{version}", "threaded_telethon_driver.py"
    return Row(name, "full", driver, interpreter(name), note="MTProto 1.0", logged=OLD_MTPROTO)


def mtcute(seen, **options):
    return Row("mtcute-0.30.0", seen, "mtcute_driver.mjs", "node", **options)


def tdlib(version, library, seen="obfuscated padded", secret=PADDED_SECRET, **options):
    return Row(
        f"tdlib-{version}", seen, "tdlib_driver.py", logs_out=True, library=os.path.join(HERE, library), secret=secret,
        **options)


def newest_tdlib(seen, secret, **options):
    library = ".venv/lib/python*/site-packages/tdjson.libs/libtdjson-*.so.1.8.69"
    return tdlib("1.8.69", library, seen, secret, **options)


def gramjs(seen, **options):
    return Row("gramjs-2.26.22, Chromium", seen, "gramjs_driver.mjs", "node", **options)


ROWS = [
    telethon("full", "full"),
    telethon("abridged", "abridged"),
    telethon("intermediate", "intermediate"),
    telethon("obfuscated", "obfuscated abridged"),
    telethon("mtproxy", "obfuscated padded", secret=PADDED_SECRET),
    telethon("http", "HTTP", is_possible=False),
    *map(old_telethon, ["1.24.0", "1.10.10", "1.5.5", "1.0.4"]),
    old_telethon("1.0.4", "http", "HTTP"),
    first_telethon("0.5.0.2"),
    pyrogram("obfuscated abridged"),
    pyrogram("obfuscated intermediate"),
    old_pyrogram("1.4.16", "obfuscated abridged"),
    old_pyrogram("0.12.0", "obfuscated intermediate"),
    kurigram("padded"),
    mtcute("padded", transport="padded"),
    mtcute("intermediate", note="temporary key, renewed", logged={"auth.bindTempAuthKey(": 2}, renew_after=1, idle=2),
    mtcute("intermediate", note="temporary key that ends", logged=ENDED_KEY, end_after=2, idle=3),
    mtcute("fake TLS, obfuscated padded", secret=TLS_SECRET),
    newest_tdlib("obfuscated padded", PADDED_SECRET),
    newest_tdlib("obfuscated intermediate", SECRET),
    newest_tdlib("fake TLS, obfuscated padded", TLS_SECRET),
    newest_tdlib("obfuscated padded", PADDED_SECRET, note="temporary key", logged=TEMPORARY_KEY, use_pfs=True),
    tdlib("1.8.33", "node_modules/tdlib-1.8.33/libtdjson.so"),
    tdlib("1.8.14", "node_modules/tdlib-1.8.14/prebuilds/tdlib-linux-x64/libtdjson.so"),
    tdlib("1.8.0", "node_modules/tdlib-1.8.0/prebuilds/tdlib-linux-x64/libtdjson.so"),
    Row("@mtproto/core-6.3.0", "obfuscated intermediate", "mtproto_core_driver.mjs", "node",
        note="signed in twice", logged={"auth.importAuthorization(": 1}),
    Row("telegram-mtproto-2.2.8", "HTTP", "telegram_mtproto_driver.mjs", "node", note="MTProto 1.0", logged=OLD_MTPROTO),
    gramjs("WebSocket, obfuscated abridged"),
    gramjs("TLS, WebSocket, obfuscated abridged", over_tls=True),
]


class Run:
    """Each row's client beside one that stays, Telethon's over the full transport."""

    def __init__(self, server):
        self.server, self.folder = server, server.folder
        self.there = Client("other", "telethon_driver.py", server.folder)

    def log(self):
        with open(self.server.log.name, encoding="utf-8") as log:
            return log.read()

    async def open(self, client, over_tls=False, **options):
        if over_tls:
            options["trusted"] = self.server.certificate.public_key_hash()
        return await client.open(
            host="127.0.0.1", port=self.server.port, key=self.server.key(),
            session=os.path.join(self.folder, client.name), **options)

    async def begin(self):
        await self.there.start()
        await self.open(self.there)
        self.there_phone = "15550001000"
        self.there_id = await self.there.sign_up(phone=self.there_phone, code=CODE, first_name="Other")

    async def connect(self, row):
        told = await self.open(self.here, **row.options)
        row.layer = told["layer"]
        expect(told["authorized"], False, "signed in before signing up")

    async def sign_up(self, row):
        self.id = await self.here.sign_up(phone=self.phone, code=CODE, first_name="Row")

    async def send(self, row):
        found = await self.here.import_contact(phone=self.there_phone, first_name="Other")
        expect(found["imported"], [self.there_id], "the other by phone")
        sent = await self.here.send(peer=self.there_id, text=TEXT, entities=ENTITIES)
        expect((sent["text"], sent["entities"], sent["out"]), (TEXT, ENTITIES, True), "as sent")
        (came,) = await self.there.received(1)
        expect((came["sender"], came["text"], came["entities"]), (self.id, TEXT, ENTITIES), "as received")

    async def receive(self, row):
        await asyncio.sleep(row.idle)
        await self.there.send(peer=self.id, text=f"{TEXT} back", entities=ENTITIES)
        (came,) = await self.here.received(1)
        wanted = {
            "peer": self.there_id, "sender": self.there_id, "text": f"{TEXT} back", "entities": ENTITIES, "out": False}
        expect({name: came[name] for name in wanted}, wanted, "as received")

    async def read_back(self, row):
        found = await self.here.latest(peer=self.there_id, limit=100)
        read = [(m["text"], m["entities"], m["out"]) for m in found]
        expect(read, [(f"{TEXT} back", ENTITIES, False), (TEXT, ENTITIES, True)], "the history")

    async def seen(self, row):
        """The client may leave, and the server saw the row's transport and no other, and what else it is there for."""
        if row.logs_out:
            await self.here.log_out()
        log = self.log()[self.since:]
        expect(set(re.findall(r'transport="([^"]*)"', log)), {row.seen}, "the transports that the server saw")
        for text, times in row.logged.items():
            if (found := log.count(text)) < times:
                raise AssertionError(f"{text} is {found} times in the server's log, not {times}")

    async def impossible(self, row):
        """
        Over HTTP, Telethon compares the last byte of each line, an int, with b"\\n", and gives up at the first.
        The reason is looked for in this run's exchange: should it be gone, the row is to be like the others.
        """
        read = await self.here.read_http(host="127.0.0.1", port=self.server.port)
        expect(read, {"gave_up_at": "HTTP/1.1 200 OK\r\n"}, "Telethon's reader of HTTP")
        try:
            await self.open(self.here, **row.options, retries=0)
        except RuntimeError as error:
            row.why_not = f"not possible: its own reader of HTTP takes each line for a broken one ({error})"
        else:
            raise AssertionError("it connects, though its reader gives up")

    async def row(self, number, row):
        self.since = len(self.log())
        self.here = Client(f"row-{number}", row.driver, self.folder, row.interpreter)
        self.phone = f"1555000{number:04}"
        await self.here.start()
        step = STEPS[0]
        try:
            if not row.is_possible:
                return await self.impossible(row)
            actions = [self.connect, self.sign_up, self.send, self.receive, self.read_back, self.seen]
            for step, action in zip(STEPS, actions, strict=True):
                await action(row)
                row.results[step] = "ok"
        except Exception as error:
            traceback.print_exc()
            row.results[step] = f"FAILED: {str(error) or repr(error)}"
        finally:
            await self.here.end()
            self.there.messages.clear()

    async def run(self):
        await self.begin()
        for number, row in enumerate(ROWS, 1):
            await self.row(number, row)
            told = row.why_not or ", ".join(f"{step} {result}" for step, result in row.results.items())
            print(f"  {row.client:<26} {row.over():<44} {told}", flush=True)
        await self.there.end()


def report():
    """Prints the matrix; tells whether every cell is ok but those of what is impossible."""
    print(f"\n{'client':<38}{'transport':<46}" + "".join(f"{step:<15}" for step in STEPS))
    cells = []
    for row in ROWS:
        named = f"{f'{row.client} (layer {row.layer})' if not row.why_not else row.client:<38}{row.over():<46}"
        if row.why_not:
            print(f"{named}{row.why_not}")
            continue
        row_cells = [row.results.get(step, "-") for step in STEPS]
        cells += row_cells
        print(named + "".join(f"{cell[:13]:<15}" for cell in row_cells))
    done, impossible = sum(cell == "ok" for cell in cells), sum(bool(row.why_not) for row in ROWS)
    print(f"\n{done} ok, {len(cells) - done} not, {impossible} clients not possible")
    return done == len(cells)


async def play(server):
    await Run(server).run()
    return report()


if __name__ == "__main__":
    main(play, __doc__, "transports", [option for secret in (SECRET, PADDED_SECRET, TLS_SECRET) for option in ("--secret", secret)])
