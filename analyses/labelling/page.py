"""The page on which people read, decide, label and settle: a server for one person at a time.

It listens on this machine alone and opens only with the token of its address. What it shows comes
from a dump, which anybody may have written to: posts are cleaned, and the browser is told to run
no script but the page's own, and to load nothing.
"""

from __future__ import annotations

import secrets
import socket
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from analyses.common.numbers import between, count, number, percent
from analyses.labelling.adjudication import adjudicate, write_settled
from analyses.labelling.agreement import agreement_of_all, rater_agreement
from analyses.labelling.codebook import Codebook
from analyses.labelling.journal import (
    SETTLED,
    Entry,
    Journal,
    changes_of,
    name_of_now,
    read_journals,
)
from analyses.labelling.ratings import LABEL, read_raters
from analyses.labelling.rendering import code_css, safe_comment, safe_html
from loader.errors import LabellingError, StackstudyError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from starlette.requests import Request

    from analyses.labelling.adjudication import Settlement
    from analyses.labelling.posts import PostKey, Thread
    from analyses.labelling.ratings import Ratings, Task
    from analyses.labelling.sample import QuestionKey, SampledQuestion
    from analyses.study.labels import Taxonomy
    from analyses.study.study import Study

HOST: Final = "127.0.0.1"
MOST_NOTE: Final = 20_000
"""Characters of a note."""

_KEYS: Final = {
    "false positive": "f",
    "unclear": "u",
    "pending": "p",
    "include": "i",
    "exclude": "e",
}
"""Keys that mean the same in every study."""
_LETTERS: Final = "abcdghloqrstvwy"
"""Keys of categories beside the digits; the other letters are commands."""
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Desk:
    """What one person does: a sample to read, a journal to write, a codebook.

    Parameters
    ----------
    journal : Journal
        That of the person; of the name `settled` to settle what raters said.
    n_raters : int
        So many raters must agree before something is final.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a person needs on a desk
        self,
        study: Study,
        task: Task,
        questions: Sequence[SampledQuestion],
        threads: Mapping[PostKey, Thread],
        journal: Journal,
        n_raters: int = 2,
    ) -> None:
        self.study = study
        self.task = task
        self.questions = sorted(questions, key=lambda one: not one.is_pilot)
        self.places = {one.key: place for place, one in enumerate(self.questions, start=1)}
        self.threads = threads
        self.journal = journal
        self.is_settling = journal.rater == SETTLED
        self._n_raters = n_raters
        self._others = {
            one.path: one for one in read_journals(study.folder) if one.path != journal.path
        }
        self._codebook = Codebook(study.folder, study.set_names()) if task is LABEL else None
        self._rated: tuple[list[Ratings], Settlement] | None = None  # until anybody says more
        self.refresh()

    @property
    def journals(self) -> list[Journal]:
        """All journals of the study."""
        return [self.journal, *self._others.values()]

    def refresh(self) -> None:
        """Read what others have changed since the last request."""
        for path in (self.journal.path.parent).glob("*.jsonl"):
            if path not in {one.path for one in self.journals} and path.stem != "codebook":
                self._others[path] = Journal(path)
        for one in self._others.values():
            one.refresh()
        self._rated = None
        if self._codebook:
            self._codebook.refresh(self.journals)

    @property
    def taxonomy(self) -> Taxonomy:
        """What there is to say."""
        book = self._codebook.taxonomy if self._codebook else self.study.taxonomy
        return self.task.taxonomy(self.questions, book)

    def said(self) -> dict[Any, Entry]:
        """Return what the person said of each question."""
        return self.journal.said(self.task.name, changes_of(self.journals))

    def lost(self, said: Iterable[Entry]) -> dict[QuestionKey, list[str]]:
        """Return the labels that somebody has deleted from taxonomy.csv since, by question."""
        known = {
            name: {one.name for one in self.task.choices(self.taxonomy, name)}
            for name in self.sampled_sets
        }
        return {
            one.key: gone
            for one in said
            if (gone := [name for name in one.labels if name not in known[one.question_set]])
        }

    def now(self) -> str:
        """Return a time that is after all that was said and changed, whatever the clocks say."""
        last = [*self.journal.entries[-1:], *changes_of(self.journals)[-1:]]
        return max(
            [datetime.now(UTC).isoformat(timespec="microseconds"), *(one.at for one in last)]
        )

    def save(self, place: int, labels: Sequence[str], note: str, shown: str = "") -> None:
        """Put what the person says of a question on disk.

        Parameters
        ----------
        shown : str
            When the page was made; labels have the names of then.

        Raises
        ------
        ValueError
            When a label is none of the codebook, or cannot stand beside the others.
        """
        question = self.questions[place - 1]
        changes = changes_of(self.journals) if shown else []
        names = (name_of_now(question.question_set, one, changes, shown) for one in labels)
        labels = list(dict.fromkeys(names))
        self.task.check(labels, question.question_set, self.taxonomy)
        if len(note) > MOST_NOTE:
            raise ValueError(f"a note has {MOST_NOTE:,} characters at most")
        said = Entry(self.task.name, *question.key, labels=tuple(labels), note=note)
        self.journal.append(said)
        self._write_settled()

    def undo(self) -> int | None:
        """Take back what was said last; return the question's place, None if there is nothing."""
        before = self.journal.before(self.task.name, self.places)
        if before is None:
            return None
        self.journal.append(
            Entry(self.task.name, *before.key, before.labels, before.note, is_undo=True)
        )
        self._write_settled()
        return self.places[before.key]

    def change(self, question_set: str, change: str, code: str, to: str, said: str) -> None:
        """Change the codebook; raise ValueError if that cannot be."""
        if not self._codebook:
            raise ValueError("decisions have no codebook")
        self.journal.append(self._codebook.made(question_set, change, code, to, said))
        self.refresh()

    def raters(self) -> tuple[list[Ratings], Settlement]:
        """Return what all raters said, and what follows from it."""
        if self._rated is None:
            raters, settled = read_raters(self.journals, self.questions, self.taxonomy, self.task)
            made = adjudicate(raters, settled, self.questions, self._n_raters)
            self._rated = raters, made
        return self._rated

    def write_settled(self) -> Path:
        """Write labels.csv or decisions.csv."""
        return write_settled(self.study.folder, self.study.set_names(), self.task, self.raters()[1])

    def _write_settled(self) -> None:
        self._rated = None
        if self.is_settling:
            self.write_settled()

    def choices(self, question_set: str) -> list[dict[str, Any]]:
        """Return what may be said of a question of a set, each with its key."""
        letters = iter(_LETTERS if self.is_settling else f"123456789{_LETTERS}")
        return [
            {
                "one": one,
                "name": one.name,
                "key": _KEYS.get(one.name) or next(letters, ""),
                "is_none": one.name in self.task.none,
            }
            for one in self.task.choices(self.taxonomy, question_set)
        ]

    def history(self) -> list[Entry]:
        """Return the changes of the codebook, the last one first."""
        return self._codebook.history.entries[::-1] if self._codebook else []

    @cached_property
    def sampled_sets(self) -> list[str]:
        """The sets of the sample."""
        return list(dict.fromkeys(one.question_set for one in self.questions))


class Page:
    """The requests of a browser, answered from a desk."""

    def __init__(self, desk: Desk, port: int) -> None:
        self.desk = desk
        self.token = secrets.token_urlsafe(24)
        self._tabs: dict[int, str] = {}  # which page of the browser saved a question last
        self.address = f"http://{HOST}:{port}/?token={self.token}"
        self._hosts = {f"{HOST}:{port}", f"localhost:{port}"}
        self._cookie = f"stackstudy-{port}"  # cookies do not know ports
        self._templates = Environment(
            loader=PackageLoader("analyses.labelling"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._templates.globals |= {
            "desk": desk, "count": count, "percent": percent, "number": number, "between": between,
        }  # fmt: skip
        self.app = Starlette(
            routes=[
                Route("/", self._guarded(self.home)),
                Route("/questions", self._guarded(self.listed)),
                Route("/questions/{place:int}", self._guarded(self.question)),
                Route("/questions/{place:int}", self._guarded(self.save), methods=["POST"]),
                Route("/undo", self._guarded(self.undo), methods=["POST"]),
                Route("/codebook", self._guarded(self.codebook)),
                Route("/codebook", self._guarded(self.change), methods=["POST"]),
                Route("/agreement", self._guarded(self.agreement)),
                Route("/write", self._guarded(self.write), methods=["POST"]),
                Route("/static/{name}", self._guarded(self.static)),
            ]
        )

    def _guarded(
        self, handler: Callable[[Request], Response] | Callable[[Request, Any], Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Answer only a browser that came with the token, on this host, from the page itself."""

        @wraps(handler)
        async def answer(request: Request) -> Response:
            response = self._refused(request)
            if response is None:
                try:
                    self.desk.refresh()
                    more = (await self._posted(request),) if request.method == "POST" else ()
                    response = handler(request, *more)
                except (ValueError, TypeError, LookupError) as error:
                    response = _said(str(error), 400)
                except StackstudyError as error:
                    response = _said(str(error), 500)
                except OSError as error:
                    response = _said(f"{error.filename or 'disk'}: {error.strerror}", 500)
            images = "; img-src http: https:" if "images" in request.query_params else ""
            response.headers.update(_HEADERS | {"Content-Security-Policy": _POLICY + images})
            return response

        return answer

    def _refused(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        origin = request.headers.get("origin")
        if host not in self._hosts or origin not in {None, f"http://{host}"}:
            return _said("this page answers on this machine alone", 403)
        if secrets.compare_digest(
            request.cookies.get(self._cookie, "").encode(), self.token.encode()
        ):
            return None
        given = request.query_params.get("token", "")
        if request.method == "GET" and secrets.compare_digest(given.encode(), self.token.encode()):
            home = RedirectResponse("/", 303)
            home.set_cookie(self._cookie, self.token, httponly=True, samesite="strict")
            return home
        return _said("open the address that the terminal shows, with its token", 403)

    @staticmethod
    async def _posted(request: Request) -> dict[str, Any]:
        if request.headers.get("content-type") != "application/json":
            raise ValueError("send JSON")
        said = await request.json()
        if not isinstance(said, dict):
            raise TypeError("send an object")
        return said

    def _shown(self, name: str, **values: Any) -> Response:
        return Response(self._templates.get_template(name).render(**values), media_type="text/html")

    def home(self, _request: Request) -> Response:
        """Go to the next question."""
        return RedirectResponse(
            f"/questions/{self._next(0) or 1}" if not self.desk.is_settling else "/agreement", 303
        )

    def question(self, request: Request) -> Response:
        """Show a question as on its site, with what may be said of it."""
        desk, place = self.desk, request.path_params["place"]
        if not 1 <= place <= len(desk.questions):
            return RedirectResponse("/questions", 303)
        question = desk.questions[place - 1]
        thread = desk.threads[question.site, question.question_id]
        said = desk.said().get(question.key, Entry(desk.task.name, *question.key))
        with_images = "images" in request.query_params
        raters, settlement = desk.raters() if desk.is_settling else ([], None)
        return self._shown(
            "question.html",
            question=question,
            thread=thread,
            place=place,
            said=said,
            shown=desk.now(),
            lost=desk.lost([said]).get(question.key, []),
            choices=desk.choices(question.question_set),
            next=self._next(place),
            progress=self._progress(),
            with_images=with_images,
            raters=[(one.rater, one.by_question.get(question.key)) for one in raters],
            settlement=settlement,
            body=lambda post: safe_html(
                post.body, thread.site, thread.tags, with_images=with_images
            ),
            comment=lambda text: safe_comment(text, thread.site),
        )

    def save(self, request: Request, said: dict[str, Any]) -> Response:
        """Put on disk what the person says of a question."""
        place, labels = request.path_params["place"], said.get("labels")
        if not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
            raise TypeError("labels are a list of names")
        if not 1 <= place <= len(self.desk.questions):
            raise ValueError("there is no such question")
        shown, tab = (str(said.get(name, "")) for name in ("shown", "tab"))
        last = self.desk.said().get(self.desk.questions[place - 1].key)
        if last and last.at > shown and self._tabs.get(place) != tab:
            raise ValueError("this question was changed on another page; reload this one")
        self.desk.save(place, labels, str(said.get("note", "")), shown)
        self._tabs[place] = tab
        return JSONResponse({"next": self._next(place), "progress": self._progress()})

    def undo(self, _request: Request, _said: dict[str, Any]) -> Response:
        """Take back what was said last."""
        place = self.desk.undo()
        self._tabs.pop(place or 0, None)
        return JSONResponse({"place": place})

    def listed(self, _request: Request) -> Response:
        """Show the questions of the sample and how far each is."""
        if self.desk.is_settling:
            made = self.desk.raters()[1]
            states = [
                "to settle"
                if key in made.to_settle
                else ""
                if key in made.final
                else "not yet rated"
                for key in self.desk.places
            ]
        else:
            states = ["" if is_done else "open" for is_done in self._done()]
        return self._shown("questions.html", states=states, progress=self._progress())

    def codebook(self, _request: Request) -> Response:
        """Show the codes with their definitions, examples and use, and their history."""
        said = self.desk.said().values()
        used = Counter((one.question_set, name) for one in said for name in one.labels)
        places = {f"{site}/{id_}": place for (_, site, id_), place in self.desk.places.items()}
        return self._shown("codebook.html", used=used, places=places, progress=self._progress())

    def change(self, _request: Request, said: dict[str, Any]) -> Response:
        """Change the codebook."""
        words = [str(said.get(name, "")) for name in ("set", "change", "code", "to", "text")]
        if words[0] not in self.desk.sampled_sets:
            raise ValueError(f"there is no set {words[0]!r} in this sample")
        if words[1] not in {"add", "define", "example", "rename"}:
            raise ValueError(f"{words[1]!r} is no change")
        self.desk.change(*words)
        return JSONResponse({})

    def agreement(self, _request: Request) -> Response:
        """Show how far raters agree by now, and where they do not."""
        desk = self.desk
        if not desk.is_settling:
            raise ValueError("only the page that settles shows what others said")
        raters, settlement = desk.raters()
        rows = rater_agreement(raters, desk.taxonomy) if len(raters) > 1 else []
        alphas = agreement_of_all(raters) if len(raters) > 2 else []
        if is_flat := all(not one.leaf_category for one in desk.taxonomy.categories):
            rows = [one for one in rows if one.level == "inner"]
            alphas = [one for one in alphas if one.level == "inner"]
        return self._shown(
            "agreement.html",
            raters=raters,
            rows=[one for one in rows if one.n],
            alphas=alphas,
            is_flat=is_flat,
            settlement=settlement,
            to_settle=[
                (desk.places[key], desk.threads[key[1:]].title, key) for key in settlement.to_settle
            ],
            progress=self._progress(),
        )

    def write(self, _request: Request, _said: dict[str, Any]) -> Response:
        """Write labels.csv or decisions.csv."""
        return JSONResponse({"written": self.desk.write_settled().name})

    def static(self, request: Request) -> Response:
        """Send the page's script or styles."""
        name = request.path_params["name"]
        if name == "code.css":
            return Response(code_css(), media_type="text/css")
        if name not in {"page.js", "page.css"}:
            raise LookupError("there is no such file")
        text = self._templates.get_template(name).render()
        return Response(text, media_type=f"text/{'css' if name.endswith('css') else 'javascript'}")

    def _done(self) -> list[bool]:
        desk = self.desk
        if desk.is_settling:
            to_settle = set(desk.raters()[1].to_settle)
            return [one.key not in to_settle for one in desk.questions]
        said = {key: one for key, one in desk.said().items() if key in desk.places and one.labels}
        done = said.keys() - desk.lost(said.values())
        return [one.key in done for one in desk.questions]

    def _next(self, place: int) -> int | None:
        """Return the next question that is not done, also from the beginning."""
        undone = [i for i, is_done in enumerate(self._done(), start=1) if not is_done]
        return next((i for i in undone if i > place), undone[0] if undone else None)

    def _progress(self) -> str:
        done, questions = self._done(), self.desk.questions
        if self.desk.is_settling:
            return f"{done.count(False):,} to settle"
        pilot = [is_done for is_done, one in zip(done, questions, strict=True) if one.is_pilot]
        text = f"{done.count(True):,} of {len(done):,}"
        return text + (f", pilot {pilot.count(True):,} of {len(pilot):,}" if pilot else "")


def _said(text: str, status: int) -> Response:
    return PlainTextResponse(text, status)


def listening(port: int) -> socket.socket:
    """Return a socket that listens on this machine alone, at a free port for 0.

    Raises
    ------
    LabellingError
        When another program has the port, or this one may not have it.
    """
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
        found.listen()
    except OSError as error:
        found.close()
        raise LabellingError(
            f"--port {port}: cannot be had ({error.strerror}); name another, or leave it out"
        ) from error
    return found


def serve(page: Page, at: socket.socket) -> None:
    """Answer until Ctrl-C."""
    import uvicorn

    config = uvicorn.Config(page.app, log_level="warning", access_log=False, lifespan="off")
    with suppress(KeyboardInterrupt):  # which uvicorn raises again when it has ended
        uvicorn.Server(config).run(sockets=[at])
