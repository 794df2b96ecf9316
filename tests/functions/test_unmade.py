"""An environment whose model was there at its creation and is gone: refused in words, and the instance is kept."""

from pathlib import Path

from tests.applications import Api
from tests.servers import uvicorn

MODULE = "tests.shared.snapshot.habits"


def test_a_model_that_is_missing_is_told_at_creation_and_later_and_the_instance_is_kept(tmp_path: Path) -> None:
    model = tmp_path / "model.xml"
    variables = {
        "GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db",
        "GYM_HTTP_ENV_MODULES": MODULE,
        "HABITS_MODEL": str(model),
        "GYM_HTTP_LIVE_ENVS": "1",
    }
    with uvicorn(**variables) as server:
        api = Api(server)
        refused = api.post("/v1/envs/", {"env_id": "habits/NeedsFile-v0"})
        assert (refused.status, refused.json["type"]) == (400, "urn:gym-http:problem:not-creatable")
        assert "No such file" in refused.json["detail"]
        assert str(model) in refused.json["detail"]
        model.write_text("a model")
        instance = api.create("habits/NeedsFile-v0")
        api.post(f"{instance}/reset/", {"seed": 1})
        api.post(f"{instance}/step/", {"action": 1})
        model.unlink()
        api.post(f"{api.create('CartPole-v1')}/reset/")  # takes the one place of a live environment
        for _ in range(2):
            gone = api.post(f"{instance}/step/", {"action": 1})
            assert (gone.status, gone.json["type"]) == (409, "urn:gym-http:problem:snapshot-incompatible")
            assert str(model) in gone.json["detail"]
        assert api.get(instance).json["revision"] == 2
        model.write_text("a model")
        reply = api.post(f"{instance}/step/", {"action": 1})
        assert (reply.status, reply.json["observation"]) == (200, [0.0, 2.0, 0.0])
