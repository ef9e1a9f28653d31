"""Vectors of MTProto 1.0, made by the specification alone: <https://core.telegram.org/mtproto/description_v1>.

    python3 tools/message_v1.py > piltover/tests/fixtures/message-v1.txt

writes the file which a test of `piltover/src/crypto/message_v1.rs` reads; `--check` tells whether it is as it would
be written now. Nothing but the standard library is needed: AES follows FIPS 197.

    tools/clients/.venv-telethon-0.5.0.2/bin/python tools/message_v1.py --telethon

opens every message with the functions of Telethon 0.5.0.2, which spoke 1.0 (`tools/clients/run` installs it there).
"""

import hashlib
import os
import struct
import sys

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "piltover", "tests", "fixtures", "message-v1.txt")
#: The auth key of all vectors, 2048 bits.
AUTH_KEY = bytes((7 * i + 3) % 256 for i in range(256))
HEAD = """\
# Messages of MTProto 1.0, by tools/message_v1.py. The auth key has the bytes 7 * i + 3 modulo 256.
# verdict side salt session_id msg_id seq_no body padding ack frame
# Numbers are hexadecimal, without sign; ack is the token of a quick acknowledgment. A refused message has the name of what is wrong with it for its body.
"""


def sha1(*parts):
    return hashlib.sha1(b"".join(parts)).digest()


# AES, FIPS 197: a state of 16 bytes, column by column.

def multiply(a, b):
    """The product in GF(2^8), modulo x^8 + x^4 + x^3 + x + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def make_box():
    box = []
    for value in range(256):
        inverse = next((other for other in range(256) if multiply(value, other) == 1), 0)
        turned = inverse
        for shift in range(1, 5):
            turned ^= (inverse << shift | inverse >> (8 - shift)) & 0xFF
        box.append(turned ^ 0x63)
    return box


BOX = make_box()
DOUBLE = [multiply(value, 2) for value in range(256)]
TRIPLE = [multiply(value, 3) for value in range(256)]


def expand(key):
    """The 15 round keys of AES-256."""
    words = [list(key[i:i + 4]) for i in range(0, 32, 4)]
    constant = 1
    for i in range(8, 60):
        word = words[-1]
        if i % 8 == 0:
            word = [BOX[byte] for byte in word[1:] + word[:1]]
            word[0] ^= constant
            constant = multiply(constant, 2)
        elif i % 8 == 4:
            word = [BOX[byte] for byte in word]
        words.append([a ^ b for a, b in zip(word, words[i - 8])])
    return [sum(words[i:i + 4], []) for i in range(0, 60, 4)]


def encrypt_block(rounds, block):
    state = [a ^ b for a, b in zip(block, rounds[0])]
    for index, key in enumerate(rounds[1:], 1):
        state = [BOX[byte] for byte in state]
        # Row r of column c comes from column c + r.
        state = [state[(4 * (i // 4 + i % 4) + i % 4) % 16] for i in range(16)]
        if index < 14:
            mixed = []
            for i in range(0, 16, 4):
                a, b, c, d = state[i:i + 4]
                mixed += [
                    DOUBLE[a] ^ TRIPLE[b] ^ c ^ d, a ^ DOUBLE[b] ^ TRIPLE[c] ^ d,
                    a ^ b ^ DOUBLE[c] ^ TRIPLE[d], TRIPLE[a] ^ b ^ c ^ DOUBLE[d],
                ]
            state = mixed
        state = [a ^ b for a, b in zip(state, key)]
    return bytes(state)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def encrypt_ige(key, iv, plain):
    """Infinite garble extension: c[i] = E(p[i] ^ c[i-1]) ^ p[i-1]; iv is c[0] and p[0]."""
    rounds, before, plain_before = expand(key), iv[:16], iv[16:]
    out = b""
    for i in range(0, len(plain), 16):
        block = plain[i:i + 16]
        before = xor(encrypt_block(rounds, xor(block, before)), plain_before)
        plain_before = block
        out += before
    return out


# MTProto 1.0.

def derive(msg_key, x):
    """The AES key and the initialization vector."""
    a = sha1(msg_key, AUTH_KEY[x:x + 32])
    b = sha1(AUTH_KEY[32 + x:48 + x], msg_key, AUTH_KEY[48 + x:64 + x])
    c = sha1(AUTH_KEY[64 + x:96 + x], msg_key)
    d = sha1(msg_key, AUTH_KEY[96 + x:128 + x])
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]


def seal(plain, padding, x, msg_key=None):
    """The whole message. msg_key is that of the plaintext without its padding, unless another is given."""
    msg_key = msg_key or sha1(plain)[4:20]
    key, iv = derive(msg_key, x)
    return sha1(AUTH_KEY)[12:20] + msg_key + encrypt_ige(key, iv, plain + padding)


def plaintext(salt, session_id, msg_id, seq_no, body, told=None):
    return struct.pack("<QQQii", salt, session_id, msg_id, seq_no, len(body) if told is None else told) + body


def padding_of(size):
    return bytes(0xA0 + i for i in range(size))


def vectors():
    """The lines of the file, and the parts of the good ones."""
    lines, good = [], []
    for side, x in [("client", 0), ("server", 8)]:
        # 0, 12, 8 and 4 bytes of padding, of one block to many.
        for n, size in enumerate([16, 20, 24, 28, 4, 8, 12, 32, 100, 512, 1000, 2052]):
            body = bytes((11 * i + size) % 256 for i in range(size))
            salt, session_id = 0x1122334455667788 + n, 0xFFEEDDCCBBAA9988 - n
            msg_id, seq_no = (0x65000000 + n << 32) + 4 * n + (0, 1)[x > 0], 2 * n + 1
            plain = plaintext(salt, session_id, msg_id, seq_no, body)
            padding = padding_of(-len(plain) % 16)
            frame = seal(plain, padding, x)
            good.append((side, plain, frame))
            # The first 32 bits of the hash that msg_key is a part of, with the highest bit set.
            ack = struct.unpack("<I", sha1(plain)[:4])[0] | 1 << 31
            numbers = f"{salt:x} {session_id:x} {msg_id:x} {seq_no:x}"
            lines.append(f"good {side} {numbers} {body.hex()} {padding.hex() or '-'} {ack:x} {frame.hex()}")
    body = bytes(range(32))

    def refused(name, frame):
        lines.append(f"refused client 0 0 0 0 {name} - 0 {frame.hex()}")

    def plain(body, told=None):
        return plaintext(1, 2, 4, 1, body, told)

    refused("15_bytes_of_padding_behind_a_length_that_is_no_multiple_of_4", seal(plain(bytes(17)), padding_of(15), 0))
    refused("16_bytes_of_padding", seal(plain(body), padding_of(16), 0))
    refused("1024_bytes_of_padding", seal(plain(body), bytes(1024), 0))
    refused("a_length_beyond_the_data", seal(plain(body, told=36), b"", 0))
    refused("a_length_beyond_the_data_by_much", seal(plain(body, told=0x7FFFFFFC), b"", 0))
    refused("a_negative_length", seal(plain(body, told=-4), b"", 0))
    refused("a_length_of_all_but_the_last_block", seal(plain(body, told=16), b"", 0))
    padded = plain(bytes(20)) + padding_of(12)
    refused("a_hash_of_the_padding_too", seal(padded, b"", 0))
    refused("the_first_bytes_of_the_hash", seal(plain(body), b"", 0, sha1(plain(body))[:16]))
    refused("the_keys_of_the_other_side", seal(plain(body), b"", 8))
    cut = seal(plain(body), b"", 0)
    refused("a_block_less", cut[:-16])
    refused("the_last_block_twice", cut + cut[-16:])
    return lines, good


def check_with_telethon(good):
    from telethon import helpers
    from telethon.crypto import AES

    for side, plain, frame in good:
        msg_key, data = frame[8:24], frame[24:]
        key, iv = helpers.calc_key(AUTH_KEY, msg_key, side == "client")
        opened = AES.decrypt_ige(data, key, iv)
        assert opened[:len(plain)] == plain and helpers.calc_msg_key(plain) == msg_key, side
    print(f"Telethon opens all {len(good)} messages")


def main():
    # FIPS 197, appendix C.3.
    example = encrypt_block(expand(bytes(range(32))), bytes(0x11 * i for i in range(16)))
    assert example.hex() == "8ea2b7ca516745bfeafc49904b496089"
    lines, good = vectors()
    text = HEAD + "".join(line + "\n" for line in lines)
    if "--telethon" in sys.argv:
        check_with_telethon(good)
    elif "--check" in sys.argv:
        with open(FILE) as file:
            sys.exit(0 if file.read() == text else f"{os.path.relpath(FILE)} is another one than would be written")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
