"""What to do where an environment draws with OpenGL and finds no screen."""

_WAY_OUT = (
    " It draws with OpenGL and found no screen. Where DISPLAY is not set, the server sets PYGLET_HEADLESS=True "
    "and MUJOCO_GL=egl, which need EGL in place of a screen: on Debian, install libegl1 and libgl1-mesa-dri. "
    "Where DISPLAY is set, a screen has to answer there."
)
_SAID = ("NoSuchDisplay", 'Library "EGL" not found', 'Library "GL" not found', "Unable to open display")


def way_out(error: BaseException) -> str:
    """The way out, to follow what the error says; empty for any other error."""
    at: BaseException | None = error
    while at is not None:
        if any(each in repr(at) for each in _SAID):
            return _WAY_OUT
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return ""
