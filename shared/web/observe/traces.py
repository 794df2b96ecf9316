"""Requests as OpenTelemetry's spans, sent to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names.

A span is made from what was noted of a request, after its reply, so nobody waits for it. Only a server whose
environment names a collector imports this module. Names and attributes are those of OpenTelemetry's semantic
conventions for HTTP servers.
"""

import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, StatusCode, format_trace_id, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.session.calls.timing import Timing
from shared.web.observe.request_log import RequestLog

_PHASES = frozenset(("load", "env", "save"))
_MOST_CHILDREN = 256
"""Spans below a request's own. A batch has three for each of its calls."""

_LAST_SPANS_S = 3.0
"""How long a server that ends waits for a collector to take its last spans."""

_PROPAGATOR = TraceContextTextMapPropagator()


class TracedTiming(Timing):
    """The times of a request, which also remember when each of its phases was."""

    scope: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """The request's, as ASGI has it."""
    phases: list[tuple[str, float, float]] = msgspec.field(default_factory=list)
    """Each phase with its beginning and its end, readings of `time.perf_counter`; at most 256."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _PHASES and len(self.phases) < _MOST_CHILDREN:
            # A phase is added to the sum as soon as it is over.
            now = time.perf_counter()
            self.phases.append((name, now - (value - getattr(self, name)), now))
        super().__setattr__(name, value)


class Traces:
    """Sends the spans of one process. OpenTelemetry's own variables say where, which and how often."""

    def __init__(self) -> None:
        resource = Resource.create({SERVICE_VERSION: version("gym-http-serverless")})
        if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
            resource = resource.merge(Resource({SERVICE_NAME: "gym-http"}))
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._exporter: SpanExporter = OTLPSpanExporter()
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("gym_http")

    def timing(self, began: float, scope: Mapping[str, Any]) -> TracedTiming:
        """What notes the times of a request that began then."""
        return TracedTiming(began=began, scope=scope)

    def record(self, log: RequestLog) -> str:
        """Make the spans of an answered request, and return the id of its trace: 32 hexadecimal digits."""
        timing = log.timing
        epoch = log.ended - (timing.began + timing.elapsed())
        span = self._tracer.start_span(
            f"{log.method if log.method != 'other' else 'HTTP'} {log.endpoint}",
            _parent(log),
            SpanKind.SERVER,
            _attributes(log),
            start_time=_nanoseconds(epoch + timing.began),
        )
        if isinstance(timing, TracedTiming) and span.is_recording():
            for phase, began, ended in timing.phases:
                child = self._tracer.start_span(
                    phase, set_span_in_context(span), start_time=_nanoseconds(epoch + began)
                )
                child.end(_nanoseconds(epoch + ended))
        if log.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            span.set_status(StatusCode.ERROR)
        span.end(_nanoseconds(log.ended))
        return format_trace_id(span.get_span_context().trace_id)

    def shut_down(self) -> None:
        """Send what is left, for as long as a server that ends can wait. Then no further attempt is made."""
        sending = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        sending.start()
        sending.join(_LAST_SPANS_S)
        if sending.is_alive():
            self._exporter.shutdown()


def _parent(log: RequestLog) -> Context:
    """The span of the caller's that this request belongs to, as `traceparent` has it (W3C Trace Context)."""
    carrier = {
        name: log.headers[name.encode()].decode("latin-1")
        for name in ("traceparent", "tracestate")
        if name.encode() in log.headers
    }
    return _PROPAGATOR.extract(carrier, Context())


def _attributes(log: RequestLog) -> dict[str, str | int]:
    attributes: dict[str, str | int] = {
        "http.request.method": log.method if log.method != "other" else "_OTHER",
        "http.response.status_code": log.status,
        "http.route": log.endpoint,
    }
    if isinstance(log.timing, TracedTiming):
        attributes |= _of_the_connection(log.timing.scope)
    agent = log.headers.get(b"user-agent")
    if agent is not None:
        attributes["user_agent.original"] = agent[:256].decode("latin-1")
    if log.instance_id is not None:
        attributes["gym_http.instance_id"] = log.instance_id
    if log.problem is not None:
        attributes["gym_http.problem"] = log.problem
    if log.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        attributes["error.type"] = log.problem or str(log.status)
    return attributes


def _of_the_connection(scope: Mapping[str, Any]) -> dict[str, str | int]:
    """No query: an address may hold a ticket."""
    attributes: dict[str, str | int] = {
        "url.path": scope.get("path", ""),
        "url.scheme": scope.get("scheme", "http"),
        "network.protocol.version": scope.get("http_version", "1.1"),
    }
    for name, place in (("server", scope.get("server")), ("client", scope.get("client"))):
        if place is not None and place[0]:
            attributes[f"{name}.address"] = place[0]
            if place[1]:
                attributes[f"{name}.port"] = place[1]
    return attributes


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
