"""An episode by the client that openapi-python-client generates; its types are the document's."""

import sys

from gymnasium_over_http_client import Client
from gymnasium_over_http_client.api.environments import close_env, create_env, reset_env, step_env
from gymnasium_over_http_client.models import CreateBody, Problem, ResetBody, StepBody

client = Client(base_url=sys.argv[1])
name = create_env.sync(client=client, body=CreateBody(env_id="CartPole-v1")).instance_id
print(reset_env.sync(name, client=client, body=ResetBody(seed=42)).observation)
step = step_env.sync(name, client=client, body=StepBody(action=1))
print(step.reward, step.terminated)
wrong = step_env.sync(name, client=client, body=StepBody(action=9))
assert isinstance(wrong, Problem)
print(wrong.detail)
print(close_env.sync(name, client=client).message)
