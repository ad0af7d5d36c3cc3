"""What main mode makes and quick mode uses: policy, the association, the responder's table."""

import threading
import time
from dataclasses import dataclass, field

from .errors import require
from .keys import Suite
from .wire import Reader, number

WINDOW = 8192
RANGES = ((10, 604800), (0, 0xFFFFFFFF), (10, 86400), (1024, 16777216))


@dataclass(frozen=True)
class Lifetimes:
    """The four numbers of 2.2 and 2.7, in their order."""
    association_seconds: int = 28800
    quick_modes: int = 0
    key_seconds: int = 900
    key_kilobytes: int = 100000

    def write(self) -> bytes:
        return b"".join(number(value, 4) for value in (self.association_seconds, self.quick_modes, self.key_seconds, self.key_kilobytes))

    @staticmethod
    def read(reader: Reader) -> "Lifetimes":
        return Lifetimes(*(reader.number(4, low, high) for low, high in RANGES))

    def within(self, offered: "Lifetimes") -> bool:
        return (self.association_seconds <= offered.association_seconds and _limit(self.quick_modes) <= _limit(offered.quick_modes)
                and self.key_seconds <= offered.key_seconds and self.key_kilobytes <= offered.key_kilobytes)

    def shorter(self, other: "Lifetimes") -> "Lifetimes":
        return Lifetimes(min(self.association_seconds, other.association_seconds), min(self.quick_modes, other.quick_modes, key=_limit),
                         min(self.key_seconds, other.key_seconds), min(self.key_kilobytes, other.key_kilobytes))


def _limit(quick_modes: int) -> float:
    return quick_modes or float("inf")


@dataclass(frozen=True)
class Policy:
    suites: tuple = (1, 2)
    groups: tuple = (0x17,)
    lifetimes: Lifetimes = Lifetimes()
    demand: int = 2
    answer: int = 1
    peers: tuple = ()
    requires_shares: bool = False
    key: object = None  # A pre-shared key in the place of certificates on both sides (2.11).
    ticket: object = None  # Kerberos in their place (2.13).


@dataclass
class Association:
    id: bytes
    suite: Suite
    group: int
    secret: bytes
    peer: str
    lifetimes: Lifetimes
    fate: int = 0
    _made: float = field(default_factory=time.monotonic)
    _counter: int = 0
    _highest: int = 0
    _accepted: int = 0
    _seen: set = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lives(self) -> bool:
        return time.monotonic() - self._made < self.lifetimes.association_seconds

    def next_counter(self) -> int:
        """The initiator's: every M1 takes one, and none beyond the agreed number (3.1, 3.9)."""
        with self._lock:
            self._counter += 1
            require(self.lives() and self._counter <= _limit(self.lifetimes.quick_modes), "3.9", "the association is used up")
            return self._counter

    def accept_counter(self, counter: int) -> bool:
        """The responder's sliding window (3.4)."""
        with self._lock:
            if counter < 1 or counter in self._seen or counter + WINDOW <= self._highest:
                return False
            self._seen.add(counter)
            self._accepted += 1
            if counter > self._highest:
                self._highest = counter
                self._seen = {seen for seen in self._seen if seen + WINDOW > counter}
            return True

    def used_up(self) -> bool:
        with self._lock:
            return not self.lives() or self._accepted >= _limit(self.lifetimes.quick_modes)


class AssociationTable:
    """The responder's own ids (2.10)."""

    def __init__(self):
        self._by_id, self._lock = {}, threading.Lock()

    def add(self, association: Association) -> None:
        with self._lock:
            self._by_id[association.id] = association

    def find(self, association_id: bytes):
        with self._lock:
            association = self._by_id.get(association_id)
            if association is not None and association.used_up():
                del self._by_id[association_id]
                return None
            return association
