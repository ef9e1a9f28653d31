"""Values of many versions of Telethon through the codecs of their layers, and back; prints a matrix.

Each version writes random values of every class that it knows. The generated types and the layer's schema must
give the same bytes again; what a decision of the rules changes is told field by field. The values of the newest
version are then encoded for each other layer, and that layer's version must read them whole.
"""

import argparse
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CACHE = os.path.join(ROOT, "tools", ".cache")
#: Each speaks one layer; the newest is the last.
VERSIONS = [
    "1.0.4", "1.5.5", "1.10.10", "1.17.5", "1.21.1", "1.24.0", "1.26.0", "1.28.5", "1.34.0", "1.38.1", "1.42.0",
    "1.45.0",
]
#: How many values of each class are made: one with all optional fields, one with none, and random ones.
VALUES = 4
#: How many failures of a version are printed.
SHOWN = 10
#: No single step may take longer, in seconds.
TIMEOUT = 300


def install(version):
    """The folder of a version, which is installed if need be; its dependencies are those of the environment."""
    folder = os.path.join(CACHE, f"telethon-{version}")
    if not os.path.exists(os.path.join(folder, "installed")):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--upgrade", "--target", folder, f"telethon=={version}"], check=True)
        open(os.path.join(folder, "installed"), "w").close()
    return folder


class Version:
    """A version of Telethon, and what came of it."""

    def __init__(self, version, judge, keep):
        self.version, self.judge, self.keep = version, judge, keep
        self.folder = install(version)
        #: What was found wrong: a name and why.
        self.failures = []
        #: The fields that decisions changed.
        self.decided = Counter()
        self.verdicts, self.sent, self.read = Counter(), Counter(), Counter()

    def run(self, arguments, lines=()):
        """The lines that a program answers, one for each line that it is given."""
        text = "".join(line + "\n" for line in lines)
        done = subprocess.run(arguments, input=text, stdout=subprocess.PIPE, text=True, timeout=TIMEOUT, check=True)
        # Not splitlines(), which knows more ends of lines than this.
        return done.stdout.split("\n")[:-1]

    def codec(self, *arguments, lines=()):
        codec = os.path.join(HERE, "telethon_codec.py")
        return self.run([sys.executable, codec, arguments[0], self.folder, *arguments[1:]], lines)

    def verdicts_of(self, way, vectors):
        """The judge's verdict, and what stands behind it, for each of the vectors."""
        answers = self.run([self.judge, way, str(self.layer)], [hexed for _, hexed in vectors])
        if len(answers) != len(vectors):
            raise RuntimeError(f"{len(answers)} verdicts on {len(vectors)} vectors")
        return [answer.split("\t", 1) for answer in answers]

    def write(self, values):
        """Has the version write its values, and the codecs write them again."""
        layer, *lines = self.codec("write", os.path.join(ROOT, "layers", "schema"), str(values))
        self.layer = int(layer)
        self.vectors = [line.split("\t") for line in lines]
        classes = {name for name, _ in self.vectors}
        self.constructors = sum(name.startswith("C ") for name in classes)
        self.functions = sum(name.startswith("F ") for name in classes)
        self.store("written", lines)
        #: Those that the generated types read.
        self.canonical = []
        verdicts = self.verdicts_of("again", self.vectors)
        for vector, (verdict, rest) in zip(self.vectors, verdicts):
            self.verdicts[verdict] += 1
            if verdict == "failed":
                self.failures.append(f"{vector[0]}: {rest}")
            elif verdict == "decided":
                self.decided.update(rest.split())
            if verdict in ("same", "decided"):
                self.canonical.append(vector)

    def receive(self, vectors):
        """Has the version read these values, encoded for its layer."""
        verdicts = self.verdicts_of("for", vectors)
        sent = []
        for (name, _), (verdict, rest) in zip(vectors, verdicts):
            self.sent[verdict] += 1
            if verdict == "bytes":
                sent.append((name, rest))
            elif verdict == "failed":
                self.failures.append(f"{name} for layer {self.layer}: {rest}")
        self.store("sent", ["\t".join(pair) for pair in sent])
        answers = self.codec("read", lines=[hexed for _, hexed in sent])
        if len(answers) != len(sent):
            raise RuntimeError(f"{len(answers)} answers to {len(sent)} vectors")
        for (name, hexed), answer in zip(sent, answers):
            verdict, why = answer.split("\t", 1)
            self.read[verdict] += 1
            if verdict == "failed":
                self.failures.append(f"{name} read by Telethon: {why}: {hexed}")

    def store(self, name, lines):
        if self.keep:
            with open(os.path.join(self.keep, f"{self.layer}-{name}.tsv"), "w", encoding="utf-8") as file:
                file.writelines(line + "\n" for line in lines)

    def row(self):
        return [
            self.version, self.layer, self.constructors, self.functions, len(self.vectors),
            self.verdicts["same"], self.verdicts["decided"], self.verdicts["unwritten"],
            self.sent["bytes"], self.read["same"], self.read["changed"], self.sent["refused"], self.sent["absent"],
            len(self.failures),
        ]


HEAD = [
    "telethon", "layer", "constructors", "functions", "vectors", "the same", "by decision", "unwritten",
    "sent", "read", "changed", "no form", "unknown", "failures",
]


def print_matrix(versions):
    rows = [HEAD, *(version.row() for version in versions)]
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        print("  ".join(str(cell).rjust(width) for cell, width in zip(row, widths)))
    print("""
the same      the generated types and the layer's schema give the bytes of Telethon again
by decision   the schema does; the generated types change fields about which the rules decide: below
unwritten     the schema does; the generated types read it, but do not write what only requests carry in its old form
sent          values of the newest version, encoded for the layer: Telethon reads them whole
read          ... and writes the same bytes again
changed       ... and writes others, as it is known to: its message classes, an optional Bool that is false
no form       the layer knows the type or the function, and the rules say that this value has no form there
unknown       the layer does not know the type or the function""")
    for version in versions:
        for field, count in sorted(version.decided.items()):
            print(f"layer {version.layer}: decided: {field} ({count} values)")
    for version in versions:
        for failure in version.failures[:SHOWN]:
            print(f"layer {version.layer}: FAILED: {failure[:400]}")
        if len(version.failures) > SHOWN:
            print(f"layer {version.layer}: and {len(version.failures) - SHOWN} more")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--judge", required=True, help="the example `vectors` of piltover-convert")
    parser.add_argument("--values", type=int, default=VALUES, help="of each class")
    parser.add_argument("--keep", metavar="FOLDER", help="where the vectors are kept")
    arguments = parser.parse_args()
    if arguments.keep:
        os.makedirs(arguments.keep, exist_ok=True)
    versions = [Version(version, arguments.judge, arguments.keep) for version in VERSIONS]
    newest = versions[-1]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda version: version.write(arguments.values), reversed(versions)))
        list(pool.map(lambda version: version.receive(newest.canonical), versions))
    print_matrix(versions)
    sys.exit(any(version.failures for version in versions))


if __name__ == "__main__":
    main()
