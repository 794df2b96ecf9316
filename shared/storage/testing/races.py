"""Rules for calls at the same time."""

from concurrent.futures import ThreadPoolExecutor

from shared.storage.protocol import ABSENT, Conflict, Store, Stored, Tag
from shared.storage.testing.objects import KEY

_TURNS = 5
_WRITERS = 4  # SeaweedFS takes 200 ms over a conflict


class RaceRules:
    """Compare-and-swap from several threads at once, for the fixture `store`."""

    def test_of_many_writers_with_one_tag_exactly_one_wins(self, store: Store) -> None:
        """A conditional `put` compares and writes in one step."""
        with ThreadPoolExecutor(_WRITERS) as pool:
            for turn in range(_TURNS):
                expect = store.put(KEY, b"turn %d" % turn)

                def write(writer: int, turn: int = turn, expect: Tag = expect) -> Tag | None:
                    try:
                        return store.put(KEY, b"turn %d, writer %d" % (turn, writer), expect)
                    except Conflict:
                        return None

                tags = list(pool.map(write, range(_WRITERS)))
                winners = [(writer, tag) for writer, tag in enumerate(tags) if tag]
                assert len(winners) == 1
                winner, tag = winners[0]
                assert store.get(KEY) == Stored(b"turn %d, writer %d" % (turn, winner), tag)

    def test_of_many_creators_and_of_many_deleters_exactly_one_wins(self, store: Store) -> None:
        """A `put` that expects `ABSENT`, and a conditional `delete`, compare and write in one step."""

        def create(writer: int) -> Tag | None:
            try:
                return store.put(KEY, b"writer %d" % writer, ABSENT)
            except Conflict:
                return None

        def delete(tag: Tag) -> bool:
            try:
                return store.delete(KEY, tag)
            except Conflict:
                return False

        with ThreadPoolExecutor(_WRITERS) as pool:
            for _ in range(_TURNS):
                tags = [tag for tag in pool.map(create, range(_WRITERS)) if tag]
                assert len(tags) == 1
                assert sum(pool.map(delete, tags * _WRITERS)) == 1

    def test_no_increment_of_many_writers_is_lost(self, store: Store) -> None:
        """Read, add one, write if unchanged, again after a conflict: 40 times make 40."""

        def increment(_: int) -> None:
            while True:
                stored = store.get(KEY)
                assert isinstance(stored, Stored)
                try:
                    store.put(KEY, b"%d" % (int(stored.body) + 1), stored.tag)
                except Conflict:
                    continue
                return

        store.put(KEY, b"0")
        with ThreadPoolExecutor(_WRITERS) as pool:
            list(pool.map(increment, range(40)))
        stored = store.get(KEY)
        assert isinstance(stored, Stored)
        assert stored.body == b"40"
