#!/usr/bin/env python3
"""A second implementation of the FeBeRelay channel protocol, for interoperability tests. See README.md."""

import argparse
import json
import socket
import sys
import threading

from fbr import main_mode, quick_mode
from fbr.association import Association, AssociationTable, Lifetimes, Policy
from fbr.channel import Channel
from fbr.errors import BACK_END_UNREACHABLE, NO_SERVICE, RESET, Alerted, ProtocolError, Told, Truncated, Violation
from fbr.identity import Identity
from fbr.keys import GROUPS, SUITES
from fbr.shared_key import SharedKey
from fbr.ticket import Ticket
from fbr.wire import INITIATOR_HELLO, M1, Link

FIRST_MESSAGE_SECONDS, HANDSHAKE_SECONDS = 5, 10
_report_lock = threading.Lock()


def report(step: str, **fields) -> None:
    with _report_lock:
        print(json.dumps({"step": step, **fields}), flush=True)


def report_failure(error: Exception) -> None:
    fields = {"clause": error.clause} if isinstance(error, Violation) else {}
    if isinstance(error, Told):
        fields = {"told": error.message, "code": error.code, "stream": error.stream}
    report("failed", kind=type(error).__name__, message=str(error), **fields)


# The initiator


class Initiator:
    def __init__(self, arguments, identity: Identity, policy: Policy):
        self.arguments, self.identity, self.policy = arguments, identity, policy
        self.payload = read_payload(arguments)

    def run(self) -> None:
        association = self._first_connection()
        if self.arguments.second_connection:
            self._second_connection(association)

    def _first_connection(self) -> Association:
        link = self._dial()
        try:
            tried = self._present_made_up_association(link) if self.arguments.unknown_first else b""
            association = main_mode.initiate(link, self.identity, self.policy, self.arguments.peer, tried)
            report("main mode", association=association.id.hex(), suite=association.suite.name, group=GROUPS[association.group].name,
                   peer=association.peer, fate=association.fate, lifetimes=vars(association.lifetimes))
        except ProtocolError as error:
            give_up(link, error)
        if self.arguments.enquiry:
            link.finish()
            return association
        self._use(link, self._quick_mode(link, association), confirm=False)
        return association

    def _second_connection(self, association: Association) -> None:
        link = self._dial()
        try:
            keys = self._quick_mode(link, association)
        except Alerted:
            # Retried once, on a new connection with a new counter (3.7).
            report("retry")
            link = self._dial()
            keys = self._quick_mode(link, association)
        self._use(link, keys, confirm=True)

    def _present_made_up_association(self, link: Link) -> bytes:
        """M1 under an id that nobody issued: the responder must say unknown and go on with main mode (3.8)."""
        made_up = Association(bytes(range(16)), SUITES[self.policy.suites[0]], self.policy.groups[0], bytes(48), self.arguments.peer, self.policy.lifetimes)
        try:
            quick_mode.initiate(link, made_up, False)
        except quick_mode.UnknownAssociation:
            report("unknown", association=made_up.id.hex())
            return made_up.id
        raise Violation("3.8", "the responder answered an association that it did not issue")

    def _quick_mode(self, link: Link, association: Association) -> quick_mode.ChannelKeys:
        try:
            keys = quick_mode.initiate(link, association, not self.arguments.no_pfs)
        except quick_mode.UnknownAssociation:
            link.finish()
            raise ProtocolError("3.8: the responder lost the association between two connections")
        except ProtocolError as error:
            give_up(link, error)
        report("quick mode", channel=keys.channel_id.hex(), forward_secrecy=not self.arguments.no_pfs)
        return keys

    def _use(self, link: Link, keys: quick_mode.ChannelKeys, confirm: bool) -> None:
        link.authenticated = True
        link.limit_time(None)
        channel = Channel(link, keys, initiator=True)
        try:
            if confirm:
                channel.confirm()
            for _ in range(self.arguments.streams):
                if channel.asked_to_close:
                    break
                self._stream(channel)
            channel.close()
            report("closed", updates_received=channel.updates_received)
        except ProtocolError as error:
            channel.fail(error)
            raise

    def _stream(self, channel: Channel) -> None:
        channel.open(self.arguments.service)
        sender = threading.Thread(target=self._send_payload, args=(channel,), daemon=True)
        sender.start()
        answer = bytearray()
        while part := channel.read():
            answer += part
        sender.join()
        if bytes(answer) != self.payload:
            raise ProtocolError(f"the echo of {len(self.payload)} bytes has {len(answer)} bytes or others")
        report("stream", number=channel.newest, sent=len(self.payload), received=len(answer))

    def _send_payload(self, channel: Channel) -> None:
        middle = len(self.payload) // 2
        try:
            channel.write(self.payload[:middle])
            if channel.newest == 1:
                channel.update()
            channel.write(self.payload[middle:])
            channel.end()
        except ProtocolError:
            pass  # The reading thread meets the same end of the connection, and tells it.

    def _dial(self) -> Link:
        connection = socket.create_connection((self.arguments.host, self.arguments.port), self.arguments.deadline)
        report("connected", host=self.arguments.host, port=self.arguments.port)
        return Link(connection, self.arguments.deadline)


def read_payload(arguments) -> bytes:
    if arguments.data == "-":
        return sys.stdin.buffer.read()
    if arguments.data:
        with open(arguments.data, "rb") as file:
            return file.read()
    return bytes(at * 31 % 251 for at in range(arguments.bytes))


def give_up(link: Link, error: ProtocolError) -> None:
    """The end of a handshake: the alert for whatever the peer did not itself tell (8.1)."""
    if isinstance(error, Violation):
        link.alert()
    link.finish()
    raise error


# The responder


class Responder:
    def __init__(self, arguments, identity: Identity, policy: Policy):
        self.arguments, self.identity, self.policy = arguments, identity, policy
        self.associations = AssociationTable()
        self.failures = 0

    def run(self) -> None:
        listener = socket.create_server((self.arguments.host, self.arguments.port))
        report("listening", host=self.arguments.host, port=listener.getsockname()[1])
        threads = []
        while self.arguments.connections == 0 or len(threads) < self.arguments.connections:
            connection, _ = listener.accept()
            threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            threads[-1].start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise ProtocolError(f"{self.failures} connections failed")

    def _serve(self, connection: socket.socket) -> None:
        try:
            self.serve(connection)
        except ProtocolError as error:
            self.failures += 1
            report_failure(error)

    def serve(self, connection: socket.socket) -> None:
        link = Link(connection, min(FIRST_MESSAGE_SECONDS, self.arguments.deadline))
        try:
            keys = self._handshake(link)
        except ProtocolError as error:
            # Where decline or refuse has told the peer already, the alert is not sent as well (8.1, 8.2).
            if isinstance(error, Violation) and not link.authenticated:
                link.alert()
            link.finish()
            raise
        if keys is None:
            link.finish()
            return
        report("quick mode", channel=keys.channel_id.hex(), peer=keys.association.peer)
        channel = Channel(link, keys, initiator=False)
        try:
            while (opened := channel.accept()) is not None:
                self._serve_stream(channel, opened)
            report("closed", updates_received=channel.updates_received)
        except ProtocolError as error:
            channel.fail(error)
            raise

    def _handshake(self, link: Link):
        """The channel's keys; None when the initiator ended the connection after an association was made."""
        first = link.receive_plain(INITIATOR_HELLO, M1)
        link.limit_time(self.arguments.deadline)
        if first.type == M1:
            keys = quick_mode.respond(link, first, self.policy, self.associations)
            if keys is not None:
                return keys
            report("unknown")
            first = link.receive_plain(INITIATOR_HELLO)
        association = main_mode.respond(link, first, self.identity, self.policy, self.associations)
        report("main mode", association=association.id.hex(), suite=association.suite.name, group=GROUPS[association.group].name,
               peer=association.peer, fate=association.fate, lifetimes=vars(association.lifetimes))
        link.authenticated = False  # Quick mode authenticates the initiator anew (8.1).
        first = link.receive_plain(M1, may_end=True)
        keys = None if first is None else quick_mode.respond(link, first, self.policy, self.associations)
        if first is not None and keys is None:
            raise Violation("3.1", "M1 names another association than the one just made")
        return keys

    def _serve_stream(self, channel: Channel, opened) -> None:
        if opened.service not in self.arguments.service:
            channel.abort(NO_SERVICE)
            raise ProtocolError(f"no service {opened.service}")
        if self.arguments.back_end:
            received = self._forward(channel)
        else:
            received = self._echo(channel)
        report("stream", number=opened.number, service=opened.service, received=received)

    def _echo(self, channel: Channel) -> int:
        received = 0
        while part := channel.read():
            if received == 0 and channel.newest == 1:
                channel.update()
            received += len(part)
            channel.write(part)
        channel.end()
        return received

    def _forward(self, channel: Channel) -> int:
        host, _, port = self.arguments.back_end.rpartition(":")
        try:
            back_end = socket.create_connection((host.strip("[]"), int(port)), 5)
        except OSError as error:
            channel.abort(BACK_END_UNREACHABLE)
            raise Truncated(f"back end: {error}") from error
        back_end.settimeout(None)
        answers = BackEndAnswers(channel, back_end)
        answers.start()
        received = 0
        try:
            with back_end:
                while part := channel.read():
                    received += len(part)
                    back_end.sendall(part)
                back_end.shutdown(socket.SHUT_WR)
                answers.join()
        except OSError as error:
            channel.abort(RESET)
            raise Truncated(f"back end: {error}") from error
        if answers.error is not None:
            raise answers.error
        return received


class BackEndAnswers(threading.Thread):
    """Carries the back end's bytes into the channel."""

    def __init__(self, channel: Channel, back_end: socket.socket):
        super().__init__(daemon=True)
        self.channel, self.back_end, self.error = channel, back_end, None

    def run(self) -> None:
        try:
            first = True
            while part := self.back_end.recv(65536):
                self.channel.write(part)
                if first and self.channel.newest == 1:
                    self.channel.update()
                first = False
            self.channel.end()
        except OSError as error:
            self.channel.abort(RESET)
            self.error = Truncated(f"back end: {error}")
        except ProtocolError as error:
            self.error = error


# Command line


def main(argv=None) -> int:
    arguments = parse(argv)
    try:
        identity = Identity(arguments.cert, arguments.key, arguments.ca)
        role = Initiator if arguments.role == "connect" else Responder
        role(arguments, identity, policy_of(arguments)).run()
    except (ProtocolError, OSError) as error:
        report_failure(error)
        return 1
    except KeyboardInterrupt:
        return 1
    report("done")
    return 0


def policy_of(arguments) -> Policy:
    suites, groups = ({item.name: item.number for item in table.values()} for table in (SUITES, GROUPS))
    lifetimes = Lifetimes(arguments.association_seconds, arguments.quick_modes, arguments.key_seconds, arguments.key_kilobytes)
    return Policy(tuple(suites[name] for name in arguments.suite or ("aes256-gcm", "aes128-gcm")),
                  tuple(groups[name] for name in arguments.group or ("p256",)), lifetimes,
                  peers=tuple(name.lower() for name in arguments.peer) if arguments.role == "listen" else (),
                  requires_shares=getattr(arguments, "require_pfs", False), key=SharedKey.read(arguments.psk) if arguments.psk else None,
                  ticket=Ticket() if arguments.kerberos else None)


def parse(argv):
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--port", type=int, required=True)
    common.add_argument("--cert", required=True, help="PEM: the leaf, then its intermediates")
    common.add_argument("--key", required=True)
    common.add_argument("--ca", required=True, help="PEM: the trusted roots")
    common.add_argument("--kerberos", action="store_true", help="authenticate by Kerberos only; peers are then krb=service/host (connect) or krb=principal@REALM (listen)")
    common.add_argument("--psk", help="NAME=FILE: authenticate by this pre-shared key only, not by certificates; peers are then psk=NAME")
    common.add_argument("--suite", action="append", choices=[suite.name for suite in SUITES.values()], help="in order of preference")
    common.add_argument("--group", action="append", choices=[group.name for group in GROUPS.values()], help="in order of preference")
    for name, value in vars(Lifetimes()).items():
        common.add_argument("--" + name.replace("_", "-"), type=int, default=value)
    common.add_argument("--deadline", type=float, default=HANDSHAKE_SECONDS, help="seconds for a handshake")
    parser = argparse.ArgumentParser(description=__doc__)
    roles = parser.add_subparsers(dest="role", required=True)
    connect = roles.add_parser("connect", parents=[common])
    connect.add_argument("--host", default="127.0.0.1")
    connect.add_argument("--peer", required=True, help="the DNS name that the responder must have")
    connect.add_argument("--service", default="echo")
    connect.add_argument("--streams", type=int, default=2)
    connect.add_argument("--data", help="a file, or - for stdin; without it, a payload of --bytes")
    connect.add_argument("--bytes", type=int, default=200000)
    connect.add_argument("--no-pfs", action="store_true", help="quick mode without shares")
    connect.add_argument("--second-connection", action="store_true", help="then another connection, quick mode only")
    connect.add_argument("--unknown-first", action="store_true", help="first present an association that the responder does not know")
    connect.add_argument("--enquiry", action="store_true", help="end the first connection after main mode")
    listen = roles.add_parser("listen", parents=[common])
    listen.add_argument("--host", default="127.0.0.1")
    listen.add_argument("--peer", action="append", required=True, help="a DNS name that may make associations; repeatable")
    listen.add_argument("--service", action="append", required=True, help="a service that is served; repeatable")
    listen.add_argument("--back-end", help="host:port to forward streams to; without it they are echoed")
    listen.add_argument("--require-pfs", action="store_true", help="refuse quick mode without shares")
    listen.add_argument("--connections", type=int, default=0, help="end after so many; 0 = run until stopped")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
