"""Quick mode, mode new (clause 3): fresh keys for one connection from an association."""

import os
from dataclasses import dataclass

from .association import Association, AssociationTable, Policy
from .errors import NEGOTIATION_FAILED, Told, Violation, known_code, require
from .keys import GROUPS, equal, public_bytes, read_share, write_share
from .wire import M1, M2, REFUSE, UNKNOWN, Link, Reader, number, plain

NEW, LIVE = 1, 2
NO_SHARE = write_share(0, b"")


class UnknownAssociation(Exception):
    """The responder does not hold the association: main mode follows on the same connection (3.8)."""


@dataclass
class ChannelKeys:
    """What 3.3 gives a channel in mode new."""
    association: Association
    initiator: bytes
    responder: bytes
    channel_id: bytes
    transcript: bytes


class Schedule:
    """The secrets of 3.3; M1 and M2 are given without their binders."""

    def __init__(self, association: Association, m1: bytes):
        self.association, self.suite, self.m1 = association, association.suite, m1
        self.binder1 = self.suite.mac(self._expand("qm1"), self.suite.hash(m1))

    def refusal(self, code: int) -> bytes:
        return self.suite.mac(self._expand("qm refuse"), self.suite.hash(self.m1, self.binder1, number(code, 1)))

    def finish(self, m2: bytes, shared: bytes):
        suite = self.suite
        early = suite.extract(self._expand("qm"), shared)
        secret = suite.extract(suite.expand(early, "derived", b""), suite.zeros())
        binder2 = suite.mac(suite.expand(secret, "qm2", b""), suite.hash(self.m1, self.binder1, m2))
        transcript = suite.hash(self.m1, self.binder1, m2, binder2)
        channel = suite.expand(secret, "channel", transcript)
        return binder2, ChannelKeys(
            self.association, suite.expand(channel, "data i", transcript), suite.expand(channel, "data r", transcript),
            suite.expand(channel, "channel id", transcript, 16), transcript)

    def _expand(self, label: str) -> bytes:
        return self.suite.expand(self.association.secret, label, b"")


def initiate(link: Link, association: Association, forward_secrecy: bool) -> ChannelKeys:
    key = GROUPS[association.group].new_key() if forward_secrecy else None
    nonce = os.urandom(32)
    share = NO_SHARE if key is None else write_share(association.group, public_bytes(key))
    m1 = number(NEW, 1) + number(forward_secrecy, 1) + association.id + number(association.next_counter(), 8) + nonce + share
    schedule = Schedule(association, m1)
    link.send(plain(M1, m1 + schedule.binder1))
    record = link.receive_plain(M2, REFUSE, UNKNOWN)
    if record.type == REFUSE:
        _read_refuse(schedule, record.body)
    if record.type == UNKNOWN:
        # In the clear anyone can forge it: it counts for this M1 only (3.8).
        require(equal(record.body, association.id + nonce), "3.8", "unknown answers another request")
        raise UnknownAssociation()
    return _read_response(schedule, record.body, key, nonce)


def _read_refuse(schedule: Schedule, body: bytes) -> None:
    reader = Reader(body, "3.5")
    code, mac = known_code(reader.number(1)), reader.take(schedule.suite.length)
    reader.done()
    require(equal(mac, schedule.refusal(code)), "3.5", "the MAC of refuse is wrong")
    raise Told("refuse", code)


def _read_response(schedule: Schedule, body: bytes, key, own_nonce: bytes) -> ChannelKeys:
    reader = Reader(body, "3.2")
    require(reader.number(1) == NEW, "3.2", "another mode than M1")
    require(reader.take(32) != own_nonce, "3.2", "our own nonce came back")
    group, public = read_share(reader)
    m2 = body[:reader.at]
    binder2 = reader.take(schedule.suite.length)
    reader.done()
    if key is None:
        require((group, public) == (0, b""), "3.2", "a share that was not asked for")
        shared = schedule.suite.zeros()
    else:
        require(group == schedule.association.group, "3.2", "a share of another group, or none")
        require(public != public_bytes(key), "3.5", "our own share came back")
        shared = GROUPS[group].agree(key, public)
    expected, keys = schedule.finish(m2, shared)
    require(equal(binder2, expected), "3.3", "binder 2 is wrong")
    return keys


@dataclass
class Request:
    """M1, read."""
    flags: int
    nonce: bytes
    group: int
    public: bytes
    counter: int = 0
    channel_id: bytes = b""
    transcript: bytes = b""


def read_request(body: bytes, mode: int, find):
    """M1 with its binder checked; None and the body of *unknown* (3.8) where `find` does not know the association."""
    reader = Reader(body, "3.1")
    require(reader.number(1) == mode, "3.1", "another mode")
    flags, association_id = reader.number(1, 0, 1), reader.take(16)
    counter = reader.number(8, 1) if mode == NEW else 0
    nonce = reader.take(32)
    group, public = read_share(reader)
    request = Request(flags, nonce, group, public, counter)
    association = find(association_id)
    if association is None:
        # The lengths behind depend on the association's suite, so that the rest cannot be checked (list of findings).
        return None, None, association_id + nonce
    if mode == LIVE:
        request.channel_id, request.transcript = reader.take(16), reader.take(association.suite.length)
    m1, binder1 = body[:reader.at], reader.take(association.suite.length)
    reader.done()
    require(group == association.group or (group, public) == (0, b""), "3.1", "a share of another group")
    schedule = Schedule(association, m1)
    require(equal(binder1, schedule.binder1), "3.4", "binder 1 is wrong")
    return request, schedule, None


def respond(link: Link, record, policy: Policy, associations: AssociationTable):
    """Answers M1; None when the association was unknown and the initiator was told so."""
    request, schedule, unknown = read_request(record.body, NEW, associations.find)
    if request is None:
        link.send(plain(UNKNOWN, unknown))
        return None
    association = schedule.association
    require(association.accept_counter(request.counter), "3.4", f"counter {request.counter} is not fresh")
    link.authenticated = True
    if not request.public and (policy.requires_shares or request.flags):
        _refuse(link, schedule)
        raise Violation("3.5", "forward secrecy is demanded and M1 has no share")
    shared, share = schedule.suite.zeros(), NO_SHARE
    if request.public:
        key = GROUPS[association.group].new_key()
        share = write_share(association.group, public_bytes(key))
        try:
            shared = GROUPS[association.group].agree(key, request.public)
        except Violation:
            _refuse(link, schedule)
            raise
    m2 = number(NEW, 1) + os.urandom(32) + share
    binder2, keys = schedule.finish(m2, shared)
    link.send(plain(M2, m2 + binder2))
    return keys


def _refuse(link: Link, schedule: Schedule) -> None:
    link.send(plain(REFUSE, number(NEGOTIATION_FAILED, 1) + schedule.refusal(NEGOTIATION_FAILED)))
