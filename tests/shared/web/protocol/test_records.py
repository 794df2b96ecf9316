"""A record is what a header says, in the form of the reply that documents it."""

from pydantic import TypeAdapter

from shared.session.stored.header import Header
from shared.session.stored.progress import Progress
from shared.session.stored.statistics import Statistics
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.web.protocol.records import INSTANCE_EXAMPLE, checkpoint_record, instance_record, iso
from shared.wire.messages.records import CheckpointReply, InstanceReply

HEADER = Header(
    "ann",
    "an-id",
    Recipe("CartPole-v1", wrappers=(WrapperRecipe("FrameStackObservation", {"stack_size": 4}),), seed=3),
    "classic-control",
    {"numpy": "2"},
    "X86_V3",
    0.0,
    1.5,
    7,
    b"nonce",
    Progress(2, 5, 4.5, True, Statistics().after(9, 8.0)),
    checkpoint_id="a-checkpoint",
    checkpoint_name="here",
    origin=("another", 6),
)


def test_an_instances_record_has_the_form_that_documents_it() -> None:
    record = instance_record(HEADER)
    TypeAdapter(InstanceReply).validate_python(record, strict=True)
    assert record.keys() == INSTANCE_EXAMPLE.keys()
    assert record["origin"] == {"instance_id": "another", "revision": 6}
    assert record["wrappers"] == [{"name": "FrameStackObservation", "kwargs": {"stack_size": 4}}]
    assert (record["episode"], record["steps"], record["episode_return"], record["ended"]) == (2, 5, 4.5, True)
    assert record["statistics"] is not None
    assert record["statistics"]["latest"][0]["steps"] == 9


def test_a_record_tells_neither_the_owner_nor_the_nonce() -> None:
    assert "ann" not in str(instance_record(HEADER))
    assert "nonce" not in str(instance_record(HEADER))


def test_a_checkpoints_record_is_of_the_instance_then() -> None:
    record = checkpoint_record(HEADER)
    TypeAdapter(CheckpointReply).validate_python(record, strict=True)
    assert (record["checkpoint_id"], record["name"], record["revision"]) == ("a-checkpoint", "here", 7)


def test_times_are_in_utc() -> None:
    assert iso(1.5) == "1970-01-01T00:00:01.500000+00:00"
