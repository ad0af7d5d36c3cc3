"""wiretap.py PORT HTTP_PORT: keeps what passes on TCP port PORT of this network namespace, and serves what somebody who listens can read of it.

GET /             how much passed, which readable words were in it, the last packets as hexadecimal digits
GET /find?TEXT    whether the text passed: 200 with "seen" or 404 with "not seen"
"""
import collections
import http.server
import re
import socket
import struct
import sys
import threading
import urllib.parse

PORT, HTTP_PORT = int(sys.argv[1]), int(sys.argv[2])
KEPT = 64 * 1024 * 1024
ETH_P_ALL = 3

packets, kept, total, lock = collections.deque(), 0, 0, threading.Lock()


def payload(frame):
    """The bytes that TCP carries on the port, or none. Ethernet and IPv4 only, as in the lab."""
    if frame[12:14] != b"\x08\x00" or frame[23] != 6:
        return b""
    tcp = 14 + (frame[14] & 15) * 4
    if PORT not in struct.unpack("!HH", frame[tcp:tcp + 4]):
        return b""
    end = 14 + struct.unpack("!H", frame[16:18])[0]
    return frame[tcp + (frame[tcp + 12] >> 4) * 4:end]


def capture():
    global kept, total
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    while True:
        some = payload(tap.recv(65600))
        if some:
            with lock:
                packets.append(some)
                kept += len(some)
                total += len(some)
                while kept > KEPT:
                    kept -= len(packets.popleft())


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        with lock:
            seen, last, passed = b"".join(packets), list(packets)[-8:], total
        if url.path == "/find":
            found = urllib.parse.unquote_to_bytes(url.query) in seen
            return self.answer(200 if found else 404, "seen\n" if found else "not seen\n")
        words = sorted({w.decode() for w in re.findall(rb"[A-Za-z][A-Za-z ]{7,}", seen)}, key=len, reverse=True)[:40]
        lines = [f"{passed} bytes passed on port {PORT}", f"readable in them, longest first: {', '.join(words) or 'nothing'}", "", "the last packets:"]
        self.answer(200, "\n".join(lines + [p[:64].hex(" ") for p in last]) + "\n")

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


threading.Thread(target=capture, daemon=True).start()
print(f"listening in on port {PORT}", flush=True)
http.server.ThreadingHTTPServer(("", HTTP_PORT), Page).serve_forever()
