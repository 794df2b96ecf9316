"""Every error is an exception of the tree that says what to do."""

import inspect
import pickle

import gymnasium
import gymnasium_http
import pytest
from gymnasium_http import Connection, GymHTTPError, NotCreatable, UnknownArgument, errors


def test_what_gymnasium_refuses_to_make_is_said_in_its_words(connection: Connection) -> None:
    with pytest.raises(NotCreatable, match="doesn't exist"):
        gymnasium_http.make("CartPoul-v1", connection=connection)
    with pytest.raises(NotCreatable, match="doesn't exist") as unknown:
        gymnasium.make("http/Env-v0", env_id="CartPoul-v1", connection=connection)
    assert not isinstance(unknown.value, TypeError)


def test_an_argument_that_the_environment_does_not_take_is_a_type_error_as_in_process(
    connection: Connection,
) -> None:
    """TorchRL tries `frameskip` and leaves it out after this error."""
    for make in (
        lambda **kwargs: gymnasium.make("CartPole-v1", **kwargs),
        lambda **kwargs: gymnasium.make("http/Env-v0", env_id="CartPole-v1", connection=connection, **kwargs),
        lambda **kwargs: gymnasium_http.make_vec("CartPole-v1", connection=connection, **kwargs),
    ):
        with pytest.raises(TypeError, match="unexpected keyword argument 'frameskip'") as raised:
            make(frameskip=1)
    assert isinstance(raised.value, UnknownArgument)


def test_errors_that_python_and_gymnasium_have_are_caught_as_theirs() -> None:
    assert issubclass(errors.TimedOut, TimeoutError)
    assert issubclass(errors.UnknownArgument, TypeError)
    assert issubclass(errors.NotServed, AttributeError)
    assert issubclass(errors.ResetNeeded, gymnasium.error.ResetNeeded)
    assert issubclass(errors.InvalidAction, gymnasium.error.InvalidAction)


def test_every_exception_is_exported_in_the_tree_and_survives_a_pickle() -> None:
    classes = [
        value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, GymHTTPError)
    ]
    for kind in classes:
        assert getattr(gymnasium_http, kind.__name__) is kind
        assert kind.__name__ in (errors.__doc__ or "")
        error = pickle.loads(pickle.dumps(kind("What happened.", 400, {"detail": "What happened."})))
        assert (type(error), error.detail, error.status) == (kind, "What happened.", 400)
