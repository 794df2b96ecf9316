"""The store in a bucket: what a lost reply, a refusal and a wrong setting come to."""

import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.s3.seaweedfs import SeaweedFS
from shared.errors import OutcomeUnknown, StoreUnavailable
from shared.storage.cloud.s3 import S3Store
from shared.storage.protocol import ABSENT, Conflict, Store, Stored, Tag
from shared.storage.testing.contract import SharedStoreContract
from shared.storage.testing.listings import ListingRules
from shared.storage.testing.objects import ODD_KEYS, ObjectRules
from tests.blocking import Blocking, result
from tests.fixtures_s3 import BUCKET
from tests.shared.storage.cloud.certificates import authority
from tests.shared.storage.cloud.wire import Answer, Fate, Wire, running_wire

S3 = Blocking[S3Store]
KEY = "state/me/one"
TAG = Tag('"0123456789abcdef0123456789abcdef"')

CALLS: dict[str, Callable[[S3], object]] = {
    "get": lambda store: store.get(KEY),
    "get unless": lambda store: store.get(KEY, unless=TAG),
    "put": lambda store: store.put(KEY, b"body"),
    "put absent": lambda store: store.put(KEY, b"body", expect=ABSENT),
    "put expecting": lambda store: store.put(KEY, b"body", expect=TAG),
    "delete": lambda store: store.delete(KEY),
    "delete expecting": lambda store: store.delete(KEY, expect=TAG),
    "list": lambda store: store.list("state/"),
}
CONDITIONAL = ["put absent", "put expecting", "delete expecting"]
UNCONDITIONAL = sorted(CALLS.keys() - set(CONDITIONAL))


class TestS3Store(SharedStoreContract):
    """A real server."""

    @pytest.fixture
    def store(self, s3: S3) -> Store:
        return s3.store

    @pytest.fixture
    def second(self, s3: S3) -> Iterator[Store]:
        store = S3Store(BUCKET, s3.store.prefix)
        yield store
        result(store.close())


class TestS3StoreThatHoldsTheLoop(SharedStoreContract):
    """A real server, asked by a process that makes one call after another, beside one that does not."""

    @pytest.fixture
    def store(self, s3: S3) -> Store:
        assert s3.store.capabilities.hold_loop is not None
        s3.store.capabilities.hold_loop()
        return s3.store

    @pytest.fixture
    def second(self, s3: S3) -> Iterator[Store]:
        store = S3Store(BUCKET, s3.store.prefix)
        yield store
        result(store.close())


class TestS3StoreOnMoto(ObjectRules, ListingRules):
    """AWS's own answers, as moto's server imitates them. It is not atomic, so the rules of races are left out."""

    @pytest.fixture
    def store(self, moto: S3) -> Store:
        return moto.store


@pytest.fixture
def wire(s3: S3, aws_environment: SeaweedFS, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A proxy to the server that `s3` uses directly."""
    s3.get(KEY)  # it now has a client for the server's own address
    with running_wire(aws_environment.endpoint) as wire:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", wire.endpoint)
        yield wire


@pytest.fixture
def wired(wire: Wire, s3: S3) -> Iterator[S3]:
    """The objects of `s3`, through the proxy."""
    store = Blocking(S3Store(BUCKET, s3.store.prefix))
    yield store
    store.close()


def assert_tells(error: StoreUnavailable, *words: str) -> None:
    """The error is one sentence that names the setting, has `words` and repeats no secret."""
    for word in ("GYM_HTTP_STORE", *words):
        assert word in error.detail
    assert error.detail.endswith(".")
    assert "\n" not in error.detail
    assert "testing" not in error.detail


# ----- conditional writes whose reply does not come


@pytest.mark.parametrize("fate", [Fate.REPLY_LOST, Fate.DROPPED])
def test_a_put_whose_reply_is_lost_has_an_unknown_outcome_and_is_sent_once(
    s3: S3, wired: S3, wire: Wire, fate: Fate
) -> None:
    tag = s3.put(KEY, b"first")
    wire.fates.append(fate)
    with pytest.raises(OutcomeUnknown):
        wired.put(KEY, b"second", expect=tag)
    assert wire.methods == ["PUT"]
    stored = s3.get(KEY)
    assert isinstance(stored, Stored)
    assert stored.body == (b"second" if fate is Fate.REPLY_LOST else b"first")


def test_a_delete_whose_reply_is_lost_has_an_unknown_outcome_and_is_sent_once(
    s3: S3, wired: S3, wire: Wire
) -> None:
    tag = s3.put(KEY, b"first")
    wire.fates.append(Fate.REPLY_LOST)
    with pytest.raises(OutcomeUnknown):
        wired.delete(KEY, expect=tag)
    assert wire.methods == ["DELETE"]
    assert s3.get(KEY) is None


@pytest.mark.parametrize("call", CONDITIONAL)
def test_a_refused_precondition_is_told_as_sent_once(s3: S3, wired: S3, wire: Wire, call: str) -> None:
    s3.put(KEY, b"another version")
    with pytest.raises(Conflict) as raised:
        CALLS[call](wired)
    assert raised.value.sent_once
    assert len(wire.methods) == 1


def test_a_repeated_put_is_a_conflict_with_its_own_success(s3: S3, wired: S3, wire: Wire) -> None:
    """A conflict does not prove that nothing was written."""
    tag = s3.put(KEY, b"first")
    wire.fates.append(Fate.REPLY_LOST)
    with pytest.raises(OutcomeUnknown):
        wired.put(KEY, b"second", expect=tag)
    with pytest.raises(Conflict):
        wired.put(KEY, b"second", expect=tag)


@pytest.mark.parametrize("call", CONDITIONAL)
def test_a_conditional_write_that_is_never_answered_has_an_unknown_outcome(s3: S3, wire: Wire, call: str) -> None:
    store = Blocking(S3Store(BUCKET, s3.store.prefix, timeout_s=0.5))
    wire.fates.append(Fate.IGNORED)
    with pytest.raises(OutcomeUnknown):
        CALLS[call](store)
    assert wire.arrived.wait(10)
    assert len(wire.methods) == 1
    store.close()


@pytest.mark.parametrize("call", CONDITIONAL)
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(412, "PreconditionFailed"), Conflict),
        (Answer(409, "ConditionalRequestConflict"), Conflict),
        (Answer(404, "NoSuchKey"), Conflict),
        (Answer(500, "InternalError"), OutcomeUnknown),
        (Answer(502), OutcomeUnknown),
        (Answer(503, "SlowDown"), OutcomeUnknown),
        (Answer(404, "NoSuchBucket"), StoreUnavailable),
        (Answer(403, "AccessDenied"), StoreUnavailable),
        (Answer(501, "NotImplemented"), StoreUnavailable),
    ],
    ids=lambda value: f"{value.status} {value.code}" if isinstance(value, Answer) else None,
)
def test_an_error_in_reply_to_a_conditional_write_is_told_and_not_repeated(
    wired: S3, wire: Wire, call: str, answer: Answer, outcome: type[Exception]
) -> None:
    wire.fates.append(answer)
    with pytest.raises(outcome) as raised:
        CALLS[call](wired)
    assert type(raised.value) is outcome
    assert len(wire.methods) == 1


def test_a_put_does_not_ask_before_it_sends_its_body(wired: S3, wire: Wire) -> None:
    """A server or proxy that does not answer `Expect: 100-continue` costs boto3 a second a put."""
    wired.put(KEY, b"body")
    wired.put(KEY, b"body", expect=wired.put(KEY, b"other"))
    assert [headers["Expect"] for headers in wire.headers] == [None] * 3


# ----- unconditional calls are repeated


@pytest.mark.parametrize("call", UNCONDITIONAL)
@pytest.mark.parametrize("fate", [Answer(503, "SlowDown"), Fate.DROPPED])
def test_an_unconditional_call_is_repeated_until_it_goes_through(
    wired: S3, wire: Wire, call: str, fate: Fate | Answer
) -> None:
    wire.fates.append(fate)
    CALLS[call](wired)
    assert len(wire.methods) > 1


@pytest.mark.parametrize("call", ["get", "list"])
@pytest.mark.parametrize("cuts", [1, 2])
def test_a_reply_that_breaks_off_is_asked_for_again(s3: S3, wired: S3, wire: Wire, call: str, cuts: int) -> None:
    s3.put(KEY, bytes(1000))
    whole = CALLS[call](s3)
    wire.fates += [Fate.REPLY_CUT] * cuts
    assert CALLS[call](wired) == whole
    assert wire.methods == ["GET"] * (cuts + 1)


def test_a_body_that_breaks_off_is_not_taken_for_the_object(s3: S3, wired: S3, wire: Wire) -> None:
    s3.put(KEY, bytes(1000))
    wire.fates += [Fate.REPLY_CUT] * 3
    with pytest.raises(StoreUnavailable) as raised:
        wired.get(KEY)
    assert_tells(raised.value, "break off", "the network")
    assert "AWS_REGION" not in raised.value.detail
    assert wire.methods == ["GET"] * 3


# ----- a store that cannot be used says why


@pytest.mark.parametrize("call", CALLS)
def test_denied_access_tells_what_to_grant(wired: S3, wire: Wire, call: str) -> None:
    """On AWS a missing key is denied too, if the caller may not list the bucket."""
    wire.fates += [Answer(403, "AccessDenied")] * 3
    with pytest.raises(StoreUnavailable) as raised:
        CALLS[call](wired)
    assert_tells(raised.value, "s3:ListBucket", repr(BUCKET))


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("ExpiredToken", "AWS_SESSION_TOKEN"),
        ("RequestTimeTooSkewed", "clock"),
        ("AuthorizationHeaderMalformed", "AWS_REGION"),
        ("SomethingNew", "403 SomethingNew"),
    ],
)
def test_a_refusal_tells_what_to_mend(wired: S3, wire: Wire, code: str, word: str) -> None:
    wire.fates += [Answer(403, code)] * 3
    with pytest.raises(StoreUnavailable) as raised:
        wired.get(KEY)
    assert_tells(raised.value, word)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.usefixtures("moto")  # SeaweedFS creates a missing bucket at the first put
def test_a_missing_bucket_is_named(call: str) -> None:
    store = Blocking(S3Store("nowhere"))
    with pytest.raises(StoreUnavailable) as raised:
        CALLS[call](store)
    assert_tells(raised.value, "'nowhere'", "create the bucket")


@pytest.mark.parametrize(
    ("name", "advice"),
    [("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"), ("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY")],
)
def test_wrong_credentials_are_named_and_not_shown(
    aws_environment: SeaweedFS, monkeypatch: pytest.MonkeyPatch, name: str, advice: str
) -> None:
    monkeypatch.setenv(name, "wrong-credential")
    store = Blocking(S3Store("other-bucket"))
    for call in (CALLS["get"], CALLS["put expecting"]):
        with pytest.raises(StoreUnavailable) as raised:
            call(store)
        assert_tells(raised.value, advice)
        assert "wrong-credential" not in str(raised.value)
    store.close()


def test_missing_credentials_are_named(aws_environment: SeaweedFS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    store = Blocking(S3Store("other-bucket"))
    with pytest.raises(StoreUnavailable) as raised:
        store.put(KEY, b"", expect=ABSENT)
    assert_tells(raised.value, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@pytest.mark.parametrize("call", CALLS)
def test_a_refused_connection_is_no_unknown_outcome(
    aws_environment: SeaweedFS, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://{host}")
        store = Blocking(S3Store("other-bucket"))
        with pytest.raises(StoreUnavailable) as raised:
            CALLS[call](store)
        assert_tells(raised.value, host, "AWS_ENDPOINT_URL_S3")
        store.close()


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("AWS_ENDPOINT_URL_S3", "not an address", "AWS_ENDPOINT_URL_S3"),
        ("AWS_PROFILE", "nobody", "AWS_PROFILE"),
        ("AWS_DEFAULT_REGION", "no region", "AWS_REGION"),
    ],
)
def test_a_setting_that_makes_no_client_is_named(
    aws_environment: SeaweedFS, monkeypatch: pytest.MonkeyPatch, name: str, value: str, word: str
) -> None:
    monkeypatch.setenv(name, value)
    store = Blocking(S3Store("other-bucket"))
    with pytest.raises(StoreUnavailable) as raised:
        store.put(KEY, b"", expect=ABSENT)
    assert_tells(raised.value, word)


# ----- certificates


def test_a_server_with_a_certificate_of_ones_own_is_trusted_by_its_authority(
    aws_environment: SeaweedFS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, tls = authority(tmp_path)
    with running_wire(aws_environment.endpoint, tls=tls) as wire:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", wire.endpoint)
        with pytest.raises(StoreUnavailable):
            Blocking(S3Store(BUCKET, "trusted")).get(KEY)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
        store = Blocking(S3Store(BUCKET, "trusted"))
        store.delete(KEY, store.put(KEY, b"body"))  # by either client
        assert store.get(KEY) is None
        store.close()


def test_certificates_that_cannot_be_read_are_named(
    aws_environment: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere/bundle.pem")
    with pytest.raises(StoreUnavailable) as raised:
        Blocking(S3Store(BUCKET)).get(KEY)
    assert_tells(raised.value, "/nowhere/bundle.pem", "AWS_CA_BUNDLE")


# ----- addresses


def test_a_server_with_a_name_is_addressed_by_path(
    s3: S3, aws_environment: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`http://localhost/bucket/key`, and not `bucket.localhost`."""
    s3.get(KEY)  # at 127.0.0.1
    endpoint = aws_environment.endpoint.replace("127.0.0.1", "localhost")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    store = Blocking(S3Store(BUCKET, s3.store.prefix))
    tag = store.put(KEY, b"body")
    assert s3.get(KEY) == Stored(b"body", tag)
    store.close()


@pytest.mark.parametrize("form", ["{}", "{}/", "/{}//"])
def test_slashes_around_a_prefix_make_no_difference(s3: S3, form: str) -> None:
    tag = s3.put(KEY, b"body")
    store = Blocking(S3Store(BUCKET, form.format(s3.store.prefix.rstrip("/"))))
    assert store.get(KEY) == Stored(b"body", tag)
    store.close()


def test_a_store_without_a_prefix_has_the_whole_bucket(aws_environment: SeaweedFS) -> None:
    bucket = aws_environment.create_bucket(f"whole-{uuid.uuid4().hex}")
    store = Blocking(S3Store(bucket))
    store.put(KEY, b"")
    assert [entry.key for entry in store.list("")] == [KEY]
    store.close()


def test_a_new_store_builds_no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "not an address")
    Blocking(S3Store("bucket", "prefix")).close()


def test_an_odd_key_is_deleted_under_a_condition_too(s3: S3) -> None:
    """By another client, which has to mean the same key."""
    for key in ODD_KEYS:
        s3.delete(key, s3.put(key, b"body"))
    assert s3.list("") == []
