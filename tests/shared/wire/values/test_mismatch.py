"""The error for a client names the innermost part that does not fit, and has the whole value as evidence."""

from gymnasium import spaces

from shared.wire.values.mismatch import Mismatch

INNER, OUTER = spaces.Discrete(3), spaces.Dict(arm=spaces.Tuple((spaces.Discrete(3),)))


def test_the_part_is_named_by_its_path_from_the_outermost() -> None:
    mismatch = Mismatch("it is too large")
    mismatch.note(7, INNER)
    mismatch.path += [0, "arm"]
    error = mismatch.as_invalid_action("action", {"arm": [7]}, OUTER)
    assert error.detail == 'action["arm"][0] is 7, which Discrete(3) does not contain: it is too large.'
    assert error.evidence == {"action": {"arm": [7]}, "space": str(OUTER)}


def test_the_innermost_value_is_kept() -> None:
    mismatch = Mismatch("it does not fit")
    mismatch.note(7, INNER)
    mismatch.note({"arm": [7]}, OUTER)
    assert (mismatch.value, mismatch.space) == (7, INNER)


def test_a_space_of_much_text_is_cut_short() -> None:
    space = spaces.Text(3, charset="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    many = spaces.Tuple([space] * 100)
    assert len(Mismatch("it does not fit").as_invalid_action("action", 1, many).detail) < 260
