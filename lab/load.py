"""load.py URL: four clients that ask for URL without end, each on a connection of its own; a line every five seconds."""
import http.client
import sys
import threading
import time
import urllib.parse

url = urllib.parse.urlsplit(sys.argv[1])
count, failures, lock = 0, 0, threading.Lock()


def client():
    global count, failures
    while True:
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
        try:
            for _ in range(100):
                connection.request("GET", url.path)
                connection.getresponse().read()
                with lock:
                    count += 1
        except OSError:
            with lock:
                failures += 1
            time.sleep(0.5)
        finally:
            connection.close()


for _ in range(4):
    threading.Thread(target=client, daemon=True).start()
while True:
    time.sleep(5)
    print(f"{count} answers, {failures} failures", flush=True)
