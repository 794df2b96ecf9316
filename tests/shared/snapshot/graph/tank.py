"""A leaf with originals: a tank stands for a large native object, of which calls change little."""

from typing import Any


class Tank:
    """Holds water, which no attribute of Python's shows."""

    def __init__(self, water: int, size: int = 10) -> None:
        self.water, self.size = water, size


class TankLeaf:
    type = f"{__name__}.Tank"
    subclasses = False

    def parts(self, tank: Tank) -> tuple[Any, ...]:
        return ()

    def to_bytes(self, tank: Tank) -> bytes:
        return bytes([tank.water, tank.size])

    def from_bytes(self, body: bytes, parts: tuple[Any, ...]) -> Tank:
        if len(body) != 2:
            raise ValueError("a tank takes two bytes")
        return Tank(*body)

    def keep(self, tank: Tank) -> Tank:
        return Tank(tank.water, tank.size)

    def digest(self, kept: Tank) -> bytes:
        return self.to_bytes(kept)

    def difference(self, kept: Tank, tank: Tank) -> bytes | None:
        if tank.size != kept.size:
            return None
        return b"" if tank.water == kept.water else bytes([tank.water])

    def again(
        self, kept: Tank, difference: bytes, spare: Tank | None = None, differs: bytes | None = None
    ) -> Tank:
        made = self.keep(kept) if spare is None else spare
        if len(difference) > 1:
            raise ValueError("a difference takes a byte")
        if spare is not None and differs is not None:
            assert self.difference(kept, spare) == differs
        made.water, made.size = difference[0] if difference else kept.water, kept.size
        return made


TANK = TankLeaf()
