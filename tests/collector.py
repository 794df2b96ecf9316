"""An OpenTelemetry collector on this machine, which keeps what it is sent."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Received:
    """One span, in the terms of the tests."""

    service: str
    span: Span

    @property
    def name(self) -> str:
        return str(self.span.name)

    @property
    def trace(self) -> str:
        return self.span.trace_id.hex()

    @property
    def attributes(self) -> dict[str, Any]:
        return {
            each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in self.span.attributes
        }


@dataclass
class Collector:
    """What was sent so far, and where to send more."""

    url: str = ""
    spans: list[Received] = field(default_factory=list)

    def wait_for(self, count: int) -> list[Received]:
        """The spans, once there are so many."""
        deadline = time.monotonic() + 30
        while len(self.spans) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return list(self.spans)


@contextmanager
def collector() -> Iterator[Collector]:
    """A collector on a port that the system chose, until the block ends."""
    kept = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            assert (self.path, self.headers["content-type"]) == ("/v1/traces", "application/x-protobuf")
            kept.spans += _spans(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_address[1]}"
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield kept
        finally:
            server.shutdown()
            serving.join()


def _spans(sent: ExportTraceServiceRequest) -> Iterator[Received]:
    for resource in sent.resource_spans:
        [service] = [
            each.value.string_value for each in resource.resource.attributes if each.key == "service.name"
        ]
        for scope in resource.scope_spans:
            yield from (Received(service, span) for span in scope.spans)
