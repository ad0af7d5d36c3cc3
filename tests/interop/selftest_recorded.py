"""What stands in the place of a connection, of Kerberos and of random numbers when vectors are played (see ../vectors/README.md)."""

import contextlib
import hashlib
import hmac
import json
import os
import types
from unittest import mock

from cryptography.hazmat.primitives.asymmetric import ec

from fbr import ticket, wire
from fbr.errors import Truncated
from fbr.identity import Identity
from fbr.keys import Group, public_bytes


FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors")


def load(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return json.load(file)


def raw(text):
    return bytes.fromhex(text)


class RecordedLink(wire.Link):
    """A connection behind its prefaces: the records that the peer sent, and what is sent to it."""

    def __init__(self, *received):
        self.sent, self._left = [], b"".join(received)
        self.preface_read = self.authenticated = True

    def send(self, data):
        self.sent.append(data)

    def limit_time(self, seconds):
        """No time passes."""

    def finish(self, seconds=0):
        """There is no socket."""

    def _exactly(self, count, may_end=False):
        if count > len(self._left):
            raise Truncated("no more was recorded")
        data, self._left = self._left[:count], self._left[count:]
        return data


class RecordedIdentity(Identity):
    """A node whose signature is recorded, with what it is of."""

    def __init__(self, signer, signed):
        self.encoded, self.roots = [raw(certificate) for certificate in signer["certificates"]], []
        self.algorithm, self._signature, self._signed = signer["algorithm"], raw(signer["signature"]), signed

    def sign(self, data):
        assert data == self._signed
        return self._signature


class GSSError(Exception):
    """Python's gssapi is not needed here: the vectors have a context of their own."""


GSSAPI = types.SimpleNamespace(
    exceptions=types.SimpleNamespace(GSSError=GSSError), MechType=types.SimpleNamespace(kerberos="kerberos"),
    RequirementFlag=types.SimpleNamespace(mutual_authentication="mutual", integrity="integrity", delegate_to_peer="delegation"))


class RecordedContext:
    """One side of the vectors' context: MIC = the first 28 bytes of HMAC-SHA-256(session, side || content), side 0 the initiator's."""

    def __init__(self, recorded, side):
        self.recorded, self.side = recorded, side
        self.complete, self.mech, self.actual_flags = side == "r", "kerberos", ["mutual", "integrity"]

    def step(self, token):
        if token != raw(self.recorded["tokenResponder"]):
            raise GSSError("another token")
        self.complete = True

    def get_signature(self, content):
        return self._mic(self.side, content)

    def verify_signature(self, content, mic):
        if mic != self._mic("r" if self.side == "i" else "i", content):
            raise GSSError("another MIC")

    def _mic(self, side, content):
        return hmac.new(raw(self.recorded["session"]), bytes(["ir".index(side)]) + content, hashlib.sha256).digest()[:28]


class RecordedTicket(ticket.Ticket):
    def __init__(self, recorded, instance):
        self.recorded, self.instance = recorded, instance

    def initiate(self, service):
        wire.require(service == self.recorded["service"], "2.14", "a ticket for another service")
        return RecordedContext(self.recorded, "i"), raw(self.recorded["tokenInitiator"])

    def accept(self, token):
        wire.require(token == raw(self.recorded["tokenInitiator"]), "2.14", "another ticket")
        return RecordedContext(self.recorded, "r"), raw(self.recorded["tokenResponder"]), self.recorded["client"]


def private_key(recorded, group):
    scalar = raw(recorded["private"])[:group.public_length // 2]
    key = ec.derive_private_key(int.from_bytes(scalar, "big"), group.curve)
    assert public_bytes(key) == raw(recorded["public"])[:group.public_length]
    return key


@contextlib.contextmanager
def drawn(keys, *random):
    """Random numbers and key pairs come out as recorded, in this order."""
    values, pairs = iter([raw(value) for value in random]), iter(keys)
    with mock.patch("os.urandom", lambda count: next(values)), mock.patch.object(Group, "new_key", lambda group: private_key(next(pairs), group)):
        yield
