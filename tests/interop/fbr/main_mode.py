"""Main mode (clause 2): two names, a suite and a secret, from signed Diffie-Hellman."""

import os
from dataclasses import dataclass

from . import identity as certificates
from .association import Association, Lifetimes, Policy
from .errors import Told, Violation, known_code, require, NOT_AUTHORISED
from .identity import CLIENT, SERVER, SIGNATURES, Identity
from .keys import GROUPS, SUITES, TAG, Suite, equal, open_message, public_bytes, read_share, seal_message, write_share
from .shared_key import METHOD, SharedKey, read_holder, write_proof
from . import ticket as tickets
from .wire import (ACCEPT, DECLINE, INITIATOR_AUTHENTICATION, INITIATOR_HELLO, INITIATOR_PROOF, RESPONDER_AUTHENTICATION, RESPONDER_HELLO, RESPONDER_PROOF,
                   Link, Reader, bytes8, bytes16, header, list_of, list_of_u16, number, plain)

VERSION = 1
PURPOSE = {"i": b"FeBeRelay v1 main mode initiator", "r": b"FeBeRelay v1 main mode responder"}


@dataclass
class Hello:
    """R1, read (2.2)."""
    nonce: bytes
    demand: int
    tried: bytes
    lifetimes: Lifetimes
    suites: list
    shares: list
    signatures: list

    @staticmethod
    def read(body: bytes) -> "Hello":
        reader = Reader(body, "2.2")
        require(VERSION in reader.distinct_u16(16), "2.2", "no version in common")
        nonce, demand, tried = reader.take(32), reader.number(1, 0, 2), reader.bytes8()
        require(len(tried) in (0, 16), "2.2", "tried is neither empty nor an id")
        lifetimes, suites = Lifetimes.read(reader), reader.distinct_u16(8)
        shares = reader.list(1, 4, lambda: read_share(reader))
        require(len({group for group, _ in shares}) == len(shares), "2.2", "a group stands twice")
        require(all(1 <= len(public) <= 2048 for _, public in shares), "2.2", "a share of another length")
        signatures = reader.distinct_u16(8)
        reader.done()
        return Hello(nonce, demand, tried, lifetimes, suites, shares, signatures)


class Exchange:
    """The transcript and the key schedule, the same on both sides (2.4, 2.6)."""

    def __init__(self, suite: Suite, r1: bytes, r2: bytes, shared: bytes):
        self.suite = suite
        self.transcript = [r1, r2]
        self._main = suite.expand(suite.extract(suite.zeros(), shared), "main mode", suite.hash(r1, r2))
        self._keyed = None

    def use(self, key: SharedKey) -> None:
        """PS (2.12)."""
        self._keyed = self.suite.extract(key.suited(self.suite), self._main)

    def authenticate(self, link: Link, side: str, identity: Identity, key: SharedKey) -> None:
        if key is None:
            return self.send_authentication(link, side, identity)
        holder = key.holder()
        self._send(link, side, holder, write_proof(self._proof(side, holder)))

    def authenticated(self, link: Link, side: str, identity: Identity, key: SharedKey) -> list:
        """Who the peer is: the names of its certificate, or of the key that it holds (7.4)."""
        if key is None:
            return self.receive_authentication(link, side, identity, SIGNATURES)
        record = link.receive_plain(authentication_type(side))
        plaintext = open_message(self.suite, self._secret("auth key ", side), record.header, record.body)
        reader = Reader(plaintext, "2.12")
        read_holder(reader, key)
        holder_end = reader.at
        require(reader.number(2) == METHOD, "2.12", "not the number of a pre-shared key")
        proof = reader.bytes16()
        proof_end = reader.at
        mac = reader.take(self.suite.length)
        reader.done()
        holder = plaintext[:holder_end]
        require(equal(proof, self._proof(side, holder)), "2.12", "the peer does not hold the key")
        require(equal(mac, self._mac(side, holder, plaintext[holder_end:proof_end])), "2.12", "the MAC is wrong")
        self.transcript.append(record.wire)
        return [f"psk={key.name}"]

    def send_token(self, link: Link, side: str, ticket, token: bytes) -> None:
        """R3, whose token is empty, or R4 (2.13)."""
        self._send(link, side, ticket.holder(), tickets.write_token(token))

    def receive_token(self, link: Link, side: str, ticket) -> bytes:
        record = link.receive_plain(authentication_type(side))
        plaintext = open_message(self.suite, self._secret("auth key ", side), record.header, record.body)
        reader = Reader(plaintext, "2.13")
        token = tickets.read_authentication(reader, ticket, side)
        end = reader.at
        mac = reader.take(self.suite.length)
        reader.done()
        require(equal(mac, self._mac(side, plaintext[:17], plaintext[17:end])), "2.14", "the MAC is wrong")
        self.transcript.append(record.wire)
        return token

    def send_proof(self, link: Link, side: str, context, token: bytes = None) -> None:
        """R5, or R6 without a token (2.13)."""
        claim = b"" if token is None else bytes16(token)
        plaintext = tickets.write_proof(token, tickets.sign(context, side, self.suite.hash(*self.transcript, claim)))
        head = header(proof_type(side), len(plaintext) + TAG)
        record = head + seal_message(self.suite, self._secret("proof key ", side), head, plaintext)
        link.send(record)
        self.transcript.append(record)

    def receive_proof(self, link: Link, side: str, context) -> None:
        """The responder's token completes the context; then its MIC is looked at."""
        record = link.receive_plain(proof_type(side))
        plaintext = open_message(self.suite, self._secret("proof key ", side), record.header, record.body)
        reader = Reader(plaintext, "2.13")
        if side == "r":
            token = reader.bytes16()
            tickets.check_token(token, tickets.AP_REP)
        claim = plaintext[:reader.at]
        mic = reader.bytes8()
        reader.done()
        require(mic, "2.13", "an empty MIC")
        if side == "r":
            tickets.complete(context, token)
        tickets.verify(context, side, self.suite.hash(*self.transcript, claim), mic)
        self.transcript.append(record.wire)

    def send_authentication(self, link: Link, side: str, identity: Identity) -> None:
        chain = identity.write_certificates()
        self._send(link, side, chain, number(identity.algorithm, 2) + bytes16(identity.sign(self._signed(side, chain))))

    def _send(self, link: Link, side: str, claim: bytes, proof: bytes) -> None:
        plaintext = claim + proof + self._mac(side, claim, proof)
        head = header(authentication_type(side), len(plaintext) + TAG)
        record = head + seal_message(self.suite, self._secret("auth key ", side), head, plaintext)
        link.send(record)
        self.transcript.append(record)

    def receive_authentication(self, link: Link, side: str, identity: Identity, accepted: list) -> str:
        """The peer's certificates, after every check of 2.5 except the chain, whose names it returns after that too."""
        record = link.receive_plain(authentication_type(side))
        plaintext = open_message(self.suite, self._secret("auth key ", side), record.header, record.body)
        reader = Reader(plaintext, "2.4")
        chain = certificates.read_certificates(reader)
        chain_end = reader.at
        algorithm, signature = reader.number(2), reader.bytes16()
        signature_end = reader.at
        mac = reader.take(self.suite.length)
        reader.done()
        require(algorithm == certificates.algorithm_of(certificates.public_key(chain[0])) and algorithm in accepted, "2.4", "not the algorithm of the leaf's key")
        encoded_chain, encoded_signature = plaintext[:chain_end], plaintext[chain_end:signature_end]
        certificates.verify_signature(chain[0], algorithm, signature, self._signed(side, encoded_chain))
        require(equal(mac, self._mac(side, encoded_chain, encoded_signature)), "2.5", "the MAC is wrong")
        require(not identity.is_own_leaf(chain[0]), "2.5", "the peer shows our own certificate")
        names = certificates.verify_chain(chain, identity.roots, SERVER if side == "r" else CLIENT)
        self.transcript.append(record.wire)
        return names

    def association_secret(self) -> bytes:
        return self.suite.expand(self._keyed or self._main, "association", self.suite.hash(*self.transcript))

    def _secret(self, label: str, side: str) -> bytes:
        return self.suite.expand(self._main, label + side, b"")

    def _proof(self, side: str, holder: bytes) -> bytes:
        return self.suite.mac(self.suite.expand(self._keyed, "psk proof " + side, b""), self.suite.hash(*self.transcript, holder))

    def _signed(self, side: str, chain: bytes) -> bytes:
        return b"\x20" * 64 + PURPOSE[side] + b"\x00" + self.suite.hash(*self.transcript, chain)

    def _mac(self, side: str, chain: bytes, signature: bytes) -> bytes:
        return self.suite.mac(self._secret("auth mac ", side), self.suite.hash(*self.transcript, chain, signature))


def authentication_type(side: str) -> int:
    return INITIATOR_AUTHENTICATION if side == "i" else RESPONDER_AUTHENTICATION


def proof_type(side: str) -> int:
    return INITIATOR_PROOF if side == "i" else RESPONDER_PROOF


def methods_of(policy: Policy) -> list:
    return [METHOD] if policy.key else [tickets.METHOD] if policy.ticket else SIGNATURES


def initiate(link: Link, identity: Identity, policy: Policy, peer: str, tried: bytes = b"") -> Association:
    nonce = os.urandom(32)
    keys = {group: GROUPS[group].new_key() for group in policy.groups}
    shares = [write_share(group, public_bytes(key)) for group, key in keys.items()] + ([write_share(METHOD, bytes(32))] if policy.key else [])
    r1 = plain(INITIATOR_HELLO, b"".join((
        list_of_u16([VERSION]), nonce, number(policy.demand, 1), bytes8(tried), policy.lifetimes.write(), list_of_u16(policy.suites),
        list_of(shares), list_of_u16(methods_of(policy)))))
    r1 = policy.key.close(r1) if policy.key else r1
    link.send(r1)
    record = link.receive_plain(RESPONDER_HELLO)
    suite, group, public, accepted = _read_responder_hello(record.body, nonce, policy, keys)
    exchange = Exchange(suite, r1, record.wire, GROUPS[group].agree(keys[group], public))
    if policy.key:
        require(accepted == [METHOD], "2.11", "the responder did not choose the pre-shared key")
        exchange.use(policy.key)
    if policy.ticket:
        require(accepted == [tickets.METHOD], "2.13", "the responder did not choose Kerberos")
        return _initiate_by_ticket(link, exchange, policy, peer, tried, group)
    names = exchange.authenticated(link, "r", identity, policy.key)
    require(peer.lower() in names, "7.3", f"the peer is {', '.join(names)}, not {peer}")
    link.authenticated = True
    require(policy.key or identity.algorithm in accepted, "2.4", "the responder accepts no signature of our key")
    exchange.authenticate(link, "i", identity, policy.key)
    secret = exchange.association_secret()
    association_id, lifetimes, fate = _receive_accept(link, suite, secret, policy.lifetimes, tried)
    return Association(association_id, suite, group, secret, peer.lower(), lifetimes, fate)


def _initiate_by_ticket(link: Link, exchange: Exchange, policy: Policy, peer: str, tried: bytes, group: int) -> Association:
    """R3 to R6 (2.13). Who the responder is was said by `peer`: whoever has the key of its ticket."""
    exchange.receive_token(link, "r", policy.ticket)
    context, token = policy.ticket.initiate(peer.removeprefix("krb="))
    exchange.send_token(link, "i", policy.ticket, token)
    exchange.receive_proof(link, "r", context)
    link.authenticated = True
    exchange.send_proof(link, "i", context)
    secret = exchange.association_secret()
    association_id, lifetimes, fate = _receive_accept(link, exchange.suite, secret, policy.lifetimes, tried)
    return Association(association_id, exchange.suite, group, secret, peer.lower(), lifetimes, fate)


def _read_responder_hello(body: bytes, own_nonce: bytes, policy: Policy, keys: dict):
    reader = Reader(body, "2.3")
    require(reader.number(2) == VERSION, "2.3", "a version that was not offered")
    require(reader.take(32) != own_nonce, "2.3", "our own nonce came back")
    suite = reader.number(2)
    require(suite in policy.suites, "2.3", "a suite that was not offered")
    group, public = read_share(reader)
    require(group in keys, "2.3", "a group that was not offered")
    require(public != public_bytes(keys[group]), "2.3", "our own share came back")
    accepted = reader.distinct_u16(8)
    reader.done()
    return SUITES[suite], group, public, accepted


def _receive_accept(link: Link, suite: Suite, secret: bytes, offered: Lifetimes, tried: bytes):
    record = link.receive_plain(ACCEPT, DECLINE)
    reader = Reader(open_message(suite, suite.expand(secret, "accept", b""), record.header, record.body), "2.7")
    if record.type == DECLINE:
        code = known_code(reader.number(1))
        reader.done()
        raise Told("decline", code)
    association_id, lifetimes = reader.take(16), Lifetimes.read(reader)
    require(lifetimes.within(offered), "2.7", "longer lifetimes than offered")
    reader.number(1, 0, 1)
    fate = reader.number(1, 0, 2)
    require((fate == 0) == (not tried), "2.7", "fate does not go with tried")
    reader.done()
    return association_id, lifetimes, fate


def respond(link: Link, record, identity: Identity, policy: Policy, associations) -> Association:
    """Answers R1. The table keeps the association that comes out."""
    hello = Hello.read(record.body)
    suite = next((SUITES[number] for number in hello.suites if number in policy.suites), None)
    group, public = next(((group, public) for group, public in hello.shares if group in policy.groups), (None, None))
    require(suite is not None and group is not None, "2.3", "no suite or no group in common")
    if policy.key:
        gates = dict(hello.shares).get(METHOD)
        require(METHOD in hello.signatures and gates and hello.shares[-1][0] == METHOD, "2.11", "the initiator offers no pre-shared key")
        require(policy.key.is_offered(record.wire, hello.signatures, gates), "2.11", "the initiator offers another pre-shared key")
    elif policy.ticket:
        require(tickets.METHOD in hello.signatures, "2.13", "the initiator does not offer Kerberos")
    else:
        require(identity.algorithm in hello.signatures, "2.4", "the initiator accepts no signature of our key")
    key, nonce = GROUPS[group].new_key(), os.urandom(32)
    require(nonce != hello.nonce and public_bytes(key) != public, "2.3", "our own nonce or share")
    shared = GROUPS[group].agree(key, public)
    r2 = plain(RESPONDER_HELLO, number(VERSION, 2) + nonce + number(suite.number, 2) + write_share(group, public_bytes(key)) + list_of_u16(methods_of(policy)))
    exchange = Exchange(suite, record.wire, r2, shared)
    link.send(r2)
    if policy.key:
        exchange.use(policy.key)
    if policy.ticket:
        names = _respond_by_ticket(link, exchange, policy.ticket)
    else:
        exchange.authenticate(link, "r", identity, policy.key)
        names = exchange.authenticated(link, "i", identity, policy.key)
    link.authenticated = True
    return _accept(link, exchange, hello, names, policy, associations, group)


def _respond_by_ticket(link: Link, exchange: Exchange, ticket) -> list:
    exchange.send_token(link, "r", ticket, b"")
    context, answer, principal = ticket.accept(exchange.receive_token(link, "i", ticket))
    exchange.send_proof(link, "r", context, answer)
    exchange.receive_proof(link, "i", context)
    return [f"krb={principal}".lower()]


def _accept(link: Link, exchange: Exchange, hello: Hello, names: list, policy: Policy, associations, group: int) -> Association:
    secret = exchange.association_secret()
    peer = next((name for name in policy.peers if name in names), None)
    if peer is None:
        _send_sealed(link, exchange.suite, secret, DECLINE, number(NOT_AUTHORISED, 1))
        raise Violation("7.3", f"{', '.join(names)} is not among the allowed peers")
    lifetimes = hello.lifetimes.shorter(policy.lifetimes)
    association = Association(os.urandom(16), exchange.suite, group, secret, peer, lifetimes)
    if hello.tried:
        association.fate = 1 if associations.find(hello.tried) is None else 2
    associations.add(association)
    _send_sealed(link, exchange.suite, secret, ACCEPT, association.id + lifetimes.write() + number(policy.answer, 1) + number(association.fate, 1))
    return association


def _send_sealed(link: Link, suite: Suite, secret: bytes, record_type: int, plaintext: bytes) -> None:
    head = header(record_type, len(plaintext) + TAG)
    link.send(head + seal_message(suite, suite.expand(secret, "accept", b""), head, plaintext))
