"""What the scripts that drive clients share: the server, one process for each client, and how a run begins and ends."""

import argparse
import asyncio
import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
#: No single step of a client may take longer, in seconds.
TIMEOUT = 20
#: The login code of everybody.
CODE = "22222"


def main(play, description, name, options=()):
    """
    A script: runs `play(server)`, which tells whether all went well, and ends the process with 0 if it did. The logs, and
    the state of the server with these further options, are in a folder of this name.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--binary", required=True, help="the piltover binary")
    parser.add_argument("--keep", metavar="FOLDER", help=f"keep logs and state in this folder, in `{name}`")
    arguments = parser.parse_args()

    async def run(folder):
        server = Server(arguments.binary, folder, options)
        await server.start()
        is_ok = False
        try:
            is_ok = await play(server)
        finally:
            if (code := await server.stop()) != 0:
                print(f"the server ended with code {code}")
        return is_ok and code == 0

    with tempfile.TemporaryDirectory() as scratch:
        folder = os.path.join(os.path.abspath(arguments.keep or scratch), name)
        os.makedirs(folder, exist_ok=True)
        if os.listdir(folder):
            sys.exit(f"{folder} is not empty")
        sys.exit(0 if asyncio.run(run(folder)) else 1)


class Certificate:
    """A certificate for this machine, of the run's own, in a folder."""

    def __init__(self, folder):
        self.path, self.key_path = (os.path.join(folder, name) for name in ("certificate.pem", "key.pem"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=piltover", "-addext", "subjectAltName=IP:127.0.0.1", "-out", self.path, "-keyout", self.key_path],
            check=True, capture_output=True)

    def options(self):
        """What the server is to be told of it."""
        return ["--tls-cert", self.path, "--tls-key", self.key_path]

    def public_key_hash(self):
        """As browsers pin it: SHA-256 of its public key, in Base64."""
        key = subprocess.run(
            ["openssl", "pkey", "-in", self.key_path, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        return base64.b64encode(hashlib.sha256(key).digest()).decode()


class Server:
    """`piltover run` on a port of its own, with its state in a folder; `options` are further ones of the command."""

    def __init__(self, binary, folder, options):
        self.binary, self.folder = binary, folder
        self.certificate = Certificate(folder)
        self.options = [*self.certificate.options(), *options]
        self.port = 0
        self.log = open(os.path.join(folder, "server.log"), "ab")

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            self.binary, "run", "--bind", f"127.0.0.1:{self.port}",
            "--data", os.path.join(self.folder, "data"), "--code", CODE, *self.options,
            stdout=subprocess.PIPE, stderr=self.log,
            env={**os.environ, "RUST_LOG": os.environ.get("RUST_LOG", "debug"), "NO_COLOR": "1"},
        )
        line = (await asyncio.wait_for(self.process.stdout.readline(), TIMEOUT)).decode()
        if "listening on" not in line:
            raise RuntimeError(f"the server did not start; its log is {self.log.name}")
        # After a restart on the same port, as a real server has.
        self.port = int(line.rsplit(":", 1)[1])

    def key(self):
        """The public key, as clients need it."""
        show = [self.binary, "keys", "show", "--json", "--data", os.path.join(self.folder, "data")]
        return json.loads(subprocess.run(show, check=True, capture_output=True).stdout)

    async def kill(self):
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self):
        """Ends the server as its owner would; gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), TIMEOUT)


class Client:
    """A driver process; `await client.send(peer=..., text=...)` runs its method of that name."""

    def __init__(self, name, driver, folder, interpreter=sys.executable):
        self.name, self.driver, self.folder, self.interpreter = name, driver, folder, interpreter
        self.answers, self.messages, self.number = {}, [], 0
        self.arrived = asyncio.Event()

    async def start(self):
        log = open(os.path.join(self.folder, f"{self.name}.log"), "ab")
        self.process = await asyncio.create_subprocess_exec(
            self.interpreter, os.path.join(HERE, "drivers", self.driver),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, limit=1 << 24,
            # Pyrogram writes a file of unknown errors where it is.
            cwd=self.folder,
        )
        self.reading = asyncio.create_task(self.listen())

    async def listen(self):
        while line := await self.process.stdout.readline():
            told = json.loads(line)
            if "event" in told:
                self.messages.append(told)
                self.arrived.set()
                continue
            answer = self.answers.pop(told["id"])
            if answer.done():
                continue  # Nobody waits for it any more.
            if "error" in told:
                answer.set_exception(RuntimeError(told["error"]))
            else:
                answer.set_result(told["result"])
        for answer in self.answers.values():
            if not answer.done():
                answer.set_exception(RuntimeError(f"the driver ended; its log is {self.name}.log"))
        self.answers.clear()

    def __getattr__(self, command):
        async def call(**arguments):
            self.number += 1
            answer = asyncio.get_running_loop().create_future()
            self.answers[self.number] = answer
            request = {"id": self.number, "command": command, "arguments": arguments}
            self.process.stdin.write((json.dumps(request) + "\n").encode())
            await self.process.stdin.drain()
            return await asyncio.wait_for(answer, TIMEOUT)
        return call

    async def received(self, count):
        """Waits for so many messages, and takes all that came."""
        async def wait():
            while len(self.messages) < count:
                self.arrived.clear()
                await self.arrived.wait()
        try:
            await asyncio.wait_for(wait(), TIMEOUT)
        except TimeoutError:
            raise AssertionError(f"{len(self.messages)} of {count} messages came") from None
        taken, self.messages = self.messages, []
        return taken

    async def end(self):
        if self.process.returncode is None:
            self.process.stdin.close()
            try:
                await asyncio.wait_for(self.process.wait(), 5)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        self.reading.cancel()
