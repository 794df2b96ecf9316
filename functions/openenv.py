"""OpenEnv's protocol: /openenv/{env_id}/ makes an environment, /openenv/instances/{instance_id}/ continues one.

`uvicorn functions.openenv:app` serves one environment, `GYM_HTTP_OPENENV`, at the root as well. All of it is under
uvicorn only: Lambda has no WebSockets.
"""

from shared.openenv.face import AT_ROOT, OF_ENVIRONMENT, OF_INSTANCE, OF_NAMESPACE, face
from shared.web.app.application import create_app
from shared.web.app.routing import Router

# Instances come first: an environment's namespace could be called so too.
FACES = (face(OF_INSTANCE), face(OF_ENVIRONMENT), face(OF_NAMESPACE))

router = Router()
for each in FACES:
    router.endpoints += each.endpoints
    router.sockets += each.sockets

ROUTERS = (face(AT_ROOT), router)
"""What is served where one environment is at the root."""

app = create_app(*ROUTERS)
