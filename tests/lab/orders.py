"""orders.py PORT LEDGER: a back end that carries out numbered orders (HTTP POST /NUMBER), until it is killed.

An order whose content is the whole of what its number determines becomes one line of the ledger, then it is answered. What must not be is a line too,
that begins with "!". Until an answer is complete, the end of this process is a reset for its clients: a kill must not look like the end of an answer.
"""
import hashlib
import os
import socket
import struct
import sys
import threading

RESET, WAIT = struct.pack("ii", 1, 0), struct.pack("ii", 0, 0)
ledger = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def text(what, number):
    size = int.from_bytes(hashlib.sha256(f"{what} {number}".encode()).digest()[:4], "big") % 200_000 + 1
    return hashlib.shake_256(f"{what} {number}".encode()).digest(size)


def write(line):
    os.write(ledger, f"{line}\n".encode())


def hear(connection):
    """The head and the content, or None where the other side ended before both were there."""
    heard, size = b"", None
    while size is None or len(heard) < size:
        more = connection.recv(65536)
        if not more:
            return None
        heard += more
        if size is None and b"\r\n\r\n" in heard:
            head = heard.split(b"\r\n\r\n")[0].decode("ascii")
            fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:])
            size = len(head) + 4 + int(fields["content-length"])
    return head.split(" ")[1], heard[len(head) + 4:]


def serve(connection):
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        order = hear(connection)
        if order is None:
            return
        number = int(order[0].strip("/"))
        if order[1] != text("order", number):
            write(f"! order {number} was changed")
            return
        write(f"{number} {hashlib.sha256(order[1]).hexdigest()}")
        answer = text("answer", number)
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n".encode() + answer)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, WAIT)
    except OSError:
        pass  # Cut with a node.
    finally:
        connection.close()


listening = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024)
print("listening", flush=True)
while True:
    threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()
