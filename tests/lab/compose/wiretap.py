#!/usr/bin/env python3
"""wiretap.py PEER PORT: captures the TCP traffic of the interface that leads to PEER and serves what it saw.

GET /             a page: how much passed, the newest bytes, a field to look for a text
GET /seen?text=T  JSON: whether T passed readably, in either direction, and how much has passed at all
GET /capture.pcap the newest packets, for Wireshark
It keeps the newest 256 KiB of each of the newest 256 directions of connections, and the newest 4 MiB of packets.
"""
import collections, fcntl, html, http.server, json, socket, struct, subprocess, sys, threading, urllib.parse

KEPT_FLOWS, KEPT_FLOW_BYTES, KEPT_PACKET_BYTES = 256, 256 << 10, 4 << 20


class Capture:
    def __init__(self):
        self.lock, self.flows, self.packets = threading.Lock(), collections.OrderedDict(), collections.deque()
        self.header, self.kept, self.count, self.payload_bytes, self.last = b"", 0, 0, 0, (b"", b"")

    def follow(self, stream):
        self.header = stream.read(24)
        while len(record := stream.read(16)) == 16:
            self.take(record, stream.read(struct.unpack("=IIII", record)[2]))

    def take(self, record, frame):
        flow, payload = payload_of(frame)
        with self.lock:
            self.packets.append(record + frame)
            self.kept += len(record) + len(frame)
            while self.kept > KEPT_PACKET_BYTES:
                self.kept -= len(self.packets.popleft())
            self.count += 1
            if payload:
                self.payload_bytes += len(payload)
                self.last = (flow, payload)
                bytes_of_flow = self.flows.setdefault(flow, bytearray())
                bytes_of_flow += payload
                del bytes_of_flow[:-KEPT_FLOW_BYTES]
                self.flows.move_to_end(flow)
                while len(self.flows) > KEPT_FLOWS:
                    self.flows.popitem(last=False)

    def seen(self, text):
        with self.lock:
            found = bool(text) and any(text.encode() in flow for flow in self.flows.values())
            return {"text": text, "seen": found, "packets": self.count, "payloadBytes": self.payload_bytes}

    def pcap(self):
        with self.lock:
            return self.header + b"".join(self.packets)


def payload_of(frame):
    """The direction of a connection (addresses and ports) and the TCP payload of an Ethernet frame with IPv4 or IPv6."""
    kind, ip = frame[12:14], frame[14:]
    if kind == b"\x08\x00" and len(ip) >= 20 and ip[9] == 6:
        addresses, tcp = ip[12:20], ip[(ip[0] & 15) * 4:max(struct.unpack("!H", ip[2:4])[0], 20)]
    elif kind == b"\x86\xdd" and len(ip) >= 40 and ip[6] == 6:
        addresses, tcp = ip[8:40], ip[40:40 + struct.unpack("!H", ip[4:6])[0]]
    else:
        return b"", b""
    return (addresses + tcp[:4], tcp[(tcp[12] >> 4) * 4:]) if len(tcp) >= 20 else (b"", b"")


def interface_to(peer, port):
    """The name of the interface by which this host reaches the peer: the one that has the address it would send from."""
    family, kind, _, _, address = socket.getaddrinfo(peer, port, socket.AF_INET, socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as probe:
        probe.connect(address)
        own = socket.inet_aton(probe.getsockname()[0])
        for _, name in socket.if_nameindex():
            try:
                if fcntl.ioctl(probe, 0x8915, struct.pack("256s", name.encode()))[20:24] == own:  # SIOCGIFADDR
                    return name
            except OSError:
                pass  # An interface without an address.
    raise SystemExit(f"wiretap: no interface leads to {peer}")


def dump(payload):
    for at in range(0, min(len(payload), 512), 16):
        line = payload[at:at + 16]
        yield f"{at:04x}  {line.hex(' '):47}  {''.join(chr(b) if 32 <= b < 127 else '.' for b in line)}"


PAGE = """<!doctype html><meta charset="utf-8"><title>Wiretap</title>
<h1>What passes on the network between front end and back end</h1>
<p>Interface {interface}: {packets} packets, {payload} bytes of payload. <a href="/capture.pcap">capture.pcap</a></p>
<form><input name="text" value="{text}" placeholder="a text, for example Mailbox"> <button>Did it pass readably?</button> <b>{answer}</b></form>
<h2>The newest payload</h2><pre>{dump}</pre>"""


def handler(capture, interface):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            url = urllib.parse.urlsplit(self.path)
            text = urllib.parse.parse_qs(url.query).get("text", [""])[0]
            if url.path == "/":
                seen = capture.seen(text)
                answer = "" if not text else "YES, it was seen" if seen["seen"] else "no"
                self.send("text/html; charset=utf-8", PAGE.format(interface=interface, packets=seen["packets"], payload=seen["payloadBytes"],
                    text=html.escape(text, True), answer=answer, dump=html.escape("\n".join(dump(capture.last[1])))).encode())
            elif url.path == "/seen":
                self.send("application/json", json.dumps(capture.seen(text)).encode())
            elif url.path == "/capture.pcap":
                self.send("application/vnd.tcpdump.pcap", capture.pcap())
            else:
                self.send_error(404)

        def send(self, kind, body):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def main():
    peer, port = sys.argv[1], int(sys.argv[2])
    interface = interface_to(peer, port)
    capture = Capture()
    tcpdump = subprocess.Popen(["tcpdump", "-i", interface, "-U", "-s", "0", "-w", "-", "tcp"], stdout=subprocess.PIPE)
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 8081), handler(capture, interface))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    capture.follow(tcpdump.stdout)
    raise SystemExit(f"wiretap: tcpdump ended with {tcpdump.wait()}")


if __name__ == "__main__":
    main()
