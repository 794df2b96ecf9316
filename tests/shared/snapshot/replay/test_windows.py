"""An environment that draws in windows of pyglet's has its own context in every call, and leaves none behind."""

import ctypes
import sys
from types import ModuleType
from typing import Any, ClassVar

import gymnasium
import numpy as np
import pytest

from shared.snapshot.contract.calls import Call, Reset, Step
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.replay import windows
from shared.snapshot.replay.episode_journal import EPISODE_JOURNAL
from tests.shared.snapshot.pairs import adopted, restored, same_answers

GL_INFO = "pyglet.gl.gl_info"


class Window:
    """As pyglet's: the last one that was made or switched to is current, and none once that one is closed."""

    current: ClassVar["Window | None"] = None
    open: ClassVar[int] = 0

    def __init__(self) -> None:
        Window.open += 1
        self.switch_to()

    def switch_to(self) -> None:
        Window.current = self

    def close(self) -> None:
        Window.open -= 1
        Window.current = None
        raise RuntimeError("the first context is another thread's")


Window.__module__ = "pyglet.window.headless"


class OpenGL(ModuleType):
    """As pyglet's module, with textures, renderbuffers and framebuffers that all contexts share."""

    GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_DEPTH_ATTACHMENT = 1, 2, 3
    GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_NAME = 4, 5
    GL_TEXTURE, GL_RENDERBUFFER = 6, 7
    GLint, GLuint = ctypes.c_int, ctypes.c_uint

    def __init__(self) -> None:
        super().__init__("pyglet.gl")
        self.living: dict[int, dict[int, tuple[int, int]]] = {}
        """By the number of a framebuffer, kind and number of what is attached to it at which point."""
        self.attached: set[tuple[int, int]] = set()
        self._bound = 0

    def made(self) -> ctypes.c_uint:
        """A new framebuffer with a texture and perhaps a renderbuffer."""
        number = len(self.living) + 1
        self.living[number] = {self.GL_COLOR_ATTACHMENT0: (self.GL_TEXTURE, number)}
        if number % 2:
            self.living[number][self.GL_DEPTH_ATTACHMENT] = (self.GL_RENDERBUFFER, number)
        self.attached |= {*self.living[number].values()}
        return self.GLuint(number)

    def glBindFramebuffer(self, _: int, framebuffer: Any) -> None:
        assert Window.current is not None
        self._bound = getattr(framebuffer, "value", framebuffer)

    def glGetFramebufferAttachmentParameteriv(self, _: int, point: int, about: int, told: Any) -> None:
        kind, number = self.living[self._bound].get(point, (0, 0))
        told._obj.value = kind if about == self.GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE else number

    def glDeleteTextures(self, _: int, name: Any) -> None:
        self.attached.remove((self.GL_TEXTURE, name._obj.value))

    def glDeleteRenderbuffers(self, _: int, name: Any) -> None:
        self.attached.remove((self.GL_RENDERBUFFER, name._obj.value))

    def glDeleteFramebuffers(self, _: int, name: Any) -> None:
        assert self._bound == 0
        del self.living[name._obj.value]


class FrameBuffer:
    """Two framebuffers."""

    def __init__(self, gl: OpenGL) -> None:
        self.first, self.second = gl.made(), gl.made()


class Walls(gymnasium.Env[Any, Any]):
    """Compiles its walls into whatever context is current, and sees them in its own."""

    def __init__(self) -> None:
        self.action_space = gymnasium.spaces.Discrete(2)
        self.observation_space = gymnasium.spaces.Box(0, 255, (2,), np.float64)
        self._window = Window()
        self._walls: dict[Any, float] = {}

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._walls = {Window.current: self.np_random.random()}
        return self._seen(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return self._seen(), float(action), False, False, {}

    def _seen(self) -> Any:
        return np.array([self._walls.get(self._window, 0.0), self.np_random.random()])


gymnasium.register("windows/Walls-v0", f"{__name__}:Walls")
WALLS = Recipe("windows/Walls-v0", seed=1)
CALLS: list[Call] = [Reset(1), Step(1), Reset(), Step(0)]


@pytest.fixture(autouse=True)
def read_again(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often what a context can do has to be read again."""
    told: list[str] = []
    info = ModuleType(GL_INFO)
    vars(info)["remove_active_context"] = lambda: told.append("again")
    monkeypatch.setitem(sys.modules, "pyglet", ModuleType("pyglet"))
    monkeypatch.setitem(sys.modules, GL_INFO, info)
    monkeypatch.setattr(Window, "current", None)
    monkeypatch.setattr(Window, "open", 0)
    return told


def test_each_call_is_made_in_its_own_context() -> None:
    first, second = adopted(EPISODE_JOURNAL, WALLS), adopted(EPISODE_JOURNAL, WALLS)
    assert same_answers(first, second, CALLS)
    other = adopted(EPISODE_JOURNAL, WALLS)
    other.close()
    assert same_answers(first, second, CALLS)
    assert same_answers(first, restored(EPISODE_JOURNAL, WALLS, first.capture()), CALLS)
    assert first.env.unwrapped._walls.keys() == {first.env.unwrapped._window}


def test_a_window_is_closed_with_its_environment(read_again: list[str]) -> None:
    """Also where it says that it failed, since pyglet then believes that there are no extensions."""
    subject = adopted(EPISODE_JOURNAL, WALLS, CALLS)
    assert Window.open == 1
    read_again.clear()
    subject.close()
    assert Window.open == 0
    assert read_again == ["again"]


def test_what_an_environment_draws_into_is_deleted_in_its_own_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of another stays."""
    gl = OpenGL()
    monkeypatch.setitem(sys.modules, "pyglet.gl", gl)
    monkeypatch.setattr(windows, "FRAMEBUFFERS", {(__name__, "FrameBuffer"): ("first", "second")})
    env = Walls()
    env._picture = FrameBuffer(gl)  # type: ignore[attr-defined]
    Window.current, other = None, gl.made()
    windows.close_windows(env)
    assert gl.living.keys() == {other.value}
    assert gl.attached == {*gl.living[other.value].values()}
    assert Window.open == 0


def test_a_window_is_closed_also_where_that_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gl = OpenGL()
    monkeypatch.setitem(sys.modules, "pyglet.gl", gl)
    monkeypatch.setattr(windows, "FRAMEBUFFERS", {(__name__, "FrameBuffer"): ("first", "unknown")})
    env = Walls()
    env._picture = FrameBuffer(gl)  # type: ignore[attr-defined]
    windows.close_windows(env)
    assert Window.open == 0
    assert "could not be deleted" in caplog.text


def test_where_pyglet_is_not_imported_nothing_is_asked_for(
    read_again: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "pyglet")
    adopted(EPISODE_JOURNAL, WALLS, CALLS).close()
    assert Window.open > 0
    assert not read_again
