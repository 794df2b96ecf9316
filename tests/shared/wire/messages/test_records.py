"""The declared records are those that the service sends, field by field."""

from pydantic import TypeAdapter

from shared.session.stored.header import Header
from shared.session.stored.progress import Progress
from shared.session.stored.statistics import Episode, Statistics
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.web.protocol.records import checkpoint_record, instance_record
from shared.wire.messages.records import CheckpointReply, InstanceReply

STATISTICS = Statistics(episodes=1, latest=(Episode(9, 9.0, 1.0),))
PROGRESS = Progress(2, 3, 3.0, False, STATISTICS)
RECIPE = Recipe("CartPole-v1", wrappers=(WrapperRecipe("FlattenObservation"),), seed=1)
HEADER = Header(
    *("ann", "an-id", RECIPE, "classic-control", {"gymnasium": "1.4.0"}, "AVX2", 1.0, 2.0, 4, b"", PROGRESS),
    checkpoint_id="another-id",
    checkpoint_name="before the cliff",
    origin=("a-third-id", 2),
)


def test_an_instances_record_has_exactly_the_declared_fields() -> None:
    record = instance_record(HEADER)
    assert record.keys() == InstanceReply.__annotations__.keys()
    assert TypeAdapter(InstanceReply).validate_python(record, strict=True) == record


def test_a_checkpoints_record_has_exactly_the_declared_fields() -> None:
    record = checkpoint_record(HEADER)
    assert record.keys() == CheckpointReply.__annotations__.keys()
    assert TypeAdapter(CheckpointReply).validate_python(record, strict=True) == record
