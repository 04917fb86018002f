"""ClickHouse's HTTP interface over its embedded engine, for tests: usage: clickhouse.py PORT FOLDER

What the crate `clickhouse` says and needs: a statement in the body or in `query`, rows to insert behind it,
settings and parameters as arguments, errors with their code. One statement runs at
a time, so that the settings of one are not those of another.
"""

import json
import re
import signal
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chdb.state import connect

# Arguments of the interface itself; all others are settings, or parameters when they begin with param_.
INTERFACE_ARGUMENTS = {
    "query", "database", "default_format", "query_id", "session_id", "decompress", "compress", "user",
    "password", "role", "wait_end_of_query", "buffer_size", "enable_http_compression",
}
INSERT = re.compile(rb"^\s*(INSERT\s+INTO\s.*?)\s+FORMAT\s+(\w+)[ \t]*;?\r?\n?", re.IGNORECASE | re.DOTALL)
# How the interface answers errors that are the asker's: unknown tables and databases, bad syntax.
STATUS_OF_CODE = {60: 404, 81: 404, 46: 400, 47: 400, 62: 400}
CODE_UNKNOWN = 1002
CHUNK_BYTES = 1 << 20


class Engine:
    def __init__(self, folder):
        self.connection = connect(folder)
        self.lock = threading.Lock()

    def run(self, query, body, arguments):
        """The answer's bytes, and how many rows were written."""
        settings = {name: value for name, value in arguments.items()
                    if name not in INTERFACE_ARGUMENTS and not name.startswith("param_")}
        parameters = {name.removeprefix("param_"): value for name, value in arguments.items()
                      if name.startswith("param_")}
        with self.lock:
            self.connection.query("USE `%s`" % (arguments.get("database") or "default"))
            try:
                for name, value in settings.items():
                    self.connection.query("SET %s = '%s'" % (word(name), escaped(value)))
                return self.execute(query, body, arguments, parameters)
            finally:
                for name in settings:
                    self.connection.query("SET %s = DEFAULT" % word(name))

    def close(self):
        """What runs is finished first, or the engine would wait for itself for ever; what comes after is never run."""
        self.lock.acquire()
        self.connection.close()

    def execute(self, query, body, arguments, parameters):
        insert = INSERT.match(query)
        if insert:
            rows = query[insert.end():] + body
            return b"", self.insert(insert.group(1).decode(), insert.group(2).decode(), rows)
        text = (query + b"\n" + body).decode()
        result = self.connection.query(text, arguments.get("default_format") or "TabSeparated", parameters or None)
        return (bytes(result.bytes() or b"") if result is not None else b""), 0

    def insert(self, statement, rows_format, rows):
        with self.connection.send_insert(statement, rows_format) as insert:
            for offset in range(0, len(rows), CHUNK_BYTES):
                insert.append(rows[offset:offset + CHUNK_BYTES])
            return insert.finish().rows_written


def word(name):
    return re.sub(r"\W", "", name)


def escaped(value):
    return value.replace("\\", "\\\\").replace("'", "\\'")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Headers and body in one packet.
    wbufsize = -1

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.handle_query(b"")

    def do_POST(self):
        self.handle_query(self.body())

    def body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def handle_query(self, body):
        url = urlsplit(self.path)
        arguments = dict(parse_qsl(url.query, keep_blank_values=True))
        if url.path == "/ping":
            return self.reply(200, b"Ok.\n", {})
        query = arguments.get("query", "").encode()
        if not query:
            query, body = body, b""
        headers = {"X-ClickHouse-Query-Id": arguments.get("query_id") or str(uuid.uuid4())}
        try:
            answer, written = self.server.engine.run(query, body, arguments)
            headers["X-ClickHouse-Summary"] = json.dumps({"written_rows": str(written)})
            self.reply(200, answer, headers)
        except Exception as error:  # The engine raises only RuntimeError, with its own error within.
            text = str(error.__cause__ or error)
            code = re.search(r"Code: (\d+)", text)
            code = int(code.group(1)) if code else CODE_UNKNOWN
            headers["X-ClickHouse-Exception-Code"] = str(code)
            self.reply(STATUS_OF_CODE.get(code, 500), text.encode(), headers)

    def reply(self, status, data, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    server.engine = Engine(sys.argv[2])
    # The engine writes what it has before it is gone; from a thread, for the loop waits for itself.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.engine.close()


main()
