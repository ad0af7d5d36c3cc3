"""A live channel: records, control records, streams, close (clauses 4 to 6)."""

import random
import threading
import time
from dataclasses import dataclass

from . import quick_mode
from .errors import BUSY, INTERNAL, ProtocolError, Told, Truncated, known_code, require
from .keys import TAG, Direction, equal
from .quick_mode import ChannelKeys
from .wire import (ABORT, ASK, CLOSE, CONFIRM, DATA, END, KEY_UPDATE, M1, OPEN, REFUSE, UNKNOWN, Link, Reader, bytes8, header, number)

LARGEST_DATA = 65536
STREAM_RECORDS = (OPEN, DATA, END)
UPDATE, PARK = 0, 1
ASK_CLOSE = 3
ADDRESS_LENGTHS = {0: 0, 4: 4, 6: 16}
SERVICE_CHARACTERS = set(b"abcdefghijklmnopqrstuvwxyz0123456789.-")


@dataclass
class Opened:
    """The plaintext of open (5.2)."""
    number: int
    demand: int
    service: str
    source: tuple
    destination: tuple

    def write(self) -> bytes:
        return number(self.number, 4) + number(self.demand, 1) + bytes8(self.service.encode()) + _write_address(self.source) + _write_address(self.destination)

    @staticmethod
    def read(plaintext: bytes) -> "Opened":
        reader = Reader(plaintext, "5.2")
        stream, demand, service = reader.number(4, 1), reader.number(1, 0, 2), reader.bytes8()
        require(1 <= len(service) <= 63 and set(service) <= SERVICE_CHARACTERS, "5.2", "the service's name")
        source, destination = _read_address(reader), _read_address(reader)
        require(len(source[0]) == len(destination[0]), "5.2", "addresses of two families")
        reader.done()
        return Opened(stream, demand, service.decode(), source, destination)


def _write_address(address: tuple) -> bytes:
    host, port = address
    family = next(family for family, length in ADDRESS_LENGTHS.items() if length == len(host))
    return number(family, 1) + host + number(port, 2)


def _read_address(reader: Reader) -> tuple:
    family = reader.number(1)
    require(family in ADDRESS_LENGTHS, "5.2", "an address family")
    host, port = reader.take(ADDRESS_LENGTHS[family]), reader.number(2)
    require(family != 0 or port == 0, "5.2", "a port without an address")
    return host, port


class Ration:
    """Control records that the peer may still send (4.7)."""

    def __init__(self):
        self._left, self._at, self._streamed = 32.0, time.monotonic(), 0

    def stream_record(self) -> None:
        self._streamed += 1
        if self._streamed % 16 == 0:
            self._left = min(32.0, self._left + 1)

    def control_record(self) -> None:
        now = time.monotonic()
        self._left, self._at = min(32.0, self._left + (now - self._at) * 32 / 60), now
        require(self._left >= 1, "4.7", "too many control records")
        self._left -= 1


class Channel:
    """One thread may read while another writes."""

    def __init__(self, link: Link, keys: ChannelKeys, initiator: bool):
        self.link, self.keys, self.initiator = link, keys, initiator
        suite = keys.association.suite
        self._sending = Direction(suite, keys.initiator if initiator else keys.responder)
        self._receiving = Direction(suite, keys.responder if initiator else keys.initiator)
        self._lock, self._ration = threading.Lock(), Ration()
        self._received_any = False
        self.newest = 0
        self._own_end = self._peer_end = True
        self.asked_to_close = False
        self.updates_received = 0
        self._soft_seconds = keys.association.lifetimes.key_seconds * random.uniform(0.9, 1)

    # Streams of the initiator

    def open(self, service: str, source=(b"", 0), destination=(b"", 0), demand: int = 2) -> None:
        require(self._own_end and self._peer_end, "5.5", "the stream before has not ended")
        require(not self.asked_to_close, "6.4", "the responder asked to close")
        self.newest += 1
        self._own_end = self._peer_end = False
        self._send(OPEN, Opened(self.newest, demand, service, source, destination).write())

    def confirm(self) -> None:
        self._send(CONFIRM, b"")

    def close(self) -> None:
        """The initiator's close, to the responder's own (5.7)."""
        self._send(CLOSE, b"")
        self.link.limit_time(10)
        record_type, _ = self._receive()
        require(record_type == CLOSE, "5.7", "a stream record after close")
        self.link.finish()

    # Streams of the responder

    def accept(self):
        """The next stream's open; None after the initiator closed and the answer is sent."""
        record_type, plaintext = self._receive()
        if record_type == CLOSE:
            self._send(CLOSE, b"")
            self.link.finish()
            return None
        require(record_type == OPEN, "5.4", "data without a stream")
        return plaintext

    # Streams of both

    def write(self, data: bytes) -> None:
        for at in range(0, len(data), LARGEST_DATA):
            self._send(DATA, data[at:at + LARGEST_DATA])

    def end(self) -> None:
        self._own_end = True
        self._send(END, number(self.newest, 4))

    def read(self) -> bytes:
        """The peer's next bytes; empty at its end."""
        record_type, plaintext = self._receive()
        require(record_type in (DATA, END), "5.8", "close or open while a stream is open")
        return plaintext if record_type == DATA else b""

    def update(self) -> None:
        with self._lock:
            self._update()

    def fail(self, error: ProtocolError, code: int = INTERNAL) -> None:
        """Ends the channel: an abort where the peer may be told (8.2), then the end of the connection."""
        # Before a record of the initiator opened, the responder sends nothing under the new keys (3.6).
        if not isinstance(error, (Told, Truncated)) and (self.initiator or self._received_any):
            self.abort(code)
        self.link.finish()

    def abort(self, code: int) -> None:
        try:
            self._send(ABORT, number(self.newest, 4) + number(code, 1))
        except ProtocolError:
            pass

    # Records

    def _send(self, record_type: int, plaintext: bytes) -> None:
        with self._lock:
            if self._needs_update():
                self._update()
            self._seal(record_type, plaintext)

    def _seal(self, record_type: int, plaintext: bytes) -> None:
        head = header(record_type, len(plaintext) + TAG, self._sending.epoch)
        if self._sending.first_record_at is None:
            self._sending.first_record_at = time.monotonic()
        self.link.send(head + self._sending.seal(head, plaintext))

    def _update(self) -> None:
        self._seal(KEY_UPDATE, number(UPDATE, 1))
        self._sending.update()

    def _needs_update(self) -> bool:
        """The soft limits of 4.8."""
        sending, lifetimes = self._sending, self.keys.association.lifetimes
        aged = sending.first_record_at is not None and time.monotonic() - sending.first_record_at >= self._soft_seconds
        return aged or sending.bytes >= min(lifetimes.key_kilobytes * 1024, 2 ** 34) or sending.sequence >= 2 ** 20

    def _check_hard_limits(self) -> None:
        receiving, kilobytes = self._receiving, self.keys.association.lifetimes.key_kilobytes
        most = 2 ** 36 if receiving.parked else min(2 ** 36, kilobytes * 1100 + 2 * LARGEST_DATA)
        require(receiving.bytes <= most and receiving.sequence <= 2 ** 22, "4.8", "the peer did not change its key")

    def _receive(self):
        """The next stream record or close; control records are dealt with on the way."""
        while True:
            record_type, plaintext = self._receive_record()
            if record_type in STREAM_RECORDS:
                return record_type, self._stream_record(record_type, plaintext)
            if record_type == CLOSE:
                require(not plaintext, "4.6", "close has a body")
                require(self._own_end and self._peer_end, "5.8", "close while a stream is open")
                return record_type, plaintext
            self._control_record(record_type, plaintext)

    def _receive_record(self):
        types = (DATA, END, ABORT, KEY_UPDATE, ASK, CLOSE) if self.initiator else (OPEN, DATA, END, ABORT, CONFIRM, KEY_UPDATE, CLOSE, M1)
        record = self.link.receive(*types)
        require(record.epoch == self._receiving.epoch, "4.1", f"epoch {record.epoch}, not {self._receiving.epoch}")
        plaintext = self._receiving.open(record.header, record.body)
        self._check_hard_limits()
        require(record.type != CONFIRM or (not self._received_any and not plaintext), "4.6", "confirm is not the first record, or has a body")
        self._received_any = True
        self.link.limit_time(None)
        return record.type, plaintext

    def _stream_record(self, record_type: int, plaintext: bytes):
        require(not self._receiving.parked, "6.2", "a stream record under a parked epoch")
        self._ration.stream_record()
        if record_type == OPEN:
            require(self._own_end and self._peer_end, "5.5", "open while a stream is open")
            opened = Opened.read(plaintext)
            require(opened.number == self.newest + 1, "5.2", f"stream {opened.number} after {self.newest}")
            self.newest, self._own_end, self._peer_end = opened.number, False, False
            return opened
        require(not self._peer_end, "5.4", "a record of a stream behind the peer's end")
        if record_type == DATA:
            require(1 <= len(plaintext) <= LARGEST_DATA, "5.4", "data of no bytes, or too many")
            return plaintext
        reader = Reader(plaintext, "5.4")
        require(reader.number(4) == self.newest, "5.4", "the end of another stream")
        reader.done()
        self._peer_end = True
        return b""

    def _control_record(self, record_type: int, plaintext: bytes) -> None:
        if record_type not in (ABORT, CONFIRM):
            self._ration.control_record()
        reader = Reader(plaintext, "4.6")
        if record_type == KEY_UPDATE:
            self._peer_updated(reader.number(1, UPDATE, PARK))
        elif record_type == ABORT:
            stream, code = reader.number(4), known_code(reader.number(1))
            reader.done()
            require(stream <= self.newest, "5.6", "abort of a stream that was not opened")
            raise Told("abort", code, stream)
        elif record_type == ASK:
            # Ask keys and ask association call for an in-band quick mode, which version 1 does not do yet (6.5).
            require(reader.number(1, 1, 3) == ASK_CLOSE, "6.5", "ask keys and ask association are not sent at present")
            self.asked_to_close = True
        elif record_type == M1:
            self._refuse_in_band(reader.take(len(plaintext)))
        reader.done()

    def _peer_updated(self, flag: int) -> None:
        require(not self._receiving.parked, "6.2", "a key update under a parked epoch")
        self._receiving.update()
        self._receiving.parked = flag == PARK
        self.updates_received += 1

    def _refuse_in_band(self, body: bytes) -> None:
        """An in-band M1 is checked and refused as busy (6.3, 6.5)."""
        own = self.keys.association
        request, schedule, unknown = quick_mode.read_request(body, quick_mode.LIVE, lambda wanted: own if wanted == own.id else None)
        if request is None:
            return self._send(UNKNOWN, unknown)
        right = equal(request.channel_id, self.keys.channel_id) and equal(request.transcript, self.keys.transcript)
        require(right, "6.3", "M1 names another channel")
        self._send(REFUSE, number(BUSY, 1) + schedule.refusal(BUSY))
