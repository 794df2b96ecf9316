"""pygame's objects in an object graph: surfaces by their pixels, clocks as new ones.

Environments hold them from their first frame on, or from construction (sprites). Fonts, sounds, masks and the
window are not carried: nothing tells what they were made from.
"""

from pickle import PickleBuffer
from typing import Any

from shared.codec.plain import NotPlain
from shared.snapshot.graph.arrays import LARGE_BYTES


def reduce_surface(surface: Any) -> Any:
    """How a surface is made again: size, format and pixels, and the attributes of one of a subclass.

    A subsurface shares its parent's pixels.

    Raises:
        NotPlain: it is the window, or locked, or part of another and of a subclass.
    """
    import pygame

    if surface is pygame.display.get_surface() or surface.get_locked():
        raise NotPlain("a pygame surface is the window or locked")
    # Whether run lengths were asked for: RLEACCEL itself says whether a blit has computed them since.
    flags = surface.get_flags() & (pygame.SRCALPHA | pygame.RLEACCELOK)
    looks = (flags, surface.get_colorkey(), surface.get_alpha(), tuple(surface.get_clip()))
    parent = surface.get_parent()
    if parent is not None:
        if type(surface) is not pygame.Surface:
            raise NotPlain("a part of a pygame surface is of a class of its own")
        return _subsurface, (parent, (*surface.get_offset(), *surface.get_size()), looks)
    pixels = surface.get_buffer().raw
    form = (type(surface), surface.get_size(), surface.get_bitsize(), surface.get_masks(), _palette(surface))
    return (
        _surface,
        (pixels if len(pixels) < LARGE_BYTES else PickleBuffer(pixels), form, looks),
        getattr(surface, "__dict__", None) or None,
    )


def reduce_clock(clock: Any) -> Any:
    """A new clock: it only tells how much time has passed here, which is no state."""
    return _clock, ()


def _palette(surface: Any) -> bytes | None:
    """The 256 colours of a surface of 8 bits; a picture may name fewer, and a new surface has them all."""
    if surface.get_bitsize() != 8:
        return None
    import pygame

    colors = surface.get_palette()
    colors += pygame.Surface((1, 1), 0, 8).get_palette()[len(colors) :]
    return bytes(part for color in colors for part in tuple(color)[:3])


def _surface(pixels: Any, form: Any, looks: Any) -> Any:
    pygame = _ready()
    kind, size, depth, masks, palette = form
    made = kind.__new__(kind)
    pygame.Surface.__init__(made, size, looks[0] & pygame.SRCALPHA, depth, *((masks,) if palette is None else ()))
    if palette is not None:
        made.set_palette([tuple(palette[start : start + 3]) for start in range(0, len(palette), 3)])
    buffer = made.get_buffer()
    if buffer.length != len(pixels):
        raise ValueError(f"a surface of {size} takes {buffer.length} bytes here and {len(pixels)} in the snapshot")
    buffer.write(bytes(pixels), 0)
    _set_looks(made, looks)
    return made


def _subsurface(parent: Any, area: Any, looks: Any) -> Any:
    made = parent.subsurface(area)
    _set_looks(made, looks)
    return made


def _set_looks(surface: Any, looks: Any) -> None:
    flags, colorkey, alpha, clip = looks
    compressed = _ready().RLEACCEL if flags & _ready().RLEACCELOK else 0
    surface.set_colorkey(colorkey, compressed)
    surface.set_alpha(alpha, compressed)
    if clip != (0, 0, *surface.get_size()):  # an empty surface would lose its height by it
        surface.set_clip(clip)


def _clock() -> Any:
    return _ready().time.Clock()


def _ready() -> Any:
    """pygame, initialised: an environment that holds a surface believes that it has done that."""
    import pygame

    if not pygame.get_init():
        pygame.init()
    if not pygame.font.get_init():
        pygame.font.init()
    return pygame
