"""A request becomes a span with its phases below it, as OpenTelemetry's conventions have them."""

import threading
import time
from collections.abc import Iterator

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from shared.session.calls.timing import Timing
from shared.web.observe.request_log import RawHeaders, RequestLog
from shared.web.observe.traces import TracedTiming, Traces
from tests.collector import Collector, collector

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
"""Those of the example in W3C Trace Context."""
SCOPE = {
    "path": "/v1/envs/an-id/step/",
    "query_string": b"ticket=secret",
    "scheme": "http",
    "http_version": "1.1",
    "server": ("127.0.0.1", 5000),
    "client": ("127.0.0.1", 40000),
}


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collector() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        yield receiver


def answered(timing: Timing, headers: RawHeaders | None = None, status: int = 200) -> RequestLog:
    log = RequestLog(headers or {}, "a-request", timing, method="POST", endpoint="/v1/envs/{instance_id}/step/")
    log.instance_id, log.status = "an-id", status
    log.ended, timing.ended = time.time(), time.perf_counter()
    return log


def sent(receiver: Collector, traces: Traces) -> dict[str, Span]:
    """The spans by their names, once all have been sent."""
    traces.shut_down()
    assert {each.service for each in receiver.spans} <= {"gym-http"}
    return {each.name: each.span for each in receiver.spans}


def test_a_request_is_a_server_span_by_the_conventions(receiver: Collector) -> None:
    traces = Traces()
    log = answered(traces.timing(time.perf_counter(), SCOPE), {b"user-agent": b"agent/1"})
    trace = traces.record(log)
    traces.shut_down()
    [received] = receiver.spans
    assert (received.name, received.trace) == ("POST /v1/envs/{instance_id}/step/", trace)
    assert received.span.kind == Span.SPAN_KIND_SERVER
    assert received.span.status.code == Status.STATUS_CODE_UNSET
    assert received.attributes == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/v1/envs/{instance_id}/step/",
        "url.path": "/v1/envs/an-id/step/",
        "url.scheme": "http",
        "network.protocol.version": "1.1",
        "server.address": "127.0.0.1",
        "server.port": 5000,
        "client.address": "127.0.0.1",
        "client.port": 40000,
        "user_agent.original": "agent/1",
        "gym_http.instance_id": "an-id",
    }


def test_its_phases_are_below_it_and_when_they_were(receiver: Collector) -> None:
    traces = Traces()
    timing = traces.timing(time.perf_counter(), SCOPE)
    for phase, seconds in (("load", 0.01), ("env", 0.03), ("save", 0.02)):
        began = time.perf_counter()
        time.sleep(seconds)
        setattr(timing, phase, getattr(timing, phase) + time.perf_counter() - began)
    traces.record(answered(timing))
    spans = sent(receiver, traces)
    request = spans.pop("POST /v1/envs/{instance_id}/step/")
    assert list(spans) == ["load", "env", "save"]
    assert {span.parent_span_id for span in spans.values()} == {request.span_id}
    edges = [edge for span in spans.values() for edge in (span.start_time_unix_nano, span.end_time_unix_nano)]
    slack = 1_000_000
    assert edges == sorted(edges)
    assert request.start_time_unix_nano - slack <= edges[0]
    assert edges[-1] <= request.end_time_unix_nano + slack
    spent = {name: (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9 for name, span in spans.items()}
    assert spent == pytest.approx({"load": timing.load, "env": timing.env, "save": timing.save}, abs=1e-5)


def test_the_sums_of_a_traced_request_are_those_of_any_other() -> None:
    timing = TracedTiming(scope=SCOPE)
    timing.load += 1.0
    timing.load += 2.0
    timing.env += 4.0
    assert (timing.load, timing.env, timing.save) == (3.0, 4.0, 0.0)
    assert [(phase, round(ended - began, 6)) for phase, began, ended in timing.phases] == [
        ("load", 1.0),
        ("load", 2.0),
        ("env", 4.0),
    ]


def test_a_large_batch_has_a_bounded_number_of_spans() -> None:
    timing = TracedTiming()
    for _ in range(1000):
        timing.env += 0.001
    assert (len(timing.phases), round(timing.env, 6)) == (256, 1.0)


def test_the_callers_trace_goes_on(receiver: Collector) -> None:
    traces = Traces()
    headers = {b"traceparent": f"00-{TRACE}-{CALLER}-01".encode(), b"tracestate": b"rojo=1"}
    assert traces.record(answered(traces.timing(time.perf_counter(), SCOPE), headers)) == TRACE
    [span] = sent(receiver, traces).values()
    assert (span.trace_id.hex(), span.parent_span_id.hex(), span.trace_state) == (TRACE, CALLER, "rojo=1")


def test_what_the_caller_does_not_sample_is_not_sent_and_still_in_the_log(receiver: Collector) -> None:
    traces = Traces()
    headers = {b"traceparent": f"00-{TRACE}-{CALLER}-00".encode()}
    assert traces.record(answered(traces.timing(time.perf_counter(), SCOPE), headers)) == TRACE
    assert sent(receiver, traces) == {}


@pytest.mark.parametrize("given", ["", "00-0-0-01", f"00-{'0' * 32}-{CALLER}-01", "\xff" * 500, f"00-{TRACE}"])
def test_a_malformed_traceparent_begins_a_trace(given: str, receiver: Collector) -> None:
    traces = Traces()
    headers = {b"traceparent": given.encode("latin-1")}
    trace = traces.record(answered(traces.timing(time.perf_counter(), SCOPE), headers))
    [span] = sent(receiver, traces).values()
    assert (span.trace_id.hex(), span.parent_span_id) == (trace, b"")
    assert len(trace) == 32
    assert trace != TRACE


def test_a_failure_of_the_servers_is_an_error_and_one_of_the_clients_is_not(receiver: Collector) -> None:
    traces = Traces()
    for status, problem in ((422, "invalid-action"), (503, "store-unavailable")):
        log = answered(Timing(), status=status)
        log.problem = problem
        traces.record(log)
    traces.shut_down()
    refused, failed = receiver.spans
    assert (refused.span.status.code, refused.attributes["gym_http.problem"]) == (0, "invalid-action")
    assert "error.type" not in refused.attributes
    assert failed.span.status.code == Status.STATUS_CODE_ERROR
    assert failed.attributes["error.type"] == "store-unavailable"


def test_a_method_that_is_not_served_is_named_as_the_conventions_have_it(receiver: Collector) -> None:
    traces = Traces()
    log = answered(Timing(), status=405)
    log.method = "other"
    traces.record(log)
    [span] = sent(receiver, traces)
    assert span == "HTTP /v1/envs/{instance_id}/step/"
    assert receiver.spans[0].attributes["http.request.method"] == "_OTHER"


def test_the_services_name_is_the_operators_where_he_gives_one(
    receiver: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "lab-7")
    traces = Traces()
    traces.record(answered(Timing()))
    traces.shut_down()
    assert [each.service for each in receiver.spans] == ["lab-7"]


def test_a_collector_that_is_away_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing goes on after it: the exporter alone would try for a minute."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")  # discard: nobody listens
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "600")
    traces = Traces()
    traces.record(answered(Timing()))
    began = time.monotonic()
    traces.shut_down()
    assert time.monotonic() - began < 30
    for thread in threading.enumerate():
        if thread.name == "traces":
            thread.join(30)
            assert not thread.is_alive()
