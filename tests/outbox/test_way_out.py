"""The link out of a mail: it is ours, it is whole, and it is this mail's."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, delete

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.outbox.way_out import Left, NoWayOutError, WayOut, headers, missing, needs_way_out
from tests.outbox.given import deliveries, force, row_of

OLD, NEW = "an older secret, thirty-two signs", "a newer secret, thirty-two signs."
URL = "https://nudges.example.com"
OURS = WayOut((NEW,), URL)


def token(engine: Engine, id_: int, way_out: WayOut = OURS, *, trial: bool = False) -> str:
    link = way_out.link(id_, row_of(engine, id_).key, trial=trial)
    assert link.startswith(f"{URL}/u/")
    return link.removeprefix(f"{URL}/u/")


def followed(engine: Engine, said: str, way_out: WayOut = OURS) -> Left | None:
    with read(engine) as connection:
        return way_out.left(connection, said)


@pytest.fixture
def mail(engine: Engine) -> int:
    return deliveries(engine, 2, channels=("email",), person="anna")[0]


def test_a_link_leads_to_its_mail_and_holds_nobodys_name(engine: Engine, mail: int) -> None:
    said = token(engine, mail)
    assert followed(engine, said) == Left(mail, "anna", "acme-0000@example.com", "marketing", trial=False)
    assert not any(name in said for name in ("anna", "acme", "example"))


def test_a_link_with_any_other_sign_anywhere_leads_nowhere(engine: Engine, mail: int) -> None:
    said = token(engine, mail)
    for at in range(len(said)):
        for other in "A1-_.=b":
            if other != said[at]:
                assert followed(engine, said[:at] + other + said[at + 1 :]) is None


def test_a_link_that_was_cut_or_has_more_leads_nowhere(engine: Engine, mail: int) -> None:
    said = token(engine, mail)
    assert [cut for cut in range(len(said)) if followed(engine, said[:cut])] == []
    more = [f"0{said}", f"+{said}", f" {said}", f"{said}=", f"{said}.", f"{said}A", f"{said}ü", f"{said}\n"]
    assert [one for one in more if followed(engine, one)] == []


@pytest.mark.parametrize(
    "said", ["", ".", "1", "1.", ".abc", "²." + "A" * 43, "9" * 99 + ".A", f"{2**63}.A", f"{2**63 - 1}.A", "-1.A"]
)
def test_what_is_no_link_leads_nowhere(engine: Engine, said: str) -> None:
    assert followed(engine, said) is None


def test_the_signature_of_one_mail_is_no_good_for_another(engine: Engine, mail: int) -> None:
    signature = token(engine, mail).partition(".")[2]
    assert followed(engine, f"{mail + 1}.{signature}") is None


def test_in_a_database_made_anew_an_old_link_means_nobody(engine: Engine, mail: int) -> None:
    """Ids are given again there, keys are not."""
    said = token(engine, mail)
    force(engine, mail, key="fw_another")
    assert followed(engine, said) is None
    with write(engine) as connection:
        connection.execute(delete(tables.delivery))
    assert followed(engine, said) is None


def test_links_of_an_older_secret_still_lead_there_and_those_of_a_lost_one_do_not(engine: Engine, mail: int) -> None:
    said = token(engine, mail, WayOut((OLD,), URL))
    assert followed(engine, said, WayOut((NEW, OLD), URL)) is not None
    assert followed(engine, said, WayOut((NEW,), URL)) is None
    assert token(engine, mail, WayOut((NEW, OLD), URL)) == token(engine, mail, WayOut((NEW,), URL))


def test_the_link_of_a_mail_that_went_to_a_tester_says_so(engine: Engine, mail: int) -> None:
    tried = followed(engine, token(engine, mail, trial=True))
    assert tried is not None
    assert tried.trial
    assert token(engine, mail, trial=True) != token(engine, mail)


def test_nothing_that_is_missing_is_made_up() -> None:
    for way_out, names in (
        (WayOut(), "FIRSTWIN_SECRET and FIRSTWIN_PUBLIC_URL are not set"),
        (WayOut((NEW,)), "FIRSTWIN_PUBLIC_URL is not set"),
        (WayOut((), URL), "FIRSTWIN_SECRET is not set"),
    ):
        with pytest.raises(NoWayOutError, match=names):
            way_out.link(1, "k")
    assert missing(OURS) == ""


def test_no_secret_stands_in_the_repr() -> None:
    assert NEW not in repr(OURS)


@pytest.mark.parametrize(
    ("channel", "message_class", "needed"),
    [
        ("email", "marketing", True),
        ("email", "service", False),
        ("alert", "alert", False),
        ("webhook", "marketing", False),
    ],
)
def test_which_messages_need_a_way_out(channel: str, message_class: str, needed: bool) -> None:
    assert needs_way_out(channel, message_class) is needed


def test_the_headers_are_those_of_the_standards() -> None:
    assert headers("https://a.example/u/1.x") == {
        "List-Unsubscribe": "<https://a.example/u/1.x>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
