import pytest

from shared.session.catalog.names import action_names


@pytest.mark.parametrize(
    ("env_id", "names"),
    [
        ("FrozenLake-v1", ["LEFT", "DOWN", "RIGHT", "UP"]),
        ("MountainCar-v0", ["LEFT", "NOTHING", "RIGHT"]),
        ("LunarLander-v3", ["NOTHING", "fire left engine", "fire main engine", "fire right engine"]),
        ("ALE/Pong-v5", ["NOOP", "FIRE", "RIGHT", "LEFT", "RIGHTFIRE", "LEFTFIRE"]),
        ("Taxi-v4", ["DOWN", "UP", "RIGHT", "LEFT", "4", "5"]),
        ("Blackjack-v1", None),
        ("Pendulum-v1", None),
        ("Nothing-v0", None),
    ],
)
def test_actions_are_called_as_the_environment_or_its_keys_say(env_id: str, names: list[str] | None) -> None:
    assert action_names(env_id) == names
