"""The main modes of tests/vectors, by feberelay.py's own roles and key schedule: python3 tests/interop/selftest_main_mode_vectors.py"""

import functools
import hashlib
import sys
import types
import unittest
from unittest import mock

from fbr import main_mode, ticket, wire
from fbr.association import Lifetimes, Policy
from fbr.errors import CODES, Alerted, Told, Violation
from fbr.identity import SIGNATURES
from fbr.keys import GROUPS, SUITES, open_message, write_share
from fbr.main_mode import Exchange, Hello
from fbr.shared_key import METHOD, SharedKey
from fbr.wire import Reader, bytes8, list_of, list_of_u16, number, plain
from selftest_recorded import GSSAPI, RecordedContext, RecordedIdentity, RecordedLink, RecordedTicket, drawn, load, private_key, raw

HYBRID = 0x11EB
CHECKED = "checked.test"


class Case:
    """One main mode of a file."""

    def __init__(self, file, vector):
        self.file, self.name = file, vector["name"]
        self.initiator, self.responder, self.context = (vector["inputs"].get(part) for part in ("initiator", "responder", "context"))
        self.records = {name: raw(value) for name, value in vector["outputs"]["records"].items()}
        self.plaintexts, self.signed, self.secrets = (
            {name: raw(value) for name, value in vector["outputs"][part].items()} for part in ("plaintexts", "signed", "secrets"))
        self.group = self.responder["key"]["group"]
        self.suite = SUITES[Reader(self.records["r2"][5 + 2 + 32:], "2.3").number(2)]
        self.order = [f"r{at}" for at in range(1, 7 if self.context else 5)]
        self.keys_offered, self.keys_held = (part.get("preSharedKeys", []) for part in (self.initiator, self.responder))
        self.taken = next((key for key in self.keys_offered if key in self.keys_held), None)
        self.signatures = self.initiator.get("signatures", SIGNATURES)

    def is_offered_here(self):
        """This implementation offers one method, and one key."""
        return self.signatures == main_mode.methods_of(self.policy("i")) and len(self.keys_offered) <= 1 and self.group != HYBRID

    def part(self, side):
        return self.initiator if side == "i" else self.responder

    def key_of(self, side):
        """The pre-shared key that was taken, as this side holds it, or None."""
        return shared_key(self.taken, self.part(side)) if self.taken else None

    def ticket_of(self, side):
        return RecordedTicket(self.context, raw(self.part(side)["instance"])) if self.context else None

    def identity_of(self, side):
        return RecordedIdentity(self.part(side)["signer"], self.signed[side]) if "signer" in self.part(side) else None

    def peer_of(self, side):
        """Whom this side wants."""
        if self.context:
            return "krb=" + (self.context["service"] if side == "i" else self.context["client"].lower())
        return f"psk={self.taken['name']}" if self.taken else CHECKED

    def policy(self, side):
        return Policy(
            suites=tuple(self.initiator["suites"]) if side == "i" else tuple(SUITES),
            groups=tuple(key["group"] for key in self.initiator["keys"]) if side == "i" else (self.group,),
            lifetimes=lifetimes(self.part(side)), demand=self.initiator["demand"], answer=self.responder["answer"], peers=(self.peer_of(side),),
            key=self.key_of(side), ticket=self.ticket_of(side))

    def shared(self):
        """DH, from either side's scalar. This implementation has no ML-KEM: that half of a hybrid secret is taken as given."""
        ours = next(key for key in self.initiator["keys"] if key["group"] == self.group)
        theirs, group = self.responder["key"], GROUPS[0x17 if self.group == HYBRID else self.group]
        size = group.public_length
        secrets = {group.agree(private_key(own, group), raw(other["public"])[:size]) for own, other in ((ours, theirs), (theirs, ours))}
        assert len(secrets) == 1
        return secrets.pop() + (self.secrets["DH"][32:] if self.group == HYBRID else b"")

    def exchange(self, before):
        """An end that has seen the records before this one."""
        exchange = Exchange(self.suite, self.records["r1"], self.records["r2"], self.shared())
        exchange.transcript = [self.records[name] for name in self.order[:self.order.index(before)]]
        if self.taken:
            exchange.use(self.key_of("i"))
        return exchange

    def send(self, name):
        """What the sender of R3 to R6 sends."""
        link, side, exchange = RecordedLink(), sender(name), self.exchange(name)
        if not self.context:
            exchange.authenticate(link, side, self.identity_of(side), self.key_of(side))
        elif name in ("r3", "r4"):
            exchange.send_token(link, side, self.ticket_of(side), raw(self.context["tokenInitiator"]) if side == "i" else b"")
        else:
            exchange.send_proof(link, side, RecordedContext(self.context, side), raw(self.context["tokenResponder"]) if side == "r" else None)
        return link.sent[0]

    def receive(self, name, record):
        """Takes it as the receiver of R3 to R6 does."""
        link, side, exchange = RecordedLink(record), sender(name), self.exchange(name)
        other = "r" if side == "i" else "i"
        if not self.context:
            exchange.authenticated(link, side, self.identity_of(other), self.key_of(other))
        elif name in ("r3", "r4"):
            exchange.receive_token(link, side, self.ticket_of(other))
        else:
            exchange.receive_proof(link, side, RecordedContext(self.context, other))

    def take(self, name, record):
        """Takes it in that place, as whoever it is for."""
        if name == "r1":
            self.respond(record)
        elif name == "r2":
            self.initiate(record)
        elif name == "accept":
            main_mode._receive_accept(RecordedLink(record), self.suite, self.secrets["MS"], lifetimes(self.initiator), raw(self.initiator["tried"]))
        else:
            self.receive(name, record)

    def first_hello(self):
        """R1 from the inputs, its gates made one by one."""
        part, keys = self.initiator, [shared_key(key, self.initiator) for key in self.keys_offered]
        shares = [write_share(key["group"], raw(key["public"])) for key in part["keys"]]
        body = [list_of_u16([main_mode.VERSION]), raw(part["nonce"]), number(part["demand"], 1), bytes8(raw(part["tried"])),
                lifetimes(part).write(), list_of_u16(part["suites"])]
        behind = list_of_u16(self.signatures)

        def hello(gates):
            offered = shares + ([write_share(METHOD, gates)] if gates else [])
            return plain(wire.INITIATOR_HELLO, b"".join(body) + list_of(offered) + behind)
        bare = hello(bytes(32 * len(keys)))
        return hello(b"".join(key._gate(bare) for key in keys)), bare

    def second_hello(self):
        methods = [METHOD] if self.taken else [ticket.METHOD] if self.context else SIGNATURES
        return plain(wire.RESPONDER_HELLO, number(main_mode.VERSION, 2) + raw(self.responder["nonce"]) + number(self.suite.number, 2)
                     + write_share(self.group, raw(self.responder["key"]["public"])) + list_of_u16(methods))

    def initiate(self, *received):
        link, policy = RecordedLink(*received), self.policy("i")
        with drawn(self.initiator["keys"], self.initiator["nonce"]):
            return link, main_mode.initiate(link, self.identity_of("i"), policy, self.peer_of("i"), raw(self.initiator["tried"]))

    def respond(self, first, *received, allowed=True):
        link, policy = RecordedLink(first, *received), self.policy("r")
        if not allowed:
            policy = Policy(**{**vars(policy), "peers": ("another",)})
        known = types.SimpleNamespace(find=lambda _: "kept" if self.responder["fate"] == 2 else None, add=lambda _: None)
        with drawn([self.responder["key"]], self.responder["nonce"], self.responder["associationId"]):
            try:
                return link, main_mode.respond(link, link.receive_plain(wire.INITIATOR_HELLO), self.identity_of("r"), policy, known)
            except Violation:
                if allowed:
                    raise
                return link, None


def sender(name):
    return "r" if name in ("r2", "r3", "r5", "accept") else "i"


def shared_key(recorded, part):
    key = SharedKey(recorded["name"], raw(recorded["value"]))
    key.instance = raw(part["instance"])
    return key


def lifetimes(part):
    recorded = part["lifetimes"]
    return Lifetimes(*(recorded[name] for name in ("associationSeconds", "quickModes", "keySeconds", "keyKilobytes")))


def of_each_main_mode(test):
    @functools.wraps(test)
    def run(self):
        for case in CASES:
            with self.subTest(file=case.file, vector=case.name):
                test(self, case)
    return run


FILES = {name: load(name) for name in ("main-mode.json", "psk.json", "kerberos.json")}
CASES = [Case(name, vector) for name, file in FILES.items() for vector in file["mainMode"]] + [Case("hybrid.json", load("hybrid.json")["mainMode"])]


class MainModeVectors(unittest.TestCase):
    def setUp(self):
        library = mock.patch.dict(sys.modules, {"gssapi": GSSAPI})
        library.start()
        self.addCleanup(library.stop)
        # Their authority is a throw-away one, and soon out of date.
        chains = mock.patch("fbr.identity.verify_chain", lambda *_: [CHECKED])
        chains.start()
        self.addCleanup(chains.stop)

    @of_each_main_mode
    def test_hellos_and_gates(self, case):
        r1, bare = case.first_hello()
        self.assertEqual(case.records["r1"], r1)
        self.assertEqual(case.records["r2"], case.second_hello())
        if case.keys_offered:
            self.assertEqual(case.signed["gates"], hashlib.sha256(bare).digest())
        hello = Hello.read(r1[5:])
        for held in case.keys_held:
            self.assertTrue(shared_key(held, case.responder).is_offered(r1, hello.signatures, dict(hello.shares)[METHOD]))
            self.assertFalse(shared_key({**held, "name": "x"}, case.responder).is_offered(r1, hello.signatures, dict(hello.shares)[METHOD]))

    @of_each_main_mode
    def test_records_are_made_and_taken(self, case):
        for name in case.order[2:]:
            self.assertEqual(case.records[name], case.send(name), name)
            case.receive(name, case.records[name])
        exchange = case.exchange(case.order[-1])
        exchange.transcript.append(case.records[case.order[-1]])
        self.assertEqual(case.secrets["MS"], exchange.association_secret())

    @of_each_main_mode
    def test_secrets_and_plaintexts(self, case):
        suite, secrets = case.suite, secrets_of(case)
        self.assertEqual(case.secrets, secrets)
        keys = {"r3": "AS.r", "r4": "AS.i", "r5": "proof key r", "r6": "proof key i", "accept": "AK"}
        for name, plaintext in case.plaintexts.items():
            record = case.records[name]
            self.assertEqual(plaintext, open_message(suite, secrets[keys[name]], record[:5], record[5:]), name)
        self.assertEqual(case.signed, signed_of(case))

    @of_each_main_mode
    def test_the_accept_and_every_decline(self, case):
        link = RecordedLink()
        agreed = lifetimes(case.initiator).shorter(lifetimes(case.responder))
        accept = raw(case.responder["associationId"]) + agreed.write() + bytes([case.responder["answer"], case.responder["fate"]])
        main_mode._send_sealed(link, case.suite, case.secrets["MS"], wire.ACCEPT, accept)
        self.assertEqual(case.records["accept"], link.sent[0])
        for code, name in CODES.items():
            with self.assertRaises(Told) as told:
                main_mode._receive_accept(RecordedLink(case.records[f"decline {name}"]), case.suite, case.secrets["MS"], agreed, b"")
            self.assertEqual(code, told.exception.code)

    @of_each_main_mode
    def test_the_initiator_on_recorded_inputs(self, case):
        if not case.is_offered_here():
            return
        link, association = case.initiate(*(case.records[name] for name in [*case.order, "accept"] if sender(name) == "r"))
        self.assertEqual([case.records[name] for name in case.order if sender(name) == "i"], link.sent)
        self.assertEqual((case.secrets["MS"], raw(case.responder["associationId"])), (association.secret, association.id))

    @of_each_main_mode
    def test_the_responder_on_recorded_inputs(self, case):
        if case.group == HYBRID:
            return
        received = [case.records[name] for name in case.order if sender(name) == "i"]
        link, association = case.respond(*received)
        self.assertEqual([case.records[name] for name in [*case.order, "accept"] if sender(name) == "r"], link.sent)
        self.assertEqual(case.secrets["MS"], association.secret)
        self.assertEqual(case.records["decline not_authorised"], case.respond(*received, allowed=False)[0].sent[-1])

    def test_no_more_is_left_out_than_is_known(self):
        self.assertEqual((13, 5, 10), (len(CASES), sum(case.is_offered_here() for case in CASES), sum(case.group != HYBRID for case in CASES)))

    def test_malformed_records_are_refused(self):
        for name, file in FILES.items():
            cases = {case.name: case for case in CASES if case.file == name}
            for broken in file["malformed"]:
                with self.subTest(file=name, instead_of=broken["insteadOf"], rule=broken["name"]), self.assertRaises((Violation, Alerted)):
                    cases[broken["vector"]].take(broken["insteadOf"], raw(broken["record"]))


def secrets_of(case):
    """All of the file's names, from the page (2.6, 2.11 to 2.13)."""
    suite, records = case.suite, [case.records[name] for name in case.order]
    secrets = {"DH": case.shared()}
    secrets["DHS"] = suite.extract(suite.zeros(), secrets["DH"])
    secrets["MM"] = main = suite.expand(secrets["DHS"], "main mode", suite.hash(*records[:2]))

    def add(name, secret):
        secrets[name] = secret
        secrets[f"{name} key"], secrets[f"{name} iv"] = suite.key_and_iv(secret)
    for side in "ir":
        add(f"AS.{side}", suite.expand(main, f"auth key {side}", b""))
        secrets[f"MK.{side}"] = suite.expand(main, f"auth mac {side}", b"")
    sha256 = SUITES[2]
    for key in case.keys_offered:
        name = key["name"]
        root = secrets[f"K0 {name}"] = sha256.expand(sha256.extract(b"fbr psk", raw(key["value"])), "psk root", name.encode(), 32)
        secrets[f"psk gate {name}"] = sha256.expand(root, "psk gate", b"", 32)
    if case.context:
        for side in "ir":
            add(f"proof key {side}", suite.expand(main, f"proof key {side}", b""))
    elif case.taken:
        root = secrets[f"K0 {case.taken['name']}"]
        secrets["PK"] = sha256.expand(root, "psk key", number(suite.number, 2), suite.length)
        secrets["PS"] = main = suite.extract(secrets["PK"], main)
        for side in "ir":
            secrets[f"psk proof {side}"] = suite.expand(main, f"psk proof {side}", b"")
    secrets["MS"] = suite.expand(main, "association", suite.hash(*records))
    add("AK", suite.expand(secrets["MS"], "accept", b""))
    return secrets


def signed_of(case):
    """What signatures, gates, proofs and MICs are of."""
    suite, records = case.suite, [case.records[name] for name in case.order]
    signed = {"gates": hashlib.sha256(case.first_hello()[1]).digest()} if case.keys_offered else {}
    for side, before, proof_before in (("i", 3, 5), ("r", 2, 4)):
        if case.context:
            token = wire.bytes16(raw(case.context["tokenResponder"])) if side == "r" else b""
            signed[side] = b"\x20" * 64 + ticket.PURPOSE[side] + b"\0" + suite.hash(*records[:proof_before], token)
        elif case.taken:
            signed[side] = suite.hash(*records[:before], case.key_of(side).holder())
        else:
            signed[side] = b"\x20" * 64 + main_mode.PURPOSE[side] + b"\0" + suite.hash(*records[:before], case.identity_of(side).write_certificates())
    return signed


if __name__ == "__main__":
    unittest.main()
