"""A snapshot that was touched, swapped or written by a stranger is refused before anything in it is read."""

import hmac
import struct

import msgspec
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from shared.errors import SnapshotCorrupt, SnapshotIncompatible, SnapshotUnverified
from shared.session.stored.envelope import NONCE_BYTES, Migration, Template, seal, sealed_size, unseal
from shared.session.stored.header import Header, KeyedCall
from shared.session.stored.progress import Progress
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe

OLD, NEW = b"old key, 32 characters at least", b"new key, 32 characters at least"
REFERENCE = Reference("public", "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11")
HEADER = Header(
    owner=REFERENCE.owner,
    instance_id=REFERENCE.instance_id,
    recipe=Recipe("CartPole-v1", kwargs={"a": [1, None]}, wrappers=(WrapperRecipe("ClipAction"),), seed=3),
    mechanism="classic-control",
    libraries={"numpy": "2.4.6"},
    cpu="X86_V3",
    created=1.5,
    used=2.5,
    revision=7,
    nonce=b"12345678",
    progress=Progress(2, 5, -1.5, True),
    recent=b"1234567887654321",
    keyed=(KeyedCall(7, b"key", b"body", None),),
)


def test_what_was_sealed_is_unsealed() -> None:
    header, body = unseal(seal(HEADER, b"body", [NEW]), REFERENCE, [NEW])
    assert body == b"body"
    assert msgspec.structs.replace(header, body_digest=b"") == HEADER


@pytest.mark.parametrize("seed", [2**63, 2**64 - 1, 2**64, 2**4096 - 1])
def test_a_seed_of_any_length_comes_back(seed: int) -> None:
    recipe = msgspec.structs.replace(HEADER.recipe, seed=seed)
    sent = msgspec.structs.replace(HEADER, recipe=recipe, reseed=(seed, 3))
    header, _ = unseal(seal(sent, b"body", [NEW]), REFERENCE, [NEW])
    assert (header.recipe.seed, header.reseed) == (seed, (seed, 3))
    assert msgspec.structs.replace(header, body_digest=b"") == sent


@pytest.mark.parametrize("seed", [None, 7, 1 << 70])
def test_a_template_seals_as_all_headers_are_sealed(seed: int | None) -> None:
    before = msgspec.structs.replace(
        HEADER, recipe=msgspec.structs.replace(HEADER.recipe, seed=seed), name="a name"
    )
    template = Template(before, NEW)
    for revision, long in ((1, b""), (1 << 40, b"x" * 70_000)):
        after = msgspec.structs.replace(
            before,
            used=before.used + revision,
            revision=revision,
            nonce=bytes(NONCE_BYTES),
            progress=Progress(3, revision, 0.5, True, None, (1.0, 2.0)),
            recent=b"12345678" * 32,
            keyed=(KeyedCall(revision, b"key", b"body", long), KeyedCall(revision, b"other", b"body", None)),
        )
        assert template.sealed(after, b"body" + long) == seal(after, b"body" + long, [NEW, OLD])


def test_an_old_key_still_opens_and_the_newest_signs() -> None:
    assert unseal(seal(HEADER, b"body", [OLD]), REFERENCE, [NEW, OLD])[1] == b"body"
    with pytest.raises(SnapshotUnverified, match="GYM_HTTP_SIGNING_KEYS"):
        unseal(seal(HEADER, b"body", [NEW, OLD]), REFERENCE, [OLD])


def test_any_flipped_bit_is_found() -> None:
    sealed = seal(HEADER, b"body", [NEW])
    for position in range(len(sealed)):
        forged = bytearray(sealed)
        forged[position] ^= 0x40
        with pytest.raises((SnapshotCorrupt, SnapshotIncompatible)):
            unseal(bytes(forged), REFERENCE, [NEW])


def test_any_truncation_is_found() -> None:
    sealed = seal(HEADER, b"body", [NEW])
    for length in range(len(sealed)):
        with pytest.raises(SnapshotCorrupt):
            unseal(sealed[:length], REFERENCE, [NEW])


@pytest.mark.parametrize("other", [REFERENCE._replace(owner="eve"), REFERENCE._replace(instance_id="other")])
def test_another_instances_snapshot_is_refused(other: Reference) -> None:
    with pytest.raises(SnapshotCorrupt, match="another instance's"):
        unseal(seal(HEADER, b"body", [NEW]), other, [NEW])


def test_an_envelope_of_another_version_is_refused_with_both_named() -> None:
    sealed = seal(HEADER, b"body", [NEW])
    for version, reason in ((9, "a newer release wrote it"), (1, "random generators"), (0, "no release wrote it")):
        with pytest.raises(SnapshotIncompatible, match=f"version {version}; this server reads 2: .*{reason}"):
            unseal(sealed[:7] + bytes([version]) + sealed[8:], REFERENCE, [NEW])


def test_an_older_envelope_is_migrated_version_by_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two releases on, each of which gave the mechanism another name."""
    sealed = seal(HEADER, b"body", [NEW])

    def renamed(field: int, name: str) -> Migration:
        def migrate(header: bytes) -> bytes:
            fields = msgspec.msgpack.decode(header)
            fields[field] += name
            return msgspec.msgpack.encode(fields)

        return migrate

    fields = Header.__struct_fields__
    later = {2: renamed(fields.index("mechanism"), "-3"), 3: renamed(fields.index("mechanism"), "-4")}
    monkeypatch.setattr("shared.session.stored.envelope.OLDER_VERSIONS", {1: "too old", **later})
    monkeypatch.setattr("shared.session.stored.envelope.MAGIC", b"GYMHTTP\x04")
    header, body = unseal(sealed, REFERENCE, [NEW])
    assert (header.mechanism, body) == ("classic-control-3-4", b"body")
    written = seal(header, body, [NEW])
    assert written[:8] == b"GYMHTTP\x04"
    assert unseal(written, REFERENCE, [NEW]) == (msgspec.structs.replace(header), b"body")
    with pytest.raises(SnapshotIncompatible, match="version 1; this server reads 4: too old"):
        unseal(sealed[:7] + b"\x01" + sealed[8:], REFERENCE, [NEW])


def test_a_migration_sees_no_header_whose_signature_does_not_match(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal(HEADER, b"body", [OLD])
    seen: list[bytes] = []
    monkeypatch.setattr("shared.session.stored.envelope.OLDER_VERSIONS", {2: seen.append})
    monkeypatch.setattr("shared.session.stored.envelope.MAGIC", b"GYMHTTP\x03")
    with pytest.raises(SnapshotUnverified):
        unseal(sealed, REFERENCE, [NEW])
    assert seen == []


def test_a_snapshot_is_not_moved_to_another_version_with_its_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version is signed too, so that a snapshot of today cannot be sent through a migration."""
    monkeypatch.setattr("shared.session.stored.envelope.MAGIC", b"GYMHTTP\x03")
    monkeypatch.setattr("shared.session.stored.envelope.OLDER_VERSIONS", {2: lambda header: header})
    sealed = seal(HEADER, b"body", [NEW])
    with pytest.raises(SnapshotUnverified):
        unseal(sealed[:7] + b"\x02" + sealed[8:], REFERENCE, [NEW])


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine drawing takes longer
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, 2000), st.integers(0, 40), st.binary(max_size=40)), min_size=1, max_size=3
    )
)
def test_whatever_is_done_to_a_snapshot_is_found_before_its_body_is_read(
    cuts: list[tuple[int, int, bytes]],
) -> None:
    """Bytes taken out, put in and put in others' place, anywhere and at any length."""
    sealed = seal(HEADER, b"body" * 100, [NEW])
    forged = sealed
    for start, removed, inserted in cuts:
        at = start % (len(forged) + 1)
        forged = forged[:at] + inserted + forged[at + removed :]
    assume(forged != sealed)
    with pytest.raises((SnapshotCorrupt, SnapshotIncompatible)):
        unseal(forged, REFERENCE, [NEW])


@given(stranger=st.binary(max_size=200))
def test_a_strangers_bytes_are_refused(stranger: bytes) -> None:
    for forged in (stranger, seal(HEADER, b"", [NEW])[:8] + stranger, seal(HEADER, stranger, [OLD])):
        with pytest.raises((SnapshotCorrupt, SnapshotIncompatible)):
            unseal(forged, REFERENCE, [NEW])


@given(header=st.binary(max_size=200))
@example(header=b"\x9b\xa5\x00\x00\x00\x00\x80")
def test_a_signed_header_that_is_none_is_corrupt(header: bytes) -> None:
    """Signed by us, and yet not a header: an older or newer version's, or a fault of ours."""
    signed = struct.pack("<I", len(header)) + header
    magic = seal(HEADER, b"", [NEW])[:8]
    with pytest.raises(SnapshotCorrupt):
        unseal(magic + hmac.digest(NEW, magic + signed, "sha256") + signed, REFERENCE, [NEW])


def test_nothing_is_decoded_before_the_signature_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal(HEADER, b"body", [OLD])
    monkeypatch.setattr("shared.session.stored.envelope._decoder", None)
    with pytest.raises(SnapshotCorrupt):
        unseal(sealed, REFERENCE, [NEW])


@pytest.mark.parametrize("body", [b"", bytes(70_000)])
def test_the_size_of_what_will_be_sealed_is_known_before(body: bytes) -> None:
    header = msgspec.structs.replace(HEADER, nonce=bytes(NONCE_BYTES))
    new = msgspec.structs.replace(header, nonce=b"", body_digest=b"")
    assert sealed_size(new, body) == sealed_size(header, body) == len(seal(header, body, [b"key"]))


@given(key=st.binary(min_size=1, max_size=130), body=st.binary(max_size=50))
@example(key=b"k" * 64, body=b"")
@example(key=b"k" * 65, body=b"")
def test_the_signature_is_hmac_sha256_of_all_before_the_body_but_itself(key: bytes, body: bytes) -> None:
    sealed = seal(HEADER, body, [key])
    signed = sealed[40 : len(sealed) - len(body)]
    assert sealed[8:40] == hmac.digest(key, sealed[:8] + signed, "sha256")
