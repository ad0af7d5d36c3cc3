"""Integers, lists, records and the preface (notation, clause 1)."""

import socket
import threading
import time
from dataclasses import dataclass

from .errors import Alerted, Truncated, require

PREFACE = bytes.fromhex("FB 46 42 52 0D 0A 0D 0A")

INITIATOR_HELLO, RESPONDER_HELLO, RESPONDER_AUTHENTICATION, INITIATOR_AUTHENTICATION, ACCEPT, DECLINE, RESPONDER_PROOF, INITIATOR_PROOF = range(0x01, 0x09)
M1, M2, REFUSE, UNKNOWN, SWITCH = range(0x10, 0x15)
OPEN, DATA, END = range(0x20, 0x23)
ABORT, CONFIRM, KEY_UPDATE, ASK, CLOSE = range(0x30, 0x35)
ALERT = 0x7F

LARGEST = {
    INITIATOR_HELLO: 4096, RESPONDER_HELLO: 4096, RESPONDER_AUTHENTICATION: 20480, INITIATOR_AUTHENTICATION: 20480,
    ACCEPT: 256, DECLINE: 256, RESPONDER_PROOF: 4096, INITIATOR_PROOF: 512, M1: 2048, M2: 2048, REFUSE: 256, UNKNOWN: 256, SWITCH: 256,
    OPEN: 1024, DATA: 65552, END: 256, ABORT: 256, CONFIRM: 256, KEY_UPDATE: 256, ASK: 256, CLOSE: 256, ALERT: 0,
}
BEFORE_AUTHENTICATION = 65536


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def bytes8(value: bytes) -> bytes:
    return number(len(value), 1) + value


def bytes16(value: bytes) -> bytes:
    return number(len(value), 2) + value


def list_of(items: list) -> bytes:
    return number(len(items), 1) + b"".join(items)


def list_of_u16(values) -> bytes:
    return list_of([number(value, 2) for value in values])


class Reader:
    """Takes a message apart; whatever does not fit is a violation of `clause`."""

    def __init__(self, data: bytes, clause: str):
        self.data, self.at, self.clause = data, 0, clause

    def take(self, count: int) -> bytes:
        require(self.at + count <= len(self.data), self.clause, "the message ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, size: int, low: int = 0, high: int = None) -> int:
        value = int.from_bytes(self.take(size), "big")
        require(low <= value and (high is None or value <= high), self.clause, f"{value} is out of range")
        return value

    def bytes8(self) -> bytes:
        return self.take(self.number(1))

    def bytes16(self) -> bytes:
        return self.take(self.number(2))

    def list(self, low: int, high: int, item) -> list:
        return [item() for _ in range(self.number(1, low, high))]

    def distinct_u16(self, high: int) -> list:
        values = self.list(1, high, lambda: self.number(2))
        require(len(set(values)) == len(values), self.clause, "a number stands twice in a list")
        return values

    def done(self) -> None:
        require(self.at == len(self.data), "1.5", "bytes left over behind the last field")


@dataclass(frozen=True)
class Record:
    type: int
    epoch: int
    header: bytes
    body: bytes

    @property
    def wire(self) -> bytes:
        return self.header + self.body


def header(record_type: int, length: int, epoch: int = 0) -> bytes:
    return bytes([record_type, epoch]) + number(length, 3)


def plain(record_type: int, body: bytes) -> bytes:
    return header(record_type, len(body)) + body


class Link:
    """One TCP connection: prefaces, records, deadlines. One thread reads; any thread writes."""

    def __init__(self, connection: socket.socket, seconds: float = None):
        self.socket = connection
        self.preface_sent = self.preface_read = self.authenticated = False
        self.received = 0
        self._lock = threading.Lock()
        self.limit_time(seconds)
        self._keep_alive()

    def limit_time(self, seconds) -> None:
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self.socket.settimeout(seconds)

    def send(self, data: bytes) -> None:
        with self._lock:
            beginning = b"" if self.preface_sent else PREFACE
            self.preface_sent = True
            try:
                self.socket.sendall(beginning + data)
            except OSError as error:
                raise Truncated(f"sending: {error}") from error

    def alert(self) -> None:
        try:
            self.send(plain(ALERT, b""))
        except Truncated:
            pass

    def receive(self, *types: int, may_end: bool = False):
        """The next record, of one of these types; None for the end of the connection where that is allowed."""
        if not self.preface_read:
            require(self._exactly(len(PREFACE)) == PREFACE, "1.1", "the preface is another one")
            self.preface_read = True
        head = self._exactly(5, may_end)
        if head is None:
            return None
        record_type, epoch, length = head[0], head[1], int.from_bytes(head[2:], "big")
        require(record_type in types or record_type == ALERT, "1.5", f"a record of type {record_type:02x} may not come here")
        require(length <= LARGEST[record_type], "1.3", f"a length of {length} for type {record_type:02x}")
        if record_type == ALERT:
            require(epoch == 0, "1.3", "epoch outside a channel")
            raise Alerted("the peer sent the alert")
        return Record(record_type, epoch, head, self._exactly(length))

    def receive_plain(self, *types: int, may_end: bool = False):
        """A record outside a channel: its epoch is 0 (1.3)."""
        record = self.receive(*types, may_end=may_end)
        require(record is None or record.epoch == 0, "1.3", "epoch outside a channel")
        return record

    def finish(self, seconds: float = 5) -> None:
        """Shuts the sending half, discards to the end of the connection or the deadline, closes (5.6, 5.7)."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                self.socket.settimeout(max(0.01, end - time.monotonic()))
                if not self.socket.recv(65536):
                    break
        except OSError:
            pass
        self.socket.close()

    def _exactly(self, count: int, may_end: bool = False):
        data = bytearray()
        while len(data) < count:
            part = self._some(count - len(data))
            if not part:
                if may_end and not data:
                    return None
                raise Truncated("the connection ended early")
            data += part
        self.received += count
        require(self.authenticated or self.received <= BEFORE_AUTHENTICATION, "8.4", "too many bytes before authentication")
        return bytes(data)

    def _some(self, count: int) -> bytes:
        left = None if self._deadline is None else self._deadline - time.monotonic()
        if left is not None and left <= 0:
            raise Truncated("nothing came before the deadline (8.4)")
        try:
            # The timeout of a Python socket holds for sending too, where it would cut a slow but living stream;
            # deadlines exist only during handshakes and closing, so that the two do not meet.
            self.socket.settimeout(left)
            return self.socket.recv(count)
        except OSError as error:
            raise Truncated(f"receiving: {error}") from error

    def _keep_alive(self) -> None:
        if self.socket.family in (socket.AF_INET, socket.AF_INET6):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60000)
