"""What is kept of an answer holds no secret."""

from __future__ import annotations

from firstwin.senders.redact import Redactor, secrets_of_url

SLACK = "https://hooks.slack.com/services/T0001/B0001/abcDEF123"


def test_every_part_of_an_address_but_its_host_is_a_secret() -> None:
    redact = Redactor(secrets_of_url("https://user:pa55word@example.com/in/t0ken?key=k3y99&x=abc99"))
    said = redact("example.com got /in/t0ken?key=k3y99&x=abc99, t0ken, k3y99, abc99 and pa55word")
    assert "example.com" in said
    assert [word for word in ("t0ken", "k3y99", "abc99", "pa55word") if word in said] == []


def test_the_longest_is_taken_out_first() -> None:
    assert Redactor(secrets_of_url(SLACK))(f"no route to {SLACK}!") == "no route to [redacted]!"


def test_a_secret_is_found_in_its_encoded_form() -> None:
    assert Redactor({"a/b+c=="})("token=a%2Fb%2Bc%3D%3D") == "token=[redacted]"


def test_a_secret_that_the_cut_would_halve_is_gone_before_the_cut() -> None:
    assert "supers" not in Redactor({"supersecret"})("x" * 1994 + "supersecret")


def test_an_answer_is_cut_and_cleaned() -> None:
    said = Redactor()("\x1b[31mred\x00" + "x" * 5000)
    assert len(said) <= 2000
    assert said.isprintable()


def test_ordinary_words_stay() -> None:
    assert Redactor({"", "a", "abc"})("an abc of words") == "an abc of words"
