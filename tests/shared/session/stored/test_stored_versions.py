"""What a store holds since an earlier release is still read: objects written by that release, field by field.

`files/make.py` wrote them. Their numbers are those of CartPole, not of the code under test.
"""

from pathlib import Path
from typing import Any

import gymnasium
import msgspec
import pytest

from shared.session.live.restore import rebuilt
from shared.session.stored.envelope import unseal
from shared.session.stored.header import Header, KeyedCall, revision_made
from shared.session.stored.idempotency import first_reply
from shared.session.stored.progress import Progress
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded
from shared.session.stored.statistics import Episode, Statistics
from shared.session.stored.tombstones import Tombstone
from shared.snapshot.contract.calls import Step
from shared.storage.protocol import Tag
from tests.shared.session.stored.files.make import INSTANCE, KEY, KEYED, SEED

FILES = Path(__file__).parent / "files"
CHECKPOINT = INSTANCE._replace(checkpoint_id=KEYED.part(1).instance_id(0))
FORK = INSTANCE._replace(instance_id=KEYED.part(2).instance_id(0))

VERSION_2 = {
    Header: "owner instance_id recipe mechanism libraries cpu created used revision nonce progress recent keyed "
    "body_digest checkpoint_id checkpoint_name origin reseed made_by",
    Progress: "episode steps episode_return ended statistics",
    KeyedCall: "revision key body reply",
    Statistics: "running episodes latest",
    Episode: "steps episode_return ended",
    Tombstone: "made_by key body",
}
"""The fields of each stored structure, in order, when version 2 of the envelope was written. Never edit these."""


def stored(name: str, reference: Reference) -> Loaded:
    header, body = unseal((FILES / name).read_bytes(), reference, [KEY])
    return Loaded(header, body, Tag(""))


def uninterrupted(*actions: int) -> Any:
    """The observation of a CartPole that is never interrupted, after these actions."""
    env = gymnasium.make("CartPole-v1")
    observation, _ = env.reset(seed=SEED)
    for action in actions:
        observation = env.step(action)[0]
    return observation


def test_an_instance_is_read_with_all_that_its_header_says() -> None:
    header = stored("stepped.v2", INSTANCE).header
    assert header.recipe.env_id == "CartPole-v1"
    assert header.mechanism == "classic-control"
    assert set(header.libraries) == {"gymnasium", "numpy"}
    assert header.cpu.startswith("X86")
    assert 1.7e9 < header.created < header.used < 2e9
    assert header.revision == 3
    assert len(header.nonce) == 8
    progress = header.progress
    assert (progress.episode, progress.steps, progress.episode_return, progress.ended) == (1, 2, 2.0, False)
    assert progress.statistics is None
    assert [revision_made(header, header.recent[at : at + 8]) for at in (0, 8, 16)] == [1, 2, 3]
    assert (header.keyed, header.checkpoint_id, header.origin, header.reseed) == ((), "", None, None)


def test_an_instance_continues_bit_for_bit() -> None:
    subject = rebuilt(stored("stepped.v2", INSTANCE))
    assert subject.apply(Step(1))[0].tobytes() == uninterrupted(1, 0, 1).tobytes()


def test_a_checkpoint_is_read_with_its_id_and_name() -> None:
    header = stored("checkpoint.v2", CHECKPOINT).header
    assert (header.reference, header.checkpoint_name, header.revision) == (CHECKPOINT, "two steps", 3)
    assert header.made_by == KEYED.body


def test_a_fork_is_read_with_its_origin_and_its_generators() -> None:
    header = stored("fork.v2", FORK).header
    assert header.origin == (INSTANCE.instance_id, 3)
    assert header.reseed == (7, 0)
    assert (header.revision, header.made_by) == (0, KEYED.body)


def test_keyed_calls_are_read_with_their_replies() -> None:
    """A call that is repeated after an upgrade gets the reply that it got before."""
    header = stored("keyed.v2", INSTANCE).header
    assert [call.revision for call in header.keyed] == [15, 16, 17]
    found = [first_reply(header, KEYED.part(number)) for number in (3, 4, 5)]
    assert [reply and reply[1] for reply in found] == [15, 16, 17]
    assert [reply and reply[0]["reward"] for reply in found] == [1.0, 1.0, 1.0]
    assert first_reply(header, KEYED.part(6)) is None


def test_statistics_are_read_with_the_episodes_that_ended() -> None:
    progress = stored("keyed.v2", INSTANCE).header.progress
    assert (progress.episode, progress.steps, progress.ended) == (2, 3, False)
    statistics = progress.statistics
    assert statistics is not None
    assert (statistics.running, statistics.episodes) == (True, 1)
    [episode] = statistics.latest
    assert (episode.steps, episode.episode_return) == (11, 11.0)
    assert 1.7e9 < episode.ended < 2e9


@pytest.mark.parametrize(("struct", "fields"), VERSION_2.items())
def test_a_stored_structure_grows_at_its_end_alone(struct: type[msgspec.Struct], fields: str) -> None:
    """They are stored as arrays: a field that is removed, moved or put in between is read from another's place."""
    names = fields.split()
    assert list(struct.__struct_fields__[: len(names)]) == names
    added = msgspec.structs.fields(struct)[len(names) :]
    assert not any(field.required for field in added), "an object of version 2 lacks it"


@pytest.mark.parametrize("field", VERSION_2[Header].split())
def test_every_field_of_version_2_stands_in_one_of_the_files(field: str) -> None:
    """Otherwise a field that is read from another's place could pass for its default."""
    found = [
        getattr(stored(name, reference).header, field)
        for name, reference in (
            ("stepped.v2", INSTANCE),
            ("checkpoint.v2", CHECKPOINT),
            ("fork.v2", FORK),
            ("keyed.v2", INSTANCE),
        )
    ]
    assert any(value not in ("", b"", (), None, 0) for value in found)
