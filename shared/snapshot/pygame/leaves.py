"""The leaves for pygame: surfaces by their pixels, clocks as new ones.

Environments hold them from their first frame on, or from construction (sprites). Fonts, sounds, masks and the
window have no leaf: nothing tells what they were made from.
"""

from typing import Any

from shared.codec import plain
from shared.codec.plain import NotPlain
from shared.errors import SnapshotCorrupt


class SurfaceLeaf:
    """`pygame.Surface` with its subclasses: size, format, pixels, and all that a blit depends on."""

    type = "pygame.surface.Surface"
    subclasses = True

    def parts(self, surface: Any) -> tuple[Any, ...]:
        """The parent of a subsurface, whose pixels it shares; for others their subclass, if they are of one."""
        import pygame

        parent = surface.get_parent()
        if parent is not None:
            return (parent,)
        return () if type(surface) is pygame.Surface else (type(surface),)

    def to_bytes(self, surface: Any) -> bytes:
        """The pixels with the form that they are in, or the place within a parent.

        Raises:
            NotPlain: The surface is the window, or locked, or a subsurface of a subclass.
        """
        import pygame

        if surface is pygame.display.get_surface() or surface.get_locked():
            raise NotPlain("a pygame surface is the window or locked")
        if surface.get_parent() is None:
            form = [tuple(surface.get_size()), surface.get_bitsize(), surface.get_masks(), _palette(surface)]
            return plain.dumps([form, _looks(surface), surface.get_buffer().raw])
        if type(surface) is not pygame.Surface:
            raise NotPlain("a pygame subsurface is of a subclass")
        return plain.dumps([(*surface.get_offset(), *surface.get_size()), _looks(surface)])

    def from_bytes(self, body: bytes, parts: tuple[Any, ...]) -> Any:
        """A new surface, or a part of its parent.

        Raises:
            ValueError: The bytes are of another form.
        """
        pygame = _initialised()
        try:
            match plain.loads(body):
                case [form, looks, bytes(pixels)]:
                    made = _surface(parts[0] if parts else pygame.Surface, form, looks, pixels)
                case [area, looks]:
                    made = parts[0].subsurface(area)
                case _:
                    raise ValueError("the bytes are not a pygame surface")
        except SnapshotCorrupt as error:
            raise ValueError(error.detail) from error
        _set_looks(made, looks)
        return made


class ClockLeaf:
    """`pygame.time.Clock`: it only tells how much time has passed in this process, which is no state."""

    type = "pygame.time.Clock"
    subclasses = False

    def parts(self, clock: Any) -> tuple[Any, ...]:
        """None."""
        return ()

    def to_bytes(self, clock: Any) -> bytes:
        """Nothing."""
        return b""

    def from_bytes(self, body: bytes, parts: tuple[Any, ...]) -> Any:
        """A new clock.

        Raises:
            ValueError: There are bytes.
        """
        if body:
            raise ValueError("a pygame clock has no state")
        return _initialised().time.Clock()


def _palette(surface: Any) -> bytes | None:
    """The 256 colours of an 8-bit surface. A picture may name fewer, and a new surface has them all."""
    if surface.get_bitsize() != 8:
        return None
    import pygame

    colors = surface.get_palette()
    colors += pygame.Surface((1, 1), 0, 8).get_palette()[len(colors) :]
    return bytes(part for color in colors for part in tuple(color)[:3])


def _surface(kind: Any, form: Any, looks: Any, pixels: bytes) -> Any:
    import pygame

    size, depth, masks, palette = form
    made = kind.__new__(kind)  # the subclass may have a constructor of its own, whose attributes the graph carries
    pygame.Surface.__init__(made, size, looks[0] & pygame.SRCALPHA, depth, *((masks,) if palette is None else ()))
    if palette is not None:
        made.set_palette([tuple(palette[start : start + 3]) for start in range(0, len(palette), 3)])
    buffer = made.get_buffer()
    if buffer.length != len(pixels):
        raise ValueError(f"a surface of {size} takes {buffer.length} bytes here and {len(pixels)} in the snapshot")
    buffer.write(pixels, 0)
    return made


def _looks(surface: Any) -> Any:
    import pygame

    # RLEACCELOK tells whether run lengths were asked for; RLEACCEL, whether a blit has computed them since.
    flags = surface.get_flags() & (pygame.SRCALPHA | pygame.RLEACCELOK)
    return flags, surface.get_colorkey(), surface.get_alpha(), tuple(surface.get_clip())


def _set_looks(surface: Any, looks: Any) -> None:
    import pygame

    flags, colorkey, alpha, clip = looks
    compressed = pygame.RLEACCEL if flags & pygame.RLEACCELOK else 0
    surface.set_colorkey(colorkey, compressed)
    surface.set_alpha(alpha, compressed)
    if clip != (0, 0, *surface.get_size()):  # an empty surface would lose its height by it
        surface.set_clip(clip)


def _initialised() -> Any:
    """pygame, initialised: an environment that holds a surface believes that it has done that."""
    import pygame

    if not pygame.get_init():
        pygame.init()
    if not pygame.font.get_init():
        pygame.font.init()
    return pygame


SURFACE = SurfaceLeaf()
CLOCK = ClockLeaf()
