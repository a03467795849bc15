"""A collector that takes OTLP over HTTP, and keeps what it is sent."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class Collector:
    """`answer`: the status that it answers with; None: it never does."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/v1/traces"
        self.answer, self.location = 200, ""
        self.requests, self.headers, self.paths = [], [], []
        self.over = threading.Event()

    def spans(self, name=""):
        found = (
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        )
        return [span for span in found if not name or span.name == name]

    def text(self):
        """All that it was told, for who looks for a word in it."""
        return " ".join(str(each) for each in (*self.requests, *self.headers))


@contextmanager
def collecting():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            one.paths.append(self.path)
            one.headers.append(dict(self.headers.items()))
            if one.answer is None:
                one.over.wait(30)
                return
            assert self.headers["content-type"] == "application/x-protobuf"
            one.requests.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(one.answer)
            if one.location:
                self.send_header("location", one.location)
            told = ExportTraceServiceResponse().SerializeToString() if one.answer == 200 else b"watermelon"
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_):
            """A test says what it wants to know."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        one = Collector(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield one
        finally:
            one.over.set()
            server.shutdown()
            thread.join()
