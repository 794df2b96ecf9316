"""Progress is stored by the order of its fields, and begins before the first reset."""

import msgspec

from shared.session.stored.progress import Progress
from shared.session.stored.statistics import Statistics


def test_a_new_instance_has_begun_no_episode() -> None:
    assert Progress() == Progress(episode=0, steps=0, episode_return=0.0, ended=False, statistics=None)


def test_it_is_stored_as_an_array_and_comes_back_the_same() -> None:
    progress = Progress(3, 17, 4.5, True, Statistics(episodes=2))
    stored = msgspec.msgpack.encode(progress)
    assert msgspec.msgpack.decode(stored)[:4] == [3, 17, 4.5, True]
    assert msgspec.msgpack.decode(stored, type=Progress) == progress


def test_what_an_older_server_wrote_has_the_defaults_of_newer_fields() -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode([3, 17]), type=Progress) == Progress(3, 17)
