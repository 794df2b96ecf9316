"""A reference is the key of a snapshot, and leads from a checkpoint to its instance."""

from shared.session.stored.reference import Reference


def test_instances_and_checkpoints_have_keys_of_their_own() -> None:
    assert Reference("ann", "i").key == "state/ann/i"
    assert Reference("ann", "i", "c").key == "checkpoints/ann/i/c"


def test_a_checkpoint_belongs_to_its_instance() -> None:
    assert Reference("ann", "i", "c").instance == Reference("ann", "i")
    assert Reference("ann", "i").instance == Reference("ann", "i")
