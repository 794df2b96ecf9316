"""GET /v1/trials/{trial_id}/: how far a trial is that goes on by itself. On Lambda none does."""

from shared.errors import TrialNotFound
from shared.web.app.routing import Router
from shared.web.protocol.problems import told
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import TrialReply

router = Router()


@router.get(
    "/v1/trials/{trial_id}/",
    summary="See how far a trial is",
    reply=TrialReply,
    example={"state": "running", "progress": ["The environment is made.", "How many can be alive?"]},
    errors=(TrialNotFound,),
    tag="service",
)
async def trial(request: Request[None]) -> Response:
    """Tell whether the trial of an environment runs, is done or has refused it.

    A creation with `Prefer: respond-async` names it in `Location`. Once it is done, that creation takes no trial.
    """
    request.check_key()
    state = await request.service.session.ahead.state(request.scope["path_params"]["trial_id"])
    if state.refused is not None:
        return request.reply(TrialReply(state="refused", problem=told(state.refused)))
    if state.verdict is not None:
        return request.reply(TrialReply(state="done", mechanism=state.verdict.mechanism or ""))
    return request.reply(TrialReply(state="running", progress=state.progress), headers={"Retry-After": "2"})
