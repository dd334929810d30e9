"""`firstwin new`: a few questions, and a rule with its template and its test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from firstwin.cli.console import fail, screen
from firstwin.cli.opening import configured
from firstwin.cli.project import tell

if TYPE_CHECKING:
    from firstwin.tools.new_rule import Answers

BEGINS = {"happened": "something happened", "quiet": "they have gone quiet", "date": "a date comes near"}
OF = {
    "happened": ("Which event?", "signed_up"),
    "quiet": ("Which event has stopped coming?", "logged_in"),
    "date": ("Which property holds the date?", "account.trial_ends_at"),
}
WAIT = {
    "happened": ("How long after it?", "24 hours"),
    "quiet": ("For how long?", "30 days"),
    "date": ("How long before?", "7 days"),
}
AGAIN = {"happened": "never", "quiet": "{after: 90 days}", "date": "every time"}


def new(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(help="The rule's name: small letters, digits and `-`.", show_default=False)
    ] = "",
    about: Annotated[str, typer.Option(help="`account` or `person`.", show_default=False)] = "",
    begins: Annotated[str, typer.Option(help="`happened`, `quiet` or `date`.", show_default=False)] = "",
    of: Annotated[str, typer.Option(help="The event, or the property that holds the date.", show_default=False)] = "",
    wait: Annotated[str, typer.Option(help="Like `24 hours`.", show_default=False)] = "",
    unless: Annotated[
        str | None, typer.Option(help="An event or a milestone after which nothing is sent.", show_default=False)
    ] = None,
    send: Annotated[str, typer.Option(help="`email` or `alert`.", show_default=False)] = "",
    to: Annotated[str, typer.Option(help="Who gets it.", show_default=False)] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: what is not said is as usual.")] = False,
) -> None:
    """Ask a few questions, and write a rule, its template and its test. Nothing that is there is overwritten."""
    from firstwin.settings import placeholders
    from firstwin.tools.check import check
    from firstwin.tools.new_rule import drafts, mistakes

    settings = configured(ctx)
    found = check(settings.project, placeholders(settings))
    if found.project is None:
        tell(found.errors)
        fail("The project cannot be read: mend it first.")
    given = {
        "name": name,
        "about": about,
        "begins": begins,
        "of": of,
        "wait": wait,
        "unless": unless,
        "send": send,
        "to": to,
    }
    answers = _asked(given, _Asking(quiet=yes), settings.project)
    files = drafts(answers, found.project)
    wrong = mistakes(settings.project, found.project, files, answers.name)
    if wrong:
        tell(wrong)
        fail("Nothing was written.")
    _write(settings.project, files)
    _next(answers)


class _Asking:
    """Asks until the answer will do; asks nothing if it is ``quiet`` or the answer is given."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def __call__(self, question: str, given: str | None, usual: str, wrong: Callable[[str], str] = lambda _: "") -> str:
        if given or (given is not None and question.startswith("Unless")):
            return self._must_do(given, wrong)
        if self._quiet:
            return self._must_do(usual, wrong)
        while complaint := wrong(
            answer := str(typer.prompt(question, default=usual, show_default=bool(usual))).strip()
        ):
            screen().print(complaint, style="red")
        return answer

    @staticmethod
    def _must_do(answer: str, wrong: Callable[[str], str]) -> str:
        if complaint := wrong(answer):
            fail(complaint)
        return answer


def _asked(given: dict[str, Any], ask: _Asking, folder: Path) -> Answers:
    from firstwin.tools.new_rule import Answers, wrong_wait

    name = ask("What is the rule called?", given["name"], "new-rule", lambda text: _wrong_name(text, folder))
    about = ask("Whom is it about? (account, person)", given["about"], "account", _one_of("account", "person"))
    told = ", ".join(f"{word}: {meaning}" for word, meaning in BEGINS.items())
    begins = ask(f"How does it begin? ({told})", given["begins"], "happened", _one_of(*BEGINS))
    of = ask(OF[begins][0], given["of"], OF[begins][1])
    wait = ask(WAIT[begins][0], given["wait"], WAIT[begins][1], wrong_wait)
    unless = (
        ""
        if begins != "happened"
        else ask("Unless what has happened by then? (an event or a milestone; empty for nothing)", given["unless"], "")
    )
    send = ask("What is sent? (email, alert)", given["send"], "email", _one_of("email", "alert"))
    usual = "csm" if send == "alert" else "person" if about == "person" else "contact"
    to = ask("To whom?", given["to"], usual)
    kinds = cast("tuple[Literal['account', 'person'], Literal['happened', 'quiet', 'date']]", (about, begins))
    return Answers(name, *kinds, of, wait, unless, cast("Literal['email', 'alert']", send), to, AGAIN[begins])


def _one_of(*words: str) -> Callable[[str], str]:
    return lambda text: "" if text in words else f"`{text}` is none of {', '.join(words)}."


def _wrong_name(text: str, folder: Path) -> str:
    from firstwin.rules.names import IDENTIFIER, simplified

    if not IDENTIFIER.fullmatch(text):
        return f"`{text}` cannot be the name of a rule: use small letters, digits, `-` and `_`. Write `{simplified(text)}`."
    there = [
        path for path in (folder / "rules" / f"{text}.yaml", folder / "rules/tests" / f"{text}.yaml") if path.exists()
    ]
    return f"{there[0].relative_to(folder)} is there already: take another name." if there else ""


def _write(folder: Path, files: dict[Path, str]) -> None:
    for path, text in files.items():
        target = folder / path
        if target.exists():
            screen().print(f"  {path} stood there already, and stays as it was.", style="yellow")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        screen().print(f"  {path}")


def _next(answers: Answers) -> None:
    name = answers.name
    screen().print(
        f"It begins in shadow: it sends nothing until you take `mode: shadow` out. Next: write the text, then `firstwin say {name}`,"
        f" `firstwin test {name}` and `firstwin backtest {name} --since 90d`.",
        soft_wrap=True,
    )
