"""GET /v1/envs/{instance_id}/interface/: what a client needs to stand in for the environment."""

from mangum import Mangum

from shared.errors import CallTooLong
from shared.session.calls import operations
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.spaces.replies import InterfaceReply

router = Router()
_ACTIONS = {"name": "Discrete", "n": 3, "shape": [], "dtype": "int64", "start": 0}
_OBSERVATIONS = {
    "name": "Box",
    "shape": [2],
    "low": [-1.2000000476837158, -0.07000000029802322],
    "high": [0.6000000238418579, 0.07000000029802322],
    "dtype": "float32",
}


@router.get(
    "/v1/envs/{instance_id}/interface/",
    summary="Describe an environment's interface",
    call="interface",
    reply=InterfaceReply,
    example={
        "spec": {
            "id": "MountainCar-v0",
            "entry_point": "gymnasium.envs.classic_control.mountain_car:MountainCarEnv",
            "reward_threshold": -110.0,
            "nondeterministic": False,
            "max_episode_steps": 200,
            "order_enforce": True,
            "disable_env_checker": False,
            "kwargs": {},
            "additional_wrappers": [],
            "vector_entry_point": None,
        },
        "metadata": {"render_modes": ["human", "rgb_array"], "render_fps": 30},
        "render_mode": None,
        "num_envs": None,
        "spaces": {"action_space": _ACTIONS, "observation_space": _OBSERVATIONS},
    },
    errors=(CallTooLong,),
    tag="spaces",
)
async def interface(request: Request[None]) -> Response:
    """Describe both spaces, the metadata, the render mode and the spec in one call.

    A vector environment also has `single_action_space` and `single_observation_space`.
    """
    return await request.apply(operations.interface)


app = create_app(router)
handler = Mangum(app, lifespan="off")
