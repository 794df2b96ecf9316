"""What looks at instances beside their calls. A function that only calls one imports none of it."""

from shared.session.explore.exploration import Bounds
from shared.session.explore.explorer import Explorer
from shared.session.filming.films import Films
from shared.session.filming.frames import Frames
from shared.session.history.history import History
from shared.session.monitor.renderer import Renderer
from shared.session.session import Session
from shared.settings import Settings


class Views:
    """The ways to look at the instances of one session."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.renderer = Renderer(session.thread_for_copy)
        """Draws instances for the monitor."""
        self.looks = Renderer(session.thread_for_copy)
        """Draws single pictures, which wait for none of the monitor's."""
        bounds = Bounds(settings.max_explore_steps, settings.max_steps_per_call)
        self.explorer = Explorer(session, settings.explore_processes, settings.env_modules, bounds)
        """Looks into the futures of instances."""
        self.history = History(session, settings.history_ttl_s)
        """Tells what was recorded of instances."""
        self.frames = Frames(session, self.history.parts)
        """Draws it."""
        self.films = Films(self.frames, session)
        """Films it."""

    async def close(self) -> None:
        """Close every copy of an environment."""
        await self.renderer.close()
        await self.looks.close()
        await self.explorer.close()
        await self.frames.close()
        await self.history.close()
