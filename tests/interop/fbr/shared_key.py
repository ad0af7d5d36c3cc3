"""Pre-shared keys: the offer and the proof (clauses 2.11, 2.12)."""

import base64
import os

from .errors import require
from .keys import SUITES, Suite
from .wire import Reader, bytes8, bytes16, number

METHOD = 0xFB01
GATE = 32
_SHA256 = SUITES[2]  # The derivations from the key have this hash, whatever the suite.


class SharedKey:
    def __init__(self, name: str, key: bytes):
        self.name, self.instance = name, os.urandom(16)
        self._root = _SHA256.expand(_SHA256.extract(b"fbr psk", key), "psk root", name.encode(), 32)

    @staticmethod
    def read(option: str) -> "SharedKey":
        """From NAME=FILE."""
        name, _, path = option.partition("=")
        with open(path, encoding="ascii") as file:
            mark, key = file.read().split()
        require(mark == "feberelay-psk-1", "2.11", f"{path} holds no pre-shared key")
        return SharedKey(name, base64.b64decode(key))

    def suited(self, suite: Suite) -> bytes:
        """PK."""
        return _SHA256.expand(self._root, "psk key", number(suite.number, 2), suite.length)

    def close(self, r1: bytes) -> bytes:
        """R1 with its one gate, of a hello that offers nothing but this key."""
        at = len(r1) - 3 - GATE
        return r1[:at] + self._gate(r1) + r1[at + GATE:]

    def is_offered(self, r1: bytes, signatures: list, gates: bytes) -> bool:
        at = len(r1) - (1 + 2 * len(signatures)) - len(gates)
        require(r1[at:at + len(gates)] == gates and 0 < len(gates) <= 4 * GATE and len(gates) % GATE == 0, "2.11", "gates are not behind all shares, or of another size")
        own = self._gate(r1[:at] + bytes(len(gates)) + r1[at + len(gates):])
        return own in (gates[at:at + GATE] for at in range(0, len(gates), GATE))

    def holder(self) -> bytes:
        """C."""
        return b"\x00" + bytes8(self.name.encode()) + self.instance

    def _gate(self, bare: bytes) -> bytes:
        return _SHA256.mac(_SHA256.expand(self._root, "psk gate", b"", 32), _SHA256.hash(bare))


def write_proof(proof: bytes) -> bytes:
    """S."""
    return number(METHOD, 2) + bytes16(proof)


def read_holder(reader: Reader, own: SharedKey) -> None:
    require(reader.number(1) == 0, "2.12", "certificates where a pre-shared key was chosen")
    name, instance = reader.bytes8(), reader.take(16)
    require(instance != own.instance, "2.12", "our own instance came back")
    require(name == own.name.encode(), "2.12", "another key's name")
