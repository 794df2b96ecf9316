"""A journal that begins at the last reset, of environments any of which can play an episode of any other.

What a constructor draws, such as a map, may be there for life. So an environment plays the episode of another only
if both were made from one seed (`episode_journal.py`), and instances have seeds of their own. Of the environments
here more is believed: nothing that a constructor has drawn outlasts a reset, but for what is carried with it. The
trial compares each episode with a new environment whose constructor has drawn otherwise. So a process goes on with
the environment that another instance needs no longer, where to make one takes most of a restore. Such a restore is
compared as any other, and where it comes out differently, an environment is made from the journal's own seed.
"""

import hashlib

from shared.codec import plain
from shared.snapshot.replay.episode_journal import EpisodeSubject, begins_anew
from shared.snapshot.replay.episodic_core import EpisodicCore
from shared.snapshot.replay.replay import ReplayMechanism, parts_of
from shared.snapshot.replay.start import Start

_SEED_BYTES = 16


class InterchangeableSubject(EpisodeSubject):
    """One whose environment may have been made for another instance."""

    takes_over = True

    def capture_alone(self) -> bytes:
        """See `EpisodicSubject.capture_alone`. A restore makes an environment that drew otherwise."""
        around, packed, *rest = parts_of(super().capture_alone())
        start = Start.unpacked(packed)
        if start.residue is not None:
            packed = start._replace(seed=_another_seed(packed)).packed()
        return plain.dumps([around, packed, *rest])

    def _can_begin(self, start: Start) -> bool:
        return True


def _another_seed(packed: bytes) -> bytes:
    """Of the global generators during a constructor: another for each start, and no recipe's own."""
    return hashlib.blake2b(packed, digest_size=_SEED_BYTES, person=b"another seed").digest()


INTERCHANGEABLE = ReplayMechanism(
    "journal-since-reset-any", EpisodicCore, begins_anew, subject=InterchangeableSubject
)
