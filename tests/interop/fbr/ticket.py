"""Kerberos: tokens and proofs (clauses 2.13, 2.14). Needs Python's gssapi (Debian: python3-gssapi)."""

import os
import re

from .errors import require
from .wire import Reader, bytes16, bytes8, number

METHOD = 0xFB02
AP_REQ, AP_REP = b"\x01\x00", b"\x02\x00"
PURPOSE = {"i": b"FeBeRelay v1 main mode kerberos initiator", "r": b"FeBeRelay v1 main mode kerberos responder"}
_MECHANISM = bytes.fromhex("06092A864886F712010202")
_LARGEST = {AP_REQ: 20000, AP_REP: 2048}
_PRINCIPAL = re.compile(r"[a-z0-9._-]+(/[a-z0-9._-]+)*@[A-Z0-9.-]+")


class Ticket:
    """One node's part in a realm: keytab and tickets are those of the environment."""

    def __init__(self):
        self.instance = os.urandom(16)

    def holder(self) -> bytes:
        """C."""
        return b"\x00" + self.instance

    def initiate(self, service: str):
        import gssapi
        flags = [gssapi.RequirementFlag.mutual_authentication, gssapi.RequirementFlag.integrity]
        name = gssapi.Name(service.replace("/", "@", 1), gssapi.NameType.hostbased_service)
        context = gssapi.SecurityContext(name=name, usage="initiate", flags=flags, mech=gssapi.MechType.kerberos)
        return context, _step(context)

    def accept(self, token: bytes):
        """The context, its answer, and the client's principal."""
        import gssapi
        context = gssapi.SecurityContext(usage="accept")
        answer = _step(context, token)
        check_context(context)
        require(gssapi.RequirementFlag.delegate_to_peer not in context.actual_flags, "2.14", "a delegated ticket")
        principal = str(context.initiator_name)
        require(len(principal) <= 200 and _PRINCIPAL.fullmatch(principal), "7.5", f"{principal} is none of a node")
        return context, answer, principal


def complete(context, token: bytes) -> None:
    _step(context, token)
    check_context(context)


def check_context(context) -> None:
    import gssapi
    needed = {gssapi.RequirementFlag.mutual_authentication, gssapi.RequirementFlag.integrity}
    require(context.complete and needed <= set(context.actual_flags), "2.14", "the context is not complete, mutual and with integrity")
    require(context.mech == gssapi.MechType.kerberos, "2.14", "the context is not of Kerberos")


def sign(context, side: str, digest: bytes) -> bytes:
    return context.get_signature(_covered(side, digest))


def verify(context, side: str, digest: bytes, mic: bytes) -> None:
    import gssapi
    try:
        context.verify_signature(_covered(side, digest), mic)
    except gssapi.exceptions.GSSError:
        require(False, "2.14", "the MIC is wrong")


def write_token(token: bytes) -> bytes:
    """S."""
    return number(METHOD, 2) + bytes16(token)


def write_proof(token: bytes, mic: bytes) -> bytes:
    """T || V of R5; the initiator's R6 has no T."""
    return (b"" if token is None else bytes16(token)) + bytes8(mic)


def read_authentication(reader: Reader, own: Ticket, side: str) -> bytes:
    """C and S: the token."""
    require(reader.number(1) == 0, "2.13", "certificates where Kerberos was chosen")
    require(reader.take(16) != own.instance, "2.14", "our own instance came back")
    require(reader.number(2) == METHOD, "2.13", "not the number of Kerberos")
    token = reader.bytes16()
    if side == "i":
        check_token(token, AP_REQ)
    else:
        require(not token, "2.13", "a token in R3")
    return token


def check_token(token: bytes, kind: bytes) -> None:
    """RFC 2743 3.1 with Kerberos v5, and the token id (2.13)."""
    require(len(token) <= _LARGEST[kind] and token[:1] == b"\x60", "2.13", "no token, or too large a one")
    size = token[1] - 0x80 if token[1] > 0x80 else 0
    length = int.from_bytes(token[2:2 + size], "big") if size else token[1]
    shortest = length < 0x80 if size == 0 else length >= max(0x80, 1 << 8 * (size - 1))
    content = token[2 + size:]
    require(shortest and len(content) == length and content.startswith(_MECHANISM + kind) and length > len(_MECHANISM) + 2,
            "2.13", "not a token of Kerberos v5 of its kind")


def _step(context, token: bytes = None) -> bytes:
    import gssapi
    try:
        return context.step(token) if token is not None else context.step()
    except gssapi.exceptions.GSSError as error:
        require(False, "2.14", f"Kerberos: {error}")


def _covered(side: str, digest: bytes) -> bytes:
    return b"\x20" * 64 + PURPOSE[side] + b"\x00" + digest
