"""A player over WebSocket: says Hello, is let in, and takes what a player is sent. See protocol/WIRE.md."""

import base64
import os
import pathlib
import re
import socket
import struct
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER_BYTES = 8
BINARY, CLOSE = 2, 8


def kinds():
    """The numbers of the wire's messages, as its standard lists them."""
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (?:up|down) \|", (ROOT / "protocol/WIRE.md").read_text(), re.M)
    return {int(number): name for number, name in rows}


def hello():
    """The golden one, without the token and the tickets that it holds for example."""
    message = bytearray((ROOT / "protocol/golden/hello.bin").read_bytes())
    schema = (ROOT / "protocol/schemas/up.fbs").read_text()
    fields = re.findall(r"^  (\w+):", schema.split("table Hello {")[1].split("}")[0], re.M)
    table = HEADER_BYTES + struct.unpack_from("<I", message, HEADER_BYTES)[0]
    layout = table - struct.unpack_from("<i", message, table)[0]
    for name in ("resume_token", "ticket", "line_ticket"):
        struct.pack_into("<H", message, layout + 4 + 2 * fields.index(name), 0)
    return bytes(message)


class Socket:
    """As much of RFC 6455 as it takes."""

    def __init__(self, host, port, host_header):
        self.stream = socket.create_connection((host, port), timeout=10)
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {host_header}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.reader = self.stream.makefile("rb")
        status = self.reader.readline()
        if b" 101 " not in status:
            raise SystemExit(f"no WebSocket: {status.decode().strip()}")
        while self.reader.readline().strip():
            pass

    def send(self, payload):
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        head = struct.pack("!BB", 0x80 | BINARY, 0x80 | 126) + struct.pack("!H", len(payload))
        self.stream.sendall(head + mask + masked)

    def receive(self):
        first, second = self.reader.read(2)
        length = second & 127
        if length > 125:
            length = int.from_bytes(self.reader.read(2 if length == 126 else 8), "big")
        return first & 15, self.reader.read(length)


def play(host, port, host_header, seconds):
    """Counts of the messages that came, by name."""
    names, counts = kinds(), {}
    link = Socket(host, port, host_header)
    link.send(hello())
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        code, payload = link.receive()
        if code == CLOSE:
            raise SystemExit(f"closed after {counts}")
        if code == BINARY:
            name = names.get(payload[0], str(payload[0]))
            counts[name] = counts.get(name, 0) + 1
    return counts
