"""Drawing an episode that nobody drew: its calls made again on a copy that has pictures, a picture after each.

A picture may depend on those before it, so all are drawn from the reset on, as `RecordVideo` does. It may change
the environment too; then a step returns something else than it did, and the episode cannot be drawn.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from shared.errors import NotRenderable
from shared.session.history.passage import Passage, place_of
from shared.session.history.place import Place
from shared.session.history.replay import Made
from shared.session.live.environment import LiveEnvironment
from shared.session.record.entries import Kind
from shared.session.record.episodes import Episode
from shared.snapshot.contract.calls import Render

MODE = "rgb_array"

See = Callable[[int, Place, Any], bool]
"""Takes the step of the episode, its place and the frame after it; whether it has seen enough."""


class Drawing:
    """Draws a frame after each step of an episode, the first after its beginning."""

    def __init__(self, live: LiveEnvironment, episode: Episode, see: See) -> None:
        self._live = live
        self._episode = episode
        self._see = see
        self._step = 0
        self.complete = False
        """Whether enough was seen."""

    def begin(self, returned: Any) -> None:
        """Draw the beginning."""
        self._draw(place_of(self._episode.first))

    def add(self, made: Made, returned: Any) -> None:
        """Draw what a step has led to.

        Raises:
            NotRenderable: the environment gives no picture.
            EnvironmentRaised: it raised instead.
        """
        if made.recorded.kind <= Kind.DRAWN_STEP and not self.complete:
            self._step += 1
            self._draw(made.place)

    def _draw(self, place: Place) -> None:
        picture = self._live.apply(Render())
        if self._live.vector and isinstance(picture, tuple):
            picture = picture[self._episode.env]
        if picture is None:
            raise NotRenderable(
                "The recorded environment has no pictures; create it with the render mode rgb_array and record it "
                "again.",
                render_mode=self._live.header.recipe.render_mode,
            )
        self.complete = self._see(self._step, place, picture)


def drawn(passage: Passage) -> Passage:
    """The same passage for a copy that has pictures; what was drawn when it was recorded is left out."""
    header = passage.start.header
    recipe = msgspec.structs.replace(header.recipe, render_mode=MODE)
    start = passage.start._replace(header=msgspec.structs.replace(header, recipe=recipe))
    return Passage(start, passage.lead, drawn=True)
