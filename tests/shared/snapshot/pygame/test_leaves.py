"""pygame's surfaces come back pixel by pixel, and in the format in which they blend alike."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from shared.codec.plain import NotPlain
from shared.snapshot.graph.leaves import leaf_named
from shared.snapshot.graph.testing import NativeLeafContract, graph_of, restored
from shared.variables import prepare_process

prepare_process()
pygame = pytest.importorskip("pygame")


def again(value: Any) -> Any:
    """The value out of a graph."""
    return restored(graph_of(value))


def looks(surface: Any) -> tuple[Any, ...]:
    canvas = pygame.Surface(surface.get_size())
    canvas.fill((90, 20, 200))
    canvas.blit(surface, (0, 0))
    own = (surface.get_size(), surface.get_bitsize(), surface.get_masks(), surface.get_pitch())
    looked = (surface.get_flags() & ~pygame.RLEACCEL, surface.get_colorkey(), surface.get_alpha())
    return *own, *looked, tuple(surface.get_clip()), surface.get_buffer().raw, canvas.get_buffer().raw


def painted(surface: Any) -> Any:
    for number in range(min(surface.get_size())):
        surface.set_at((number, number), (40 * number % 256, 200, 3, 60))
    return surface


def translucent() -> Any:
    surface = painted(pygame.Surface((9, 5)))
    surface.set_alpha(77)
    return surface


def keyed() -> Any:
    surface = painted(pygame.Surface((9, 5)))
    surface.set_colorkey((0, 0, 0), pygame.RLEACCEL)
    surface.set_clip((1, 1, 3, 3))
    return surface


def opaque() -> Any:
    """With an alpha channel that is not looked at."""
    surface = painted(pygame.Surface((9, 5), pygame.SRCALPHA))
    surface.set_alpha(None)
    return surface


class WorldSurface(pygame.Surface):  # type: ignore[misc,name-defined]
    """A surface that knows where it lies; one cannot be made without an area. highway-env draws on such."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size)
        self.origin: list[float] = []


def placed() -> Any:
    surface = WorldSurface((6, 4))
    surface.origin = [1.5, 2.0]
    return painted(surface)


class TestSurfaceLeaf(NativeLeafContract):
    leaf = leaf_named("pygame.surface.Surface")

    def examples(self) -> Sequence[Callable[[], Any]]:
        return [
            lambda: painted(pygame.Surface((9, 5))),
            lambda: painted(pygame.Surface((9, 5), pygame.SRCALPHA)),
            lambda: painted(pygame.Surface((7, 5), depth=8)),
            lambda: painted(pygame.Surface((7, 5), depth=16)),
            lambda: painted(pygame.Surface((7, 5), depth=24)),
            lambda: painted(pygame.Surface((300, 200))),
            lambda: pygame.Surface((0, 3)),
            lambda: painted(pygame.Surface((9, 5))).subsurface((1, 1, 4, 3)),
            translucent,
            keyed,
            opaque,
            placed,
        ]

    def observed(self, surface: Any) -> Any:
        before = looks(surface)
        if 0 not in surface.get_size():
            surface.set_at((0, 0), (1, 2, 3))
        return [before, looks(surface)]


class TestClockLeaf(NativeLeafContract):
    leaf = leaf_named("pygame.time.Clock")

    def examples(self) -> Sequence[Callable[[], Any]]:
        return [pygame.time.Clock]

    def observed(self, clock: Any) -> Any:
        return [clock.get_time(), clock.get_fps()]


def test_a_palette_comes_back() -> None:
    surface = pygame.Surface((3, 3), depth=8)
    surface.set_palette([(k, 255 - k, 7) for k in range(256)])
    assert again(surface).get_palette() == surface.get_palette()


def test_a_part_of_a_surface_shares_its_pixels() -> None:
    sheet = painted(pygame.Surface((20, 20)))
    part, whole = again([sheet.subsurface((5, 6, 7, 8)), sheet])
    part.set_at((0, 0), (1, 2, 3))
    assert whole.get_at((5, 6))[:3] == (1, 2, 3)
    assert part.get_parent() is whole


def test_a_surface_of_a_subclass_keeps_its_attributes() -> None:
    found = again(placed())
    assert type(found) is WorldSurface
    assert found.origin == [1.5, 2.0]


def test_a_clock_is_a_new_clock_and_values_are_carried() -> None:
    found = again([pygame.time.Clock(), pygame.Rect(1, 2, 3, 4), pygame.Color(1, 2, 3), pygame.Vector2(1, 2)])
    assert found[0].get_time() == 0
    assert found[1:] == [pygame.Rect(1, 2, 3, 4), pygame.Color(1, 2, 3), pygame.Vector2(1, 2)]


def test_pygame_is_initialised_where_a_surface_is_made_again() -> None:
    """An environment that holds one does not do it any more, and fails at its first text."""
    surface = pygame.Surface((2, 2))
    pygame.quit()
    again(surface)
    assert pygame.get_init()
    assert pygame.font.get_init()


def test_what_nothing_tells_how_to_make_is_refused() -> None:
    pygame.font.init()
    window = pygame.display.set_mode((8, 8))
    locked = pygame.Surface((4, 4))
    locked.lock()
    part = WorldSurface((6, 4)).subsurface((0, 0, 2, 2))
    for held in (pygame.font.Font(None, 12), pygame.mask.Mask((2, 2)), window, locked, part):
        with pytest.raises((NotPlain, TypeError)):
            again(held)
    pygame.display.quit()
