"""One version of Telethon as a codec: writes random values of every class that it knows, and reads values.

    telethon_codec.py write FOLDER SCHEMAS COUNT
        a line with its layer; then lines `C name TAB hex` for constructors, `F name TAB hex` for functions
    telethon_codec.py read FOLDER
        lines of hex in; out comes `same` if it writes what it has read, `changed` if it is known to write something
        else, `failed TAB why` if it cannot read it whole, or reads something else

What a class is made of follows from its own code: the order, the widths and the bits from the method that
writes it, the types of objects from its annotations, or its documentation where the version has no
annotations. Telethon patches its message classes by hand: they are taken as they are patched.
"""

import ast
import random
import re
import sys
import textwrap
import warnings
import zlib
from datetime import datetime, timedelta, timezone

warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[2])

from telethon.extensions import BinaryReader  # noqa: E402
from telethon.tl import TLObject, TLRequest  # noqa: E402
from telethon.tl.alltlobjects import LAYER, tlobjects  # noqa: E402

#: Objects nest no deeper than this before the smallest ones are taken.
DEPTH = 3
TEXT = "aé👋🏽你 𝔘\n\0ß"
#: Before 1.21 the patched message classes tell no types. They are those that the schema of the time has.
MESSAGE_TYPES = {
    "to_id": "TypePeer", "peer_id": "TypePeer", "from_id": "TypePeer", "fwd_from": "TypeMessageFwdHeader",
    "reply_to": "TypeMessageReplyHeader", "media": "TypeMessageMedia", "reply_markup": "TypeReplyMarkup",
    "entities": "TypeMessageEntity", "restriction_reason": "TypeRestrictionReason",
    "replies": "TypeMessageReplies", "action": "TypeMessageAction",
}
#: Fields whose annotation names two types, and the namespace of that which is meant.
AMBIGUOUS = {("UpdateNewStickerSet", "stickerset"): "messages"}


class Field:
    """A field of a class: `kind` is what one value or item is on the wire."""

    def __init__(self, name, kind, vector, ty, bit, can_be_false):
        self.name, self.kind, self.vector, self.ty = name, kind, vector, ty
        #: The flags word and the mask in it, or None where the field is required.
        self.bit, self.can_be_false = bit, can_be_false


def writer(cls):
    """The method of the class that writes it."""
    for base in cls.__mro__:
        method = vars(base).get("_bytes") or vars(base).get("__bytes__")
        if method:
            return method
    raise ValueError(f"{cls.__name__} cannot be written")


def generated(cls):
    """The class, or the one from which a patched one comes: before 1.21 there is none."""
    return next((base for base in cls.__mro__ if base.__module__.startswith("telethon.tl.types")), cls)


def annotations(cls):
    """The texts that tell the fields' types, by their names."""
    init = generated(cls).__init__
    if getattr(init, "__annotations__", None):
        return {name: str(text) for name, text in init.__annotations__.items()}
    return {name: text for text, name in re.findall(r":param (\S+) (\w+):", init.__doc__ or "")}


def kind_of(code):
    """What one value is on the wire, from the code that writes it."""
    for pattern, kind in [
        (r"pack\('<i', (?:self\.\w+|x)\)", "int"), (r"pack\('<I', (?:self\.\w+|x)\)", "unsigned"),
        (r"pack\('<q', (?:self\.\w+|x)\)", "long"), (r"pack\('<d', (?:self\.\w+|x)\)", "double"),
        (r"serialize_bytes\(", "bytes"), (r"serialize_datetime\(", "date"), (r"to_bytes\(16", "int128"),
        (r"to_bytes\(32", "int256"), (r"b'\\xb5ur\\x99'", "bool"), (r"bytes\((?:self\.\w+|x)\)|_bytes\(\)", "object"),
    ]:
        if re.search(pattern, code):
            return kind
    raise ValueError(f"what does this write: {code}")


def fields_of(cls):
    """The fields of a class, in no order."""
    tuple_node = next(node for node in ast.walk(ast.parse(textwrap.dedent(source(writer(cls)))))
                      if isinstance(node, ast.Tuple))
    types_of, bits, values = annotations(cls), {}, {}
    for word, node in enumerate(tuple_node.elts):
        code = ast.unparse(node)
        if code.startswith("struct.pack('<I', 0 if ") or code.startswith("struct.pack('<I', (0 if "):
            for name, rest, mask in re.findall(r"0 if self\.(\w+) is None( or self\.\w+ is False)? else (\d+)", code):
                bits[name] = ((word, int(mask)), not rest)
        elif "self." in code:
            values.setdefault(re.search(r"self\.(?!serialize_)(\w+)", code)[1], []).append(code)
    found = []
    for name in [*values, *(name for name in bits if name not in values)]:
        bit, can_be_false = bits.get(name, (None, True))
        # A vector is written in three parts, if it is required.
        code = " ".join(values.get(name, []))
        text = types_of.get(name, "")
        vector = "len(self." in code
        kind = kind_of(code.split("len(self.", 1)[-1]) if code else "true"
        if kind == "bytes" and "bytes" not in text:
            kind = "str"
        match = re.search(r"Type\w+", text)
        ty = match[0] if match else MESSAGE_TYPES.get(name)
        found.append(Field(name, kind, vector, ty, bit, can_be_false))
    return found


def source(function):
    """The text of a method, without what `inspect` does to find its end."""
    lines = MODULES.setdefault(function.__code__.co_filename, [])
    if not lines:
        with open(function.__code__.co_filename, encoding="utf-8") as file:
            lines.extend(file)
    first = function.__code__.co_firstlineno - 1
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or lines[last].startswith(" " * 8)):
        last += 1
    return "".join(lines[first:last])


MODULES = {}


class Values:
    """Random values; the same ones for the same seed."""

    def __init__(self, classes):
        self.fields = {cls: fields_of(cls) for cls in classes}
        self.requests = [cls for cls in classes if issubclass(cls, TLRequest)]
        by_subclass = {}
        for cls in classes:
            if not issubclass(cls, TLRequest):
                by_subclass.setdefault(cls.SUBCLASS_OF_ID, []).append(cls)
        self.groups = {}
        for cls in classes:
            for field in self.fields[cls]:
                if field.kind == "object" and field.ty != "TypeX":
                    self.groups[cls, field.name] = by_subclass[self.subclass(cls, field)]
        self.rank_all(classes)

    @staticmethod
    def subclass(cls, field):
        """The id of the type of an object, which is the CRC32 of its name in TL. The module's imports tell the
        namespace that the annotation leaves out."""
        if field.ty is None:
            raise ValueError(f"{cls.__name__}.{field.name} has no type")
        module = sys.modules[cls.__module__]
        places = re.findall(rf"from \.\.\.tl\.types\.?(\w*) import .*\b{field.ty}\b", head(module))
        if not places:
            places = [module.__name__.partition("telethon.tl.types.")[2]]
        # Of two types of one name a class has that without a namespace.
        place = AMBIGUOUS.get((cls.__name__, field.name), min(places))
        return zlib.crc32(".".join(filter(None, [place, field.ty.removeprefix("Type")])).encode())

    def rank_all(self, classes):
        """How deep the smallest value of each class is."""
        self.rank = {}
        changed = True
        while changed:
            changed = False
            for cls in classes:
                if cls in self.rank:
                    continue
                needed = [self.groups[cls, field.name] for field in self.fields[cls]
                          if field.kind == "object" and field.ty != "TypeX" and not field.bit and not field.vector]
                ranks = [min((self.rank[one] for one in group if one in self.rank), default=None) for group in needed]
                if None not in ranks:
                    self.rank[cls] = 1 + max(ranks, default=0)
                    changed = True

    def of(self, cls, rng, depth=0, fullness=None):
        """A value of a class; `fullness` is the share of the optional fields that are there."""
        if fullness is None:
            fullness = 0 if depth >= DEPTH else rng.choice([0.2, 0.5, 0.9])
        present, arguments = {}, {}
        for field in self.fields[cls]:
            # The fields of one bit are there together.
            if field.bit and not present.setdefault(field.bit, rng.random() < fullness):
                arguments[field.name] = None
            elif field.kind == "true":
                arguments[field.name] = True
            elif field.vector:
                count = 0 if depth >= DEPTH else rng.choice([0, 1, 2, 3])
                arguments[field.name] = [self.one(cls, field, rng, depth + 1) for _ in range(count)]
            else:
                arguments[field.name] = self.one(cls, field, rng, depth + 1)
        return cls(**arguments)

    def one(self, cls, field, rng, depth):
        kind = field.kind
        if field.name in IDS and kind in WIDTHS:
            return 1 + rng.getrandbits(rng.choice([8, 30, 30, min(40, WIDTHS[kind] - 2)]))
        if kind in WIDTHS:
            bits = rng.choice([1, 8, WIDTHS[kind] // 2, WIDTHS[kind]])
            return rng.getrandbits(bits) - (1 << bits - 1)
        if kind == "unsigned":
            return rng.getrandbits(32)
        if kind == "double":
            return rng.choice([0.0, -0.5, 1e300, rng.uniform(-180, 180)])
        if kind == "bool":
            return rng.random() < 0.5 or not field.can_be_false
        if kind == "date":
            return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=rng.getrandbits(31))
        if kind == "bytes":
            return rng.randbytes(length(rng))
        if kind == "str":
            return "".join(rng.choice(TEXT) for _ in range(length(rng)))
        if field.ty == "TypeX":
            group = self.requests
        else:
            group = self.groups[cls, field.name]
        if depth >= DEPTH:
            least = min(self.rank[one] for one in group)
            group = [one for one in group if self.rank[one] == least]
        return self.of(rng.choice(group), rng, depth)


#: The patched message classes check that these are positive.
IDS = {"user_id", "chat_id", "channel_id"}
#: What never stands in a message, but has a place in Telethon's service schema.
SERVICE = "DummyHttpWait$|RsaPublicKey$|TlsClientHello$|TlsBlock"
WIDTHS = {"int": 32, "long": 64, "int128": 128, "int256": 256}


def length(rng):
    """Of strings: now and then around the length from which it takes four bytes."""
    return rng.randrange(250, 260) if rng.random() < 0.03 else rng.randrange(12)


def head(module):
    """The text of a module before its first class."""
    if module not in HEADS:
        with open(module.__file__, encoding="utf-8") as file:
            HEADS[module] = file.read().split("\nclass ", 1)[0]
    return HEADS[module]


HEADS = {}


def ids(path):
    """The ids of a schema file."""
    with open(path, encoding="utf-8") as file:
        return {int(number, 16) for number in re.findall(r"#([0-9a-f]{1,8})\b", file.read())}


def write(schema, count):
    service = ids(f"{schema}/mtproto.tl") - ids(f"{schema}/{LAYER}.tl")
    classes = [cls for number, cls in tlobjects.items()
               if number not in service and not re.match(SERVICE, cls.__name__)]
    values = Values(classes)
    print(LAYER)
    for cls in classes:
        mark = "F" if issubclass(cls, TLRequest) else "C"
        name = f"{cls.__module__.removeprefix('telethon.tl.')}.{cls.__name__}"
        for seed in range(count):
            # All optional fields, none, and some.
            value = values.of(cls, random.Random(f"{name} {seed}"), fullness={0: 1, 1: 0}.get(seed))
            print(f"{mark} {name}\t{bytes(value).hex()}")


def read():
    for line in sys.stdin:
        data = bytes.fromhex(line)
        try:
            reader = BinaryReader(data)
            value = reader.tgread_object()
            left = len(data) - reader.tell_position()
            if left:
                raise ValueError(f"{left} bytes are left over of {type(value).__name__}")
            alike = bytes(value) == data
        except Exception as error:  # noqa: BLE001
            print(f"failed\t{type(error).__name__}: {str(error)[:200]!r}")
            continue
        if alike:
            print("same\t")
        elif is_changed(value):
            print("changed\t")
        else:
            print(f"failed\tit writes {bytes(value).hex()}")


def is_changed(value):
    """Whether the version itself writes something else for what it has read: the patched message classes set
    fields, and an optional `Bool` that is false was left out for a long time."""
    if isinstance(value, list):
        return any(is_changed(item) for item in value)
    if not isinstance(value, TLObject):
        return False
    cls = type(value)
    if cls.__module__.startswith("telethon.tl.patched"):
        return True
    if cls not in FIELDS:
        FIELDS[cls] = fields_of(cls)
    return any(
        field.kind == "bool" and field.bit and not field.can_be_false and getattr(value, field.name) is False
        or field.kind == "object" and is_changed(getattr(value, field.name))
        for field in FIELDS[cls]
    )


FIELDS = {}


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[3], int(sys.argv[4]))
    else:
        read()
