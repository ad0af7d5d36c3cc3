"""Suites, groups, HKDF with labels, and the two ways to seal (clauses 2.2, 2.6, 4.3, 4.4)."""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .errors import Violation, require
from .wire import Reader, bytes8, bytes16, number

TAG = 16


@dataclass(frozen=True)
class Suite:
    number: int
    name: str
    key_length: int
    hash_name: str
    integrity_only: bool = False

    @property
    def length(self) -> int:
        """L of the specification."""
        return hashlib.new(self.hash_name).digest_size

    def hash(self, *parts: bytes) -> bytes:
        return hashlib.new(self.hash_name, b"".join(parts)).digest()

    def mac(self, key: bytes, data: bytes) -> bytes:
        return hmac.new(key, data, self.hash_name).digest()

    def extract(self, salt: bytes, secret: bytes) -> bytes:
        return self.mac(salt, secret)

    def expand(self, secret: bytes, label: str, context: bytes, count: int = None) -> bytes:
        count = self.length if count is None else count
        info = number(count, 2) + bytes8(b"fbr " + label.encode()) + bytes8(context)
        output, block = b"", b""
        while len(output) < count:
            block = self.mac(secret, block + info + bytes([len(output) // self.length + 1]))
            output += block
        return output[:count]

    def key_and_iv(self, secret: bytes):
        return self.expand(secret, "key", b"", self.key_length), self.expand(secret, "iv", b"", 12)

    def zeros(self) -> bytes:
        return bytes(self.length)


SUITES = {suite.number: suite for suite in (
    Suite(1, "aes256-gcm", 32, "sha384"),
    Suite(2, "aes128-gcm", 16, "sha256"),
    Suite(3, "aes256-gmac", 32, "sha384", integrity_only=True))}


@dataclass(frozen=True)
class Group:
    number: int
    name: str
    curve: ec.EllipticCurve
    public_length: int

    def new_key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(self.curve)

    def agree(self, private: ec.EllipticCurvePrivateKey, public: bytes) -> bytes:
        return private.exchange(ec.ECDH(), self._point(public))

    def _point(self, public: bytes) -> ec.EllipticCurvePublicKey:
        require(public[:1] == b"\x04", "2.2", "the share is not an uncompressed point")
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(self.curve, public)
        except ValueError as error:
            raise Violation("2.2", "the share is not on the curve") from error


GROUPS = {group.number: group for group in (
    Group(0x17, "p256", ec.SECP256R1(), 65),
    Group(0x18, "p384", ec.SECP384R1(), 97))}


def public_bytes(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def write_share(group: int, public: bytes) -> bytes:
    return number(group, 2) + bytes16(public)


def read_share(reader: Reader):
    group, public = reader.number(2), reader.bytes16()
    if group in GROUPS:
        require(len(public) == GROUPS[group].public_length, "2.2", "the share has another length")
    return group, public


def equal(left: bytes, right: bytes) -> bool:
    return hmac.compare_digest(left, right)


def seal_message(suite: Suite, secret: bytes, head: bytes, plaintext: bytes) -> bytes:
    """A protected message of main mode (2.4): always encrypted, also under the integrity-only suite."""
    key, iv = suite.key_and_iv(secret)
    return AESGCM(key).encrypt(iv, plaintext, head)


def open_message(suite: Suite, secret: bytes, head: bytes, body: bytes) -> bytes:
    key, iv = suite.key_and_iv(secret)
    return _decrypt(key, iv, body, head, "2.5")


class Direction:
    """The key stream of one direction of a channel (4.1 to 4.4)."""

    def __init__(self, suite: Suite, secret: bytes):
        self.suite, self.epoch, self.parked = suite, 0, False
        self._begin(secret)

    def _begin(self, secret: bytes) -> None:
        self._secret = secret
        self._key, self._iv = self.suite.key_and_iv(secret)
        self.sequence = self.bytes = 0
        self.first_record_at = None

    def update(self) -> None:
        self._begin(self.suite.expand(self._secret, "update", b""))
        self.epoch = (self.epoch + 1) % 256

    def seal(self, head: bytes, plaintext: bytes) -> bytes:
        nonce = self._next(len(plaintext))
        if self.suite.integrity_only:
            return plaintext + AESGCM(self._key).encrypt(nonce, b"", head + plaintext)
        return AESGCM(self._key).encrypt(nonce, plaintext, head)

    def open(self, head: bytes, body: bytes) -> bytes:
        require(len(body) >= TAG, "4.3", "the record is shorter than a tag")
        nonce = self._next(len(body) - TAG)
        if self.suite.integrity_only:
            _decrypt(self._key, nonce, body[-TAG:], head + body[:-TAG], "4.5")
            return body[:-TAG]
        return _decrypt(self._key, nonce, body, head, "4.5")

    def _next(self, count: int) -> bytes:
        nonce = bytes(a ^ b for a, b in zip(self._iv, bytes(4) + number(self.sequence, 8)))
        self.sequence += 1
        self.bytes += count
        return nonce


def _decrypt(key: bytes, nonce: bytes, body: bytes, associated: bytes, clause: str) -> bytes:
    require(len(body) >= TAG, clause, "the message is shorter than a tag")
    try:
        return AESGCM(key).decrypt(nonce, body, associated)
    except InvalidTag as error:
        raise Violation(clause, "the record does not open") from error
