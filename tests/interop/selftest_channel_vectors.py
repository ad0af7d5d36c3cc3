"""Quick modes and channels of tests/vectors, by feberelay.py's own roles and key schedule: python3 tests/interop/selftest_channel_vectors.py"""

import types
import unittest

from fbr import quick_mode, wire
from fbr.association import Association, Lifetimes, Policy
from fbr.channel import Channel
from fbr.errors import Violation
from fbr.keys import GROUPS, SUITES, Direction
from fbr.quick_mode import ChannelKeys
from fbr.wire import M1
from selftest_recorded import RecordedLink, drawn, load, private_key, raw

SUITE_OF = {suite.name: suite for suite in SUITES.values()}
GROUP_OF = {group.name: group for group in GROUPS.values()}
QUICK_MODES = {vector["name"]: vector for vector in load("quick-mode.json")["quickMode"]}
CHANNELS = load("channel.json")


def association_of(inputs):
    made = Association(raw(inputs["associationId"]), SUITE_OF[inputs["suite"]], GROUP_OF[inputs["group"]].number, raw(inputs["ms"]), "peer", Lifetimes())
    made._counter = inputs["counter"] - 1
    return made


def keys_of(vector):
    """A channel's keys, under the association of its quick mode."""
    return ChannelKeys(association_of(QUICK_MODES[vector["quickMode"]]["inputs"]), raw(vector["trafficInitiator"]), raw(vector["trafficResponder"]), b"", b"")


def secrets_from_the_page(inputs, outputs):
    """3.3, in mode new."""
    suite, ms = SUITE_OF[inputs["suite"]], raw(inputs["ms"])
    shared = suite.zeros()
    if inputs["initiatorKey"]:
        group = GROUP_OF[inputs["group"]]
        shared = group.agree(private_key(inputs["initiatorKey"], group), raw(inputs["responderKey"]["public"]))
    m1, m2 = (raw(outputs[f"{name} record"])[5:-suite.length] for name in ("M1", "M2"))
    binder1 = suite.mac(suite.expand(ms, "qm1", b""), suite.hash(m1))
    hs = suite.extract(suite.expand(suite.extract(suite.expand(ms, "qm", b""), shared), "derived", b""), suite.zeros())
    binder2 = suite.mac(suite.expand(hs, "qm2", b""), suite.hash(m1, binder1, m2))
    transcript = suite.hash(m1, binder1, m2, binder2)
    cs = suite.expand(hs, "channel", transcript)
    derived = {"TS.i": ("data i", None), "TS.r": ("data r", None), "X'": ("chain", None), "SPI.i": ("spi i", 4), "SPI.r": ("spi r", 4), "cid": ("channel id", 16)}
    return {"binder 1": binder1, "binder 2": binder2, "h'": transcript, **{name: suite.expand(cs, label, transcript, size) for name, (label, size) in derived.items()}}


class QuickModeVectors(unittest.TestCase):
    def test_secrets(self):
        for name, vector in QUICK_MODES.items():
            with self.subTest(vector=name):
                recorded = {name: raw(value) for name, value in vector["outputs"].items() if not name.endswith(" record")}
                self.assertEqual(recorded, secrets_from_the_page(vector["inputs"], vector["outputs"]))

    def test_both_roles_on_recorded_inputs(self):
        for name, vector in QUICK_MODES.items():
            with self.subTest(vector=name):
                inputs, m1, m2 = vector["inputs"], *(raw(vector["outputs"][f"{name} record"]) for name in ("M1", "M2"))
                initiator, responder = RecordedLink(m2), RecordedLink(m1)
                with drawn([inputs["initiatorKey"]], inputs["initiatorNonce"]):
                    own = quick_mode.initiate(initiator, association_of(inputs), inputs["initiatorKey"] is not None)
                table = types.SimpleNamespace(find=lambda wanted: association_of(inputs) if wanted == raw(inputs["associationId"]) else None)
                with drawn([inputs["responderKey"]], inputs["responderNonce"]):
                    theirs = quick_mode.respond(responder, responder.receive_plain(M1), Policy(), table)
                self.assertEqual(([m1], [m2]), (initiator.sent, responder.sent))
                for keys in (own, theirs):
                    self.assertEqual([raw(vector["outputs"][name]) for name in ("TS.i", "TS.r", "h'", "cid")],
                                     [keys.initiator, keys.responder, keys.transcript, keys.channel_id])


class ChannelVectors(unittest.TestCase):
    def test_records_are_sealed_and_opened(self):
        for vector in CHANNELS["channel"]:
            keys = keys_of(vector)
            secrets = {"i": keys.initiator, "r": keys.responder}
            sealing, opening = ({side: Direction(keys.association.suite, secret) for side, secret in secrets.items()} for _ in range(2))
            for recorded in vector["records"]:
                with self.subTest(vector=vector["quickMode"], record=recorded["name"]):
                    side, record, plaintext = recorded["sender"], raw(recorded["record"]), raw(recorded["plaintext"])
                    if record[0] == wire.ABORT:
                        # Each is the first record of a channel of its own.
                        sealing[side], opening[side] = (Direction(keys.association.suite, secrets[side]) for _ in range(2))
                    head = wire.header(record[0], len(record) - 5, sealing[side].epoch)
                    self.assertEqual(record, head + sealing[side].seal(head, plaintext))
                    self.assertEqual(plaintext, opening[side].open(record[:5], record[5:]))
                    if record[0] == wire.KEY_UPDATE:
                        sealing[side].update()
                        opening[side].update()

    def test_malformed_records_are_refused(self):
        channels = {vector["quickMode"]: vector for vector in CHANNELS["channel"]}
        for broken in CHANNELS["malformed"]:
            with self.subTest(rule=broken["name"]):
                vector = channels[broken["quickMode"]]
                first = [raw(vector["records"][0]["record"])] if broken["behindOpen"] else []
                channel = Channel(RecordedLink(*first, raw(broken["record"])), keys_of(vector), initiator=broken["sender"] == "r")
                if first:
                    channel.accept()
                with self.assertRaises(Violation):
                    channel._receive()


if __name__ == "__main__":
    unittest.main()
