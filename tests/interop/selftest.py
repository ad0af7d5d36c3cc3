#!/usr/bin/env python3
"""The two roles of feberelay.py against each other on loopback: python3 tests/interop/selftest.py"""

import base64
import os
import socket
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

import feberelay
from fbr import wire
from fbr.errors import Alerted, BUSY, NEGOTIATION_FAILED, NO_SERVICE, NOT_AUTHORISED, ProtocolError, Told, Truncated, Violation
from fbr.identity import Identity
from fbr.keys import SUITES
from selftest_certificates import Authority
# Their tests run with the ones below.
from selftest_channel_vectors import ChannelVectors, QuickModeVectors
from selftest_main_mode_vectors import MainModeVectors

SUITE_NAMES = [suite.name for suite in SUITES.values()]
FOLDER = tempfile.TemporaryDirectory()
AUTHORITY = Authority(FOLDER.name)


class Pair:
    """An initiator and a responder, with a relay between them that sees, and may change, every record."""

    def __init__(self, connect=(), listen=(), client="fe1", server="be1", tamper=None):
        common = ["--port", "1", "--ca", AUTHORITY.path("root.pem"), "--deadline", "2"]
        self.connect = feberelay.parse(["connect", *common, *AUTHORITY.arguments(client), "--peer", "be1.lab.test", "--bytes", "300", *connect])
        self.listen = feberelay.parse(["listen", *common, *AUTHORITY.arguments(server), "--peer", "fe1.lab.test", "--service", "echo", *listen])
        self.responder = feberelay.Responder(self.listen, *policy(self.listen))
        self.initiator = feberelay.Initiator(self.connect, *policy(self.connect))
        self.tamper = tamper or (lambda direction, index, record: record)
        self.records = {"i": [], "r": []}
        self.initiator_error, self.responder_errors, self.steps = None, [], []

    def run(self):
        feberelay.report = lambda step, **fields: self.steps.append((step, fields))
        with socket.create_server(("127.0.0.1", 0)) as relay, ThreadPoolExecutor(8) as pool:
            self.connect.port = relay.getsockname()[1]
            accepting = pool.submit(self._relay, relay, pool)
            try:
                self.initiator.run()
            except ProtocolError as error:
                self.initiator_error = error
            relay.shutdown(socket.SHUT_RDWR)
            accepting.result()
        return self

    def fields(self, step):
        return [fields for name, fields in self.steps if name == step]

    def _relay(self, listener, pool):
        while True:
            try:
                outer = listener.accept()[0]
            except OSError:
                return
            inner, served = socket.socketpair()
            pool.submit(self._serve, served)
            pool.submit(self._carry, outer, inner, "i")
            pool.submit(self._carry, inner, outer, "r")

    def _serve(self, connection):
        try:
            self.responder.serve(connection)
        except ProtocolError as error:
            self.responder_errors.append(error)
        except Exception as error:  # A crash of the responder must show in the test.
            self.responder_errors.append(error)
            raise

    def _carry(self, source, target, direction):
        try:
            target.sendall(self.tamper(direction, -1, exactly(source, 8)))
            while head := exactly(source, 5):
                record = head + exactly(source, int.from_bytes(head[2:], "big"))
                self.records[direction].append(record)
                changed = self.tamper(direction, len(self.records[direction]) - 1, record)
                if changed is None:
                    break
                target.sendall(changed)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def policy(arguments):
    return Identity(arguments.cert, arguments.key, arguments.ca), feberelay.policy_of(arguments)


def pre_shared_key(name, value):
    path = os.path.join(FOLDER.name, f"{name}-{value}.psk")
    with open(path, "w", encoding="ascii") as file:
        file.write("feberelay-psk-1 " + base64.b64encode(bytes(at * 7 + value for at in range(32))).decode() + "\n")
    return f"{name}={path}"


def exactly(source, count):
    data = b""
    while len(data) < count:
        part = source.recv(count - len(data))
        if not part:
            return b""
        data += part
    return data


class Exchanges(unittest.TestCase):
    def assert_clean(self, pair):
        self.assertIsNone(pair.initiator_error)
        self.assertEqual([], pair.responder_errors)

    def test_every_suite_group_and_kind_of_key_with_and_without_shares(self):
        for suite in SUITE_NAMES:
            for group in ("p256", "p384"):
                for shares in ((), ("--no-pfs",)):
                    for kind in ("", "-384", "-rsa"):
                        with self.subTest(suite=suite, group=group, shares=shares, kind=kind):
                            options = ("--suite", suite, "--group", group)
                            pair = Pair((*options, *shares, "--second-connection"), options, "fe1" + kind, "be1" + kind).run()
                            self.assert_clean(pair)
                            self.assertEqual(4 * 2, len(pair.fields("stream")))
                            self.assertEqual([1] * 4, [closed["updates_received"] for closed in pair.fields("closed")])
                            self.assertEqual({suite}, {made["suite"] for made in pair.fields("main mode")})

    def test_holders_of_a_pre_shared_key_need_no_common_authority(self):
        for suite in SUITE_NAMES:
            with self.subTest(suite=suite):
                options = ("--suite", suite, "--psk", pre_shared_key("plant7", 1), "--peer", "psk=plant7")
                pair = Pair((*options, "--second-connection"), options, "fe1", "be1-foreign").run()
                self.assert_clean(pair)
                self.assertEqual({"psk=plant7"}, {made["peer"] for made in pair.fields("main mode")})

    def test_the_initiators_order_decides(self):
        pair = Pair(("--suite", "aes128-gcm", "--suite", "aes256-gcm", "--group", "p384", "--group", "p256"), ("--group", "p256", "--group", "p384")).run()
        self.assert_clean(pair)
        self.assertEqual({("aes128-gcm", "p384")}, {(made["suite"], made["group"]) for made in pair.fields("main mode")})

    def test_the_accept_takes_the_shorter_lifetimes(self):
        pair = Pair(("--quick-modes", "5", "--key-seconds", "600"), ("--key-seconds", "700", "--association-seconds", "50")).run()
        self.assertEqual({"association_seconds": 50, "quick_modes": 5, "key_seconds": 600, "key_kilobytes": 100000}, pair.fields("main mode")[0]["lifetimes"])

    def test_an_unknown_association_leads_to_main_mode_on_the_same_connection(self):
        pair = Pair(("--unknown-first",)).run()
        self.assert_clean(pair)
        self.assertEqual([1, 1], [made["fate"] for made in pair.fields("main mode")])
        self.assertEqual(1, len(pair.fields("connected")))

    def test_an_enquiry_ends_after_main_mode(self):
        pair = Pair(("--enquiry", "--second-connection")).run()
        self.assert_clean(pair)
        self.assertEqual(2, len(pair.fields("closed")))

    def test_a_key_is_changed_at_its_soft_limit(self):
        pair = Pair(("--key-kilobytes", "1024", "--bytes", "4000000", "--streams", "1")).run()
        self.assert_clean(pair)
        self.assertTrue(all(closed["updates_received"] >= 3 for closed in pair.fields("closed")))

    def test_streams_go_to_a_back_end(self):
        with socket.create_server(("127.0.0.1", 0)) as back_end, ThreadPoolExecutor(1) as pool:
            served = pool.submit(echo, back_end, 2)
            pair = Pair(("--bytes", "500000"), ("--back-end", f"127.0.0.1:{back_end.getsockname()[1]}")).run()
            served.result()
        self.assert_clean(pair)

    def test_integrity_only_shows_the_data_and_encryption_does_not(self):
        for suite in SUITE_NAMES:
            pair = Pair(("--suite", suite), ("--suite", suite)).run()
            shown = pair.initiator.payload[:100] in b"".join(pair.records["i"])
            self.assertEqual(suite == "aes256-gmac", shown)


class Keys(unittest.TestCase):
    def test_expand_is_hkdf_with_the_labels_bytes(self):
        # Both roles share this code, so that only a second opinion on it shows a mistake.
        secret = bytes(range(48))
        info = bytes.fromhex("0050 0e") + b"fbr channel id" + bytes.fromhex("03 010203")
        for suite, digest in ((SUITES[1], hashes.SHA384()), (SUITES[2], hashes.SHA256())):
            self.assertEqual(HKDFExpand(digest, 80, info).derive(secret), suite.expand(secret, "channel id", b"\1\2\3", 80))
            self.assertEqual(HKDF(digest, 20, b"salt", b"").derive(secret), HKDFExpand(digest, 20, b"").derive(suite.extract(b"salt", secret)))


class Refusals(unittest.TestCase):
    def assert_told(self, pair, message, code):
        self.assertIsInstance(pair.initiator_error, Told)
        self.assertEqual((message, code), (pair.initiator_error.message, pair.initiator_error.code))

    def test_a_peer_that_is_not_allowed_is_declined(self):
        self.assert_told(Pair(client="other").run(), "decline", NOT_AUTHORISED)

    def test_an_unknown_service_is_aborted(self):
        self.assert_told(Pair(("--service", "mail")).run(), "abort", NO_SERVICE)

    def test_quick_mode_without_share_is_refused_where_forward_secrecy_is_demanded(self):
        self.assert_told(Pair(("--no-pfs",), ("--require-pfs",)).run(), "refuse", NEGOTIATION_FAILED)

    def test_another_pre_shared_key_or_name_or_none_is_refused(self):
        good = ("--psk", pre_shared_key("plant7", 1), "--peer", "psk=plant7")
        for name, bad in (("key", ("--psk", pre_shared_key("plant7", 2))), ("name", ("--psk", pre_shared_key("plant8", 1))), ("none", ())):
            with self.subTest(bad=name):
                pair = Pair((*bad, "--peer", "psk=plant7"), good).run()
                self.assertIsInstance(pair.initiator_error, Alerted)
                self.assertEqual("2.11", pair.responder_errors[0].clause)

    def test_nothing_in_common_ends_in_the_alert(self):
        self.assertIsInstance(Pair(("--suite", "aes256-gcm"), ("--suite", "aes128-gcm")).run().initiator_error, Alerted)

    def test_a_responder_with_another_name_is_refused(self):
        pair = Pair(server="other-server").run()
        self.assertEqual("7.3", pair.initiator_error.clause)
        self.assertIsInstance(pair.responder_errors[0], Alerted)

    def test_bad_certificates_are_refused_on_both_sides(self):
        for bad in ("expired", "no-usage", "any-usage", "no-name", "no-signing", "foreign", "unchained", "leaf-as-issuer"):
            with self.subTest(bad=bad, side="initiator"):
                pair = Pair(client="fe1-" + bad).run()
                self.assertIsInstance(pair.initiator_error, Alerted)
                self.assertIn(pair.responder_errors[0].clause, ("7.1", "7.2"))
            with self.subTest(bad=bad, side="responder"):
                pair = Pair(server="be1-" + bad).run()
                self.assertIn(pair.initiator_error.clause, ("7.1", "7.2"))

    def test_client_and_server_certificates_do_not_change_roles(self):
        self.assertEqual("7.2", Pair(server="fe1-384").run().initiator_error.clause)
        self.assertEqual("7.2", Pair(client="be1-384").run().responder_errors[0].clause)

    def test_ones_own_certificate_coming_back_is_refused(self):
        self.assertEqual("2.5", Pair(client="both", server="both").run().initiator_error.clause)

    def test_an_association_is_not_used_beyond_its_quick_modes(self):
        self.assertEqual("3.9", Pair(("--quick-modes", "1", "--second-connection")).run().initiator_error.clause)


class Attacks(unittest.TestCase):
    def test_one_changed_byte_of_any_message_ends_the_exchange(self):
        for suite in SUITE_NAMES:
            options = ("--suite", suite, "--streams", "1")
            clean = Pair(options, options[:2]).run()
            for direction, records in clean.records.items():
                for index, record in [(-1, wire.PREFACE), *enumerate(records)]:
                    for at in sorted({0, 1, 4, 5, 7, len(record) // 2, len(record) - 1} & set(range(len(record)))):
                        with self.subTest(suite=suite, direction=direction, index=index, type=record[0], at=at):
                            self._change(options, direction, index, at)

    def _change(self, options, direction, index, at):
        def tamper(where, which, record):
            if (where, which) != (direction, index):
                return record
            # A length is made shorter: a longer one would only make the receiver wait.
            return record[:at] + bytes([record[at] - 1 if at == 4 and which >= 0 and record[at] else record[at] ^ 1]) + record[at + 1:]
        pair = Pair(options, options[:2], tamper=tamper).run()
        noticed = [pair.initiator_error] if direction == "r" else pair.responder_errors
        # Of R1 and M1 it may be the sender who notices, by the answer.
        if direction == "i" and index in (0, 2):
            noticed = [*noticed, pair.initiator_error]
        self.assertTrue(any(isinstance(error, Violation) for error in noticed), (noticed, pair.steps))

    def test_a_connection_cut_at_any_record_is_an_error(self):
        clean = Pair(("--streams", "1",)).run()
        for direction, records in clean.records.items():
            for index in range(len(records)):
                with self.subTest(direction=direction, index=index):
                    cut = lambda where, which, record: None if (where, which) == (direction, index) else record
                    pair = Pair(("--streams", "1"), tamper=cut).run()
                    self.assertIsNotNone(pair.initiator_error)
                    # Without its own last close the responder has said all; without M1, or the accept before it,
                    # what the responder sees is an enquiry.
                    if (direction, index) not in (("r", len(records) - 1), ("i", 2), ("r", 2)):
                        self.assertIsInstance(pair.responder_errors[0], (Truncated, Told))

    def test_a_replayed_request_gets_the_alert(self):
        pair = Pair().run()
        request = next(record for record in pair.records["i"] if record[0] == wire.M1)
        ours, theirs = socket.socketpair()
        with ours:
            ours.sendall(wire.PREFACE + request)
            ours.shutdown(socket.SHUT_WR)
            with self.assertRaises(Violation) as raised:
                pair.responder.serve(theirs)
            self.assertEqual("3.4", raised.exception.clause)
            self.assertEqual(wire.PREFACE + bytes.fromhex("7F00000000"), ours.recv(100))

    def test_another_protocol_gets_the_alert(self):
        ours, theirs = socket.socketpair()
        with ours:
            ours.sendall(b"GET / HTTP/1.1\r\n\r\n")
            ours.shutdown(socket.SHUT_WR)
            with self.assertRaises(Violation):
                Pair().responder.serve(theirs)
            self.assertEqual(wire.PREFACE + bytes.fromhex("7F00000000"), ours.recv(100))


class ControlRecords(unittest.TestCase):
    """The initiator is played by hand, behind an honest handshake."""

    def violation(self, act):
        pair = Pair()
        pair.initiator._stream = lambda channel: act(channel)
        return pair.run()

    def assert_violation(self, clause, act):
        pair = self.violation(act)
        self.assertEqual(clause, pair.responder_errors[0].clause)
        self.assertIsInstance(pair.initiator_error, Told)

    def test_key_updates_are_rationed(self):
        self.assert_violation("4.7", lambda channel: ([channel.update() for _ in range(40)], channel._receive()))

    def test_a_parked_direction_carries_no_streams(self):
        def park_and_open(channel):
            channel._seal(wire.KEY_UPDATE, b"\x01")
            channel._sending.update()
            channel.open("echo")
            channel._receive()
        self.assert_violation("6.2", park_and_open)

    def test_confirm_comes_first_or_never(self):
        self.assert_violation("4.6", lambda channel: (channel.update(), channel.confirm(), channel._receive()))

    def test_close_in_a_stream_is_truncation(self):
        self.assert_violation("5.8", lambda channel: (channel.open("echo"), channel._send(wire.CLOSE, b""), channel._receive()))

    def test_a_second_open_is_refused(self):
        def open_twice(channel):
            channel.open("echo")
            channel._own_end = channel._peer_end = True
            channel.open("echo")
            channel._peer_end = False
            channel._receive()
        self.assert_violation("5.5", open_twice)

    def test_a_number_is_not_skipped(self):
        def skip(channel):
            channel.newest += 1
            channel.open("echo")
            channel._receive()
        self.assert_violation("5.2", skip)

    def test_an_in_band_request_is_refused_as_busy(self):
        codes = []

        def ask(channel):
            keys = channel.keys
            m1 = b"\x02\x00" + keys.association.id + os.urandom(32) + feberelay.quick_mode.NO_SHARE + keys.channel_id + keys.transcript
            schedule = feberelay.quick_mode.Schedule(keys.association, m1)
            channel._send(wire.M1, m1 + schedule.binder1)
            record = channel.link.receive(wire.REFUSE)
            answer = channel._receiving.open(record.header, record.body)
            self.assertEqual(schedule.refusal(answer[0]), answer[1:])
            codes.append(answer[0])
        pair = self.violation(ask)
        self.assertEqual((None, []), (pair.initiator_error, pair.responder_errors))
        self.assertEqual([BUSY, BUSY], codes)


def echo(listener, connections):
    for _ in range(connections):
        with listener.accept()[0] as connection:
            while part := connection.recv(65536):
                connection.sendall(part)


if __name__ == "__main__":
    unittest.main()
