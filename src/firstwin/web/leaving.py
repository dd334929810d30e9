"""The way out: a page that changes nothing when it is looked at, and a post that does, with no cookie, login or detour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Message

from firstwin.app import App
from firstwin.db.engine import clock, read, write
from firstwin.messages.error import RenderError
from firstwin.messages.page import UNKNOWN_LINK, UNSUBSCRIBE, UNSUBSCRIBED, Page
from firstwin.messages.templates import Templates
from firstwin.outbox.choices import Choice, Stopped, Who, choose, stopped
from firstwin.outbox.way_out import ONE_CLICK, PATH, Left
from firstwin.rules.project import Project
from firstwin.telemetry import Log, failed
from firstwin.tools.check import ProjectError
from firstwin.tools.new_project import shipped
from firstwin.web.around import HEADERS
from firstwin.web.body import read_body

BIGGEST: Final = 10_000  # bytes of a post
FIELDS: Final = 10
PATIENCE_S: Final = 10.0
POLICY: Final = f"{HEADERS['Content-Security-Policy']}; img-src data:"
STAND_IN: Final = Project(name="Unsubscribe")  # while firstwin.yaml cannot be read


def routes(app: App) -> list[Route]:
    leaving = Leaving(app)

    async def unsubscribe(request: Request) -> Response:
        """GET shows what there is to choose: scanners fetch every link. POST chooses (RFC 8058 §3.2)."""
        visit = Visit(request.path_params["token"], request.headers.get("accept-language", ""))
        if request.method != "POST":
            return await run_in_threadpool(leaving.show, visit)
        asked = await _asked(request)
        request.scope["about"] = {"choice": asked[0] if asked else "none"}
        return await run_in_threadpool(leaving.choose, visit, asked)

    return [Route(PATH + "{token}", unsubscribe, methods=["GET", "POST"])]


Asked = tuple[Choice, Who]


async def _asked(request: Request) -> Asked | None:
    """What a form says, ours or that of a mail program. None for anything else."""
    form = await _form(request)
    choice = form.get("choice")
    for known in get_args(Choice):
        if choice == known:
            return known, "page"
    name, value = ONE_CLICK
    return ("class", "one_click") if form.get(name) == value else None


async def _form(request: Request) -> Mapping[str, object]:
    """The fields of a form; none of what is no form, or brings files."""
    body = await read_body(request, most=BIGGEST, within_s=PATIENCE_S)

    async def whole() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        async with Request(request.scope, whole).form(max_files=0, max_fields=FIELDS) as form:
            return dict(form)
    except HTTPException:
        return {}


@dataclass(frozen=True)
class Visit:
    """Somebody with a link; ``accepts`` are the languages that the browser asks for."""

    token: str
    accepts: str


class Leaving:
    def __init__(self, app: App) -> None:
        self._app = app

    def show(self, visit: Visit) -> Response:
        with read(self._app.engine) as connection:
            left = self._app.way_out.left(connection, visit.token)
            now = stopped(connection, self._app.addresses, left) if left else None
        return self._page(UNSUBSCRIBE, visit, left, now)

    def choose(self, visit: Visit, asked: Asked | None) -> Response:
        with write(self._app.engine) as connection:
            left = self._app.way_out.left(connection, visit.token)
            if left and asked:
                choose(connection, self._app.addresses, left, asked[0], who=asked[1], at=clock(connection))
            now = stopped(connection, self._app.addresses, left) if left else None
        if not asked:
            return self._page(UNSUBSCRIBE, visit, left, now, status=400)
        return self._page(UNSUBSCRIBED, visit, left, now, chosen=asked[0])

    def _page(
        self, name: str, visit: Visit, left: Left | None, now: Stopped | None, *, chosen: str = "", status: int = 200
    ) -> Response:
        if left is None or now is None:
            name, status = UNKNOWN_LINK, 404
        page = self._rendered(name, visit.accepts, left, now, chosen)
        headers = {
            "Content-Language": page.language,
            "Content-Security-Policy": POLICY,
            "Vary": "Accept-Language",
        }
        return HTMLResponse(page.html, status, headers)

    def _rendered(self, name: str, accepts: str, left: Left | None, now: Stopped | None, chosen: str) -> Page:
        """A mistake in a project's page leaves its visitors with the shipped one."""
        project, templates = self._ground()
        context = _context(project, left, now, chosen)
        if templates is not None:
            try:
                return templates.pages.render(name, accepts, context)
            except RenderError as error:
                failed(Log.WEB_FAILED, error, template=error.template, line=error.line)
        return Templates(shipped() / "templates", project).pages.render(name, accepts, context)

    def _ground(self) -> tuple[Project, Templates | None]:
        try:
            wired = self._app.wired()
        except ProjectError:
            checked = self._app.check()
            return checked.project or STAND_IN, checked.templates
        return wired.project, wired.checked.templates


def _context(project: Project, left: Left | None, now: Stopped | None, chosen: str) -> Mapping[str, object]:
    holds = now or Stopped(this_class=False, all=False, less=False)
    return {
        "project": {
            "name": project.name,
            "link": project.link,
            "postal_address": project.postal_address,
            "zone": project.zone,
        },
        "kind": project.classes.get(left.message_class, "") if left else "",
        "chosen": chosen,
        "stopped": {"class": holds.this_class, "all": holds.all, "less": holds.less},
        "trial": left.trial if left else False,
    }
