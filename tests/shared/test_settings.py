"""Settings are read in one place, and an error names a wrong one without repeating a secret."""

import ast
import inspect
from dataclasses import Field, fields
from itertools import pairwise

import pytest

from shared.errors import Misconfigured
from shared.families.families import registering_modules
from shared.settings import Settings, read


def test_nothing_set_gives_the_defaults() -> None:
    assert read({"HOME": "/"}).store == Settings().store


def test_modules_are_added_to_those_of_the_installed_families_or_taken_away_by_name() -> None:
    families = tuple(registering_modules())
    assert "ale_py" in families
    for variable, modules in (
        (None, families),
        ("my_envs", (*families, "my_envs")),
        ("ale_py,my_envs", (*families, "my_envs")),
        ("my_envs, -ale_py", (*(each for each in families if each != "ale_py"), "my_envs")),
    ):
        assert read({} if variable is None else {"GYM_HTTP_ENV_MODULES": variable}).env_modules == modules
    with pytest.raises(Misconfigured, match="-my_envs takes away no family's module; those are ale_py"):
        read({"GYM_HTTP_ENV_MODULES": "-my_envs"})


def test_every_setting_can_be_set() -> None:
    given = read(
        {
            "GYM_HTTP_STORE": "memory:",
            "GYM_HTTP_DURABILITY": "power",
            "GYM_HTTP_STORE_CALLS": "7",
            "GYM_HTTP_SIGNING_KEYS": "new, old",
            "GYM_HTTP_ACCEPT": "exact",
            "GYM_HTTP_API_KEYS": "ann:a,ann:b:c",
            "GYM_HTTP_TEACHERS": "ann",
            "GYM_HTTP_ENV_MODULES": "one,two.three",
            "GYM_HTTP_IDLE_TTL_S": "0.5",
            "GYM_HTTP_HISTORY_TTL_S": "7",
            "GYM_HTTP_LIVE_ENVS": "3",
            "GYM_HTTP_MAX_ENVS": "4",
            "GYM_HTTP_MAX_STORED_BYTES": "6",
            "GYM_HTTP_MAX_SNAPSHOT_BYTES": "5",
            "GYM_HTTP_MAX_BODY_BYTES": "10",
            "GYM_HTTP_MAX_FRAME_PIXELS": "20",
            "GYM_HTTP_MAX_STEPS_PER_CALL": "30",
            "GYM_HTTP_MAX_EXPLORE_STEPS": "35",
            "GYM_HTTP_EXPLORE_PROCESSES": "2",
            "GYM_HTTP_MAX_REPLY_BYTES": "40",
            "GYM_HTTP_MAX_CALL_SECONDS": "1.5",
            "GYM_HTTP_KEEP_ALIVE_SECONDS": "60",
            "GYM_HTTP_OPENENV": "CartPole-v1",
            "GYM_HTTP_OPENENV_TTL_S": "60",
            "GYM_HTTP_MAX_SOCKETS": "7",
            "GYM_HTTP_MAX_TRIAL_SECONDS": "2.5",
            "GYM_HTTP_MAX_TRIAL_BYTES": "50",
            "GYM_HTTP_ALLOWED_HOSTS": "gym.example, *.gym.example",
            "GYM_HTTP_CORS_ORIGINS": "https://a.example",
            "GYM_HTTP_ROOT_PATH": "/gym/",
            "GYM_HTTP_SWEEP": "off",
            "GYM_HTTP_LOG": "off",
            "GYM_HTTP_PAGES_URL": "https://gym.example/",
            "GYM_HTTP_METRICS_NAMESPACE": "gym-http/gym",
        }
    )
    assert given == Settings(
        store="memory:",
        durability="power",
        store_calls=7,
        signing_keys=("new", "old"),
        accept="exact",
        api_keys=(("ann", "a"), ("ann", "b:c")),
        teachers=("ann",),
        env_modules=(*registering_modules(), "one", "two.three"),
        idle_ttl_s=0.5,
        history_ttl_s=7.0,
        live_envs=3,
        max_envs=4,
        max_stored_bytes=6,
        max_snapshot_bytes=5,
        max_body_bytes=10,
        max_frame_pixels=20,
        max_steps_per_call=30,
        max_explore_steps=35,
        explore_processes=2,
        max_reply_bytes=40,
        max_call_seconds=1.5,
        keep_alive_seconds=60,
        openenv="CartPole-v1",
        openenv_ttl_s=60.0,
        max_sockets=7,
        max_trial_seconds=2.5,
        max_trial_bytes=50,
        allowed_hosts=("gym.example", "*.gym.example"),
        cors_origins=("https://a.example",),
        root_path="/gym",
        pages_url="https://gym.example",
        sweep="off",
        log="off",
        metrics_namespace="gym-http/gym",
    )
    defaults = Settings()
    assert all(getattr(given, field.name) != getattr(defaults, field.name) for field in fields(Settings))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GYM_HTTP_DURABILITY", "forever"),
        ("GYM_HTTP_LOG", "everything"),
        ("GYM_HTTP_METRICS_NAMESPACE", "AWS/Lambda"),
        ("GYM_HTTP_METRICS_NAMESPACE", "gym http"),
        ("GYM_HTTP_PAGES_URL", "gym.example"),
        ("GYM_HTTP_PAGES_URL", "https://gym.example/\r\nset-cookie: a"),
        ("GYM_HTTP_API_KEYS", "no-colon"),
        ("GYM_HTTP_API_KEYS", "a/b:secret"),
        ("GYM_HTTP_API_KEYS", "ann:"),
        ("GYM_HTTP_TEACHERS", "nobody"),
        ("GYM_HTTP_IDLE_TTL_S", "-1"),
        ("GYM_HTTP_IDLE_TTL_S", "nan"),
        ("GYM_HTTP_LIVE_ENVS", "many"),
        ("GYM_HTTP_LIVE_ENVS", "0"),
        ("GYM_HTTP_MAX_BODY_BYTES", "1e3"),
        ("GYM_HTTP_SIGNING_KEYS", " , "),
        ("GYM_HTTP_API_KEYS", " , "),
        ("GYM_HTTP_API_KEYS", "ann:one,bob:two,eve:one"),
        ("GYM_HTTP_TYPO", "1"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=variable):
        read({variable: value})


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
@pytest.mark.parametrize("value", ["", " "])
def test_a_setting_that_is_set_but_empty_is_named(field: Field[object], value: str) -> None:
    variable = f"GYM_HTTP_{field.name.upper()}"
    with pytest.raises(Misconfigured, match=f"{variable} is set but empty"):
        read({variable: value})


def test_every_setting_has_a_docstring() -> None:
    """A string that follows the field, which only its source has."""
    [settings] = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(settings, ast.ClassDef)
    documented = [
        field.target.id
        for field, text in pairwise(settings.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    ]
    assert documented == [field.name for field in fields(Settings)]


def test_a_secret_is_never_repeated() -> None:
    with pytest.raises(Misconfigured) as raised:
        read({"GYM_HTTP_API_KEYS": "ann:x,hunter2"})
    assert "hunter2" not in raised.value.detail


def test_one_secret_with_two_names_is_refused_by_their_places_alone() -> None:
    with pytest.raises(Misconfigured, match="entries 1 and 3 give one SECRET to two NAMEs") as raised:
        read({"GYM_HTTP_API_KEYS": "ann:hunter2,bob:b,eve:hunter2"})
    assert "hunter2" not in raised.value.detail


def test_a_secret_that_is_listed_twice_for_one_name_is_that_names() -> None:
    assert read({"GYM_HTTP_API_KEYS": "ann:one,ann:one"}).api_keys == (("ann", "one"), ("ann", "one"))


# What a pod has beside Services named gym-http, with a port named web, and gym-http-store.
KUBERNETES = {
    "GYM_HTTP_SERVICE_HOST": "10.0.171.239",
    "GYM_HTTP_SERVICE_PORT": "5000",
    "GYM_HTTP_SERVICE_PORT_WEB": "5000",
    "GYM_HTTP_PORT": "tcp://10.0.171.239:5000",
    "GYM_HTTP_PORT_5000_TCP": "tcp://10.0.171.239:5000",
    "GYM_HTTP_PORT_5000_TCP_PROTO": "tcp",
    "GYM_HTTP_PORT_5000_TCP_PORT": "5000",
    "GYM_HTTP_PORT_5000_TCP_ADDR": "10.0.171.239",
    "GYM_HTTP_STORE_SERVICE_HOST": "10.0.171.240",
    "GYM_HTTP_STORE_SERVICE_PORT": "8333",
    "GYM_HTTP_STORE_PORT": "tcp://10.0.171.240:8333",
    "GYM_HTTP_STORE_PORT_8333_TCP": "tcp://10.0.171.240:8333",
    "GYM_HTTP_STORE_PORT_8333_TCP_ADDR": "10.0.171.240",
}


@pytest.mark.parametrize("variable", KUBERNETES)
def test_what_kubernetes_sets_for_a_service_of_our_name_is_no_setting(variable: str) -> None:
    assert read({variable: KUBERNETES[variable]}) == read({})


@pytest.mark.parametrize(
    "variable", ["GYM_HTTP_PORT", "GYM_HTTP_STORE_PORT", "GYM_HTTP_SERVICE", "GYM_HTTP_PORTS"]
)
def test_a_name_that_is_only_like_theirs_is_told_as_no_setting(variable: str) -> None:
    with pytest.raises(Misconfigured, match=f"There is no setting {variable}"):
        read({variable: "8000"})


def test_the_word_none_opens_the_service_and_an_empty_value_does_not() -> None:
    assert read({"GYM_HTTP_API_KEYS": "none"}).api_keys == ()
    with pytest.raises(Misconfigured, match="GYM_HTTP_API_KEYS is set but empty"):
        read({"GYM_HTTP_API_KEYS": ""})
