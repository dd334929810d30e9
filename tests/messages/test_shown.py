"""How values read, and that they never act."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.messages.message import AlertCard, Mail
from firstwin.messages.shown import GAP, in_mail, listed
from firstwin.messages.templates import Templates
from tests.messages.examples import SHIPPED, Project, rich

pytestmark = pytest.mark.slow

Body = Callable[..., str]

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "</p><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "]]><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<form action=https://evil.example><input name=password>",
    "<a href=https://evil.example>click</a>",
    "<a href='javascript:alert(1)'>x</a>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>body{display:none}</style>",
    "<div style='background:url(https://evil.example)'>",
    "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<math><mi xlink:href=javascript:alert(1)>x",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '" style="position:fixed;inset:0',
    "`onmouseover=alert(1)",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% raw %}",
    "{{ ''.__class__ }}",
    "{#",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "&",
    "&#x202e;",
    "\u202egpj.exe",
    "\x00<script>",
    "\ufeff<script>",
    "+ADw-script+AD4-",
    "\xbcscript\xbe",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "[ref]: https://evil.example",
    "# Pay now",
    "- item\n- item",
    "```\ncode",
    "***bold***",
    "\n\n<script>alert(1)</script>\n\n",
    "\r\nBcc: victim@example.com",
    "zqv0zq",
    "zqe0zq",
    "<!--zqe0zq-->",
    "https://evil.example/login",
    "You won! http://evil.example",
    "www.evil.example",
    "evil.example/login",
    "<!channel> <@U123>",
    "a" * 5_000,
]

FIELDS = ("account", "person", "contact", "start")


def poisoned(payload: str) -> dict[str, Any]:
    """The rich example with the payload in every text that a customer can write."""
    context = rich(
        why=payload, done=[{"name": payload, "label": payload}], missing=[{"name": payload, "label": payload}]
    )
    for field in FIELDS:
        context[field] = {
            key: payload if isinstance(value, str) and key not in {"link", "created_at"} else value
            for key, value in context[field].items()
        }
    return context


def tags(html: str) -> list[str]:
    """Everything between < and >: no sign of a value may begin or end one."""
    return re.findall(r"<[^>]*>", html)


class Skeleton(HTMLParser):
    """The tags and attributes of a page, without its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Any] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_comment(self, data: str) -> None:
        self.found.append(data)

    def handle_decl(self, decl: str) -> None:
        self.found.append(decl)


@pytest.fixture(scope="module")
def shipped() -> Templates:
    return Templates(SHIPPED, Project())


@pytest.fixture(scope="module")
def harmless(shipped: Templates) -> dict[str, tuple[list[str], int]]:
    """Of each mail that harmless data makes: its tags, and how many links its text has."""
    mails = {name: shipped.render("email", name, poisoned("harmless"), key="k") for name in shipped.names("email")}
    return {name: (tags(mail.html), mail.text.count("://")) for name, mail in mails.items() if isinstance(mail, Mail)}


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: ascii(payload)[:40])
def test_no_text_of_a_customer_becomes_html_in_a_shipped_mail(
    shipped: Templates, harmless: dict[str, tuple[list[str], int]], payload: str
) -> None:
    for name, expected in harmless.items():
        message = shipped.render("email", name, poisoned(payload), key="k", to="a@example.com")
        assert isinstance(message, Mail)
        assert (tags(message.html), message.text.count("://")) == expected
        assert "evil.example" not in message.html + message.text
        assert message.subject.isprintable()


@given(text=st.text(max_size=60))
def test_any_text_at_all_stays_text(shipped: Templates, harmless: dict[str, tuple[list[str], int]], text: str) -> None:
    message = shipped.render("email", "integration-failed", poisoned(text), key="k", to="a@example.com")
    assert isinstance(message, Mail)
    expected = harmless["integration-failed"] if text.strip() else None
    assert expected in (None, (tags(message.html), message.text.count("://")))
    assert len(message.subject.splitlines()) == 1


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: ascii(payload)[:40])
def test_no_text_of_a_customer_breaks_out_of_its_place_in_an_alert(shipped: Templates, payload: str) -> None:
    for name in shipped.names("alert"):
        card = shipped.render("alert", name, poisoned(payload), key="k")
        assert isinstance(card, AlertCard)
        lines = [card.title, card.why, card.next_step, card.link_label, *(value for _, value in card.fields)]
        assert all(line.replace(GAP, "").isprintable() for line in lines)
        assert card.link == "https://app.example.com/accounts/a1"
        assert all("://" not in text for text in (*lines, card.body))
        assert len(card.title) <= 150


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: ascii(payload)[:40])
def test_no_text_of_a_customer_leaves_its_attribute(body: Body, payload: str) -> None:
    source = '<div title="{{ account.name }}" class={{ account.name }}>x</div><img alt=\'{{ account.name }}\' src="https://a.example/x">'
    (tag, attributes), _, (image, rest), *more = Skeleton(body(source, suffix="html", context=poisoned(payload))).found
    assert (tag, image, more) == ("div", "img", [])
    assert sorted(name for name, _ in (*attributes, *rest)) == ["alt", "class", "src", "title"]


@pytest.mark.parametrize(
    "name", ["Booking.com", "see https://evil.example/a.b", "www.evil.example", "Ärzte.de", "a.b.c.example"]
)
def test_a_mail_program_makes_no_link_of_a_name(body: Body, name: str) -> None:
    html = body("{{ account.name }}", context=rich(account={"name": name}))
    assert html.replace(GAP, "") == f"<p>{name}</p>"
    assert not re.search(r"\w\.\w\w", html)
    assert "://" not in html
    assert in_mail(in_mail(name)) == in_mail(name)


@pytest.mark.parametrize("text", ["lena@northwind.example", "3.5 reports", "Acme Inc. and co.", "e.g. this", "v1.2"])
def test_what_is_no_link_stays_as_it_is(text: str) -> None:
    assert in_mail(text) == text


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("{{ account.mrr }}", "5000"),
        ("{{ 5000.0 }}", "5000"),
        ("{{ 2.5 }}", "2.5"),
        ("{{ account.plan == 'pro' }}", "yes"),
        ("{{ now }}", "20 March 2026"),
        ("{{ missing }}", "connected your data and sent a report"),
        ("{{ missing | map(attribute='name') }}", "data_connected and report_sent"),
        ("{{ ['a', 'b', 'c'] }}", "a, b and c"),
        ("{{ ', ' }}x", ", x"),
    ],
)
def test_values_read_as_people_would_write_them(body: Body, source: str, made: str) -> None:
    assert body(source) == f"<p>{made}</p>"


def test_a_list_of_one_and_of_none_reads_well() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"])] == ["", "a", "a and b"]


def test_a_value_keeps_to_one_line_and_shows_all_its_signs(body: Body) -> None:
    html = body("[{{ account.name }}]", context=rich(account={"name": "a\r\n\tb\u202ec\x00d\u200b"}))
    assert html == "<p>[a bc d]</p>"
