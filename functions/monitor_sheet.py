"""GET /v1/monitor/sheet/: many environments in one picture."""

from mangum import Mangum
from starlette.responses import Response

from shared.errors import InvalidValue, ReplyTooLarge
from shared.frames import Thumbnail
from shared.session.contact_sheet import Cells, cells, contact_sheet
from shared.session.monitor.renderer import SHARE
from shared.sheets import Grid
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.monitor.query import MOST_IDS, NARROWEST, WIDEST, WIDTH, watched, width
from shared.web.protocol.lambda_limits import BURST, carried_by_lambda, check_carried
from shared.web.protocol.request import Request

router = Router()


@router.get(
    "/v1/monitor/sheet/",
    summary="See many environments at once",
    reply=None,
    errors=(InvalidValue, ReplyTooLarge),
    tag="monitor",
    media_type="image/jpeg",
    query={
        "ids": f"Instance ids with commas between, up to {MOST_IDS}.",
        "width": f"Of a cell, in pixels, {NARROWEST} to {WIDEST}, {WIDTH} by default.",
    },
)
async def monitor_sheet(request: Request[None]) -> Response:
    """One JPEG with a picture of each instance, in cells of one size, row by row in the order of `ids`.

    The header `Sheet` says how to read it, as a dictionary of RFC 8941: `columns`, `rows`, the `width` and
    `height` of a cell in pixels, and lists of cells, counted from 0: those of instances that are `gone`; those
    that are `blank` for another reason, such as text, no render mode or no reset yet; and those that are `late`,
    which there was no time to draw within two seconds, and which are blank or as they were before. An id that is
    sent twice has one cell. A picture keeps its proportions, in the middle of its cell.

    Pictures are drawn from copies, in at most about a third of the process's time, so that watching changes
    nothing and stepping comes first. With the `ETag` as `If-None-Match` the reply is 304 where nothing changed.
    """
    references = list(watched(request).values())
    grid = Grid.of(len(references), width(request, may_be_none=False))
    most = request.service.settings.max_frame_pixels
    if grid.pixels > most:
        raise InvalidValue(
            f"{len(references)} cells of {grid.width} x {grid.height} pixels are over the {most} of a picture "
            "(GYM_HTTP_MAX_FRAME_PIXELS); send a smaller width, or fewer ids."
        )
    in_lambda = carried_by_lambda(request.scope)
    # A function has nothing else to do, and is paid for by the second.
    share = 1.0 if in_lambda else SHARE
    session = request.service.session
    shown = await cells(session, references, Thumbnail(grid.width, most), BURST, share=share)
    headers = {"Cache-Control": "private, no-cache", "Sheet": _described(grid, shown)}
    if shown.version is not None:
        headers["ETag"] = f'"{shown.version}"'
        if headers["ETag"] in request.headers.get(b"if-none-match", b"").decode("latin-1"):
            return Response(status_code=304, headers=headers)
    content = await contact_sheet(session, grid, shown, share=share)
    if in_lambda:
        check_carried(content, text=False)
    return Response(content, media_type="image/jpeg", headers=headers)


def _described(grid: Grid, shown: Cells) -> str:
    """The grid and the cells that stand out, as a structured field (RFC 8941)."""
    lists = {"gone": shown.gone, "blank": shown.blank, "late": shown.late}
    told = [f"{name}={value}" for name, value in grid._asdict().items()]
    told += [f"{name}=({' '.join(map(str, listed))})" for name, listed in lists.items()]
    return ", ".join(told)


app = create_app(router)
handler = Mangum(app, lifespan="off")
