from hypothesis import given
from hypothesis import strategies as st

from firstwin.rules.library import load_library
from firstwin.rules.stored import taken_apart, with_segments

RULE = "about: account\nwhen: signed_up\nonly_if: {segment: large}\nthen: {webhook: post, to: crm}\nagain: never\n"
SEGMENTS = "# who they are\nlarge:\n  any:\n    - account.mrr: {at_least: 1000}\n\n    - account.plan: pro\n"

lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.lists(lines, min_size=1, max_size=6))
def test_what_is_put_together_comes_apart(found: list[str]) -> None:
    segments = "\n".join(found).rstrip()
    rule, again = taken_apart(with_segments("about: account", segments))
    assert rule.strip() == "about: account"
    assert again is not None
    assert [line.rstrip() for line in again.rstrip("\n").split("\n")] == [
        line.rstrip() for line in segments.split("\n")
    ]


def test_a_rule_without_segments_stays_as_it_is() -> None:
    assert taken_apart("about: account\n") == ("about: account\n", None)


def test_the_text_of_a_version_is_enough_to_read_it_again() -> None:
    first = load_library({"rules/one.yaml": RULE.encode(), "rules/segments.yaml": SEGMENTS.encode()}).rule("one")
    assert first is not None
    rule, segments = taken_apart(first.source)
    assert segments is not None
    again = load_library({"rules/one.yaml": rule.encode(), "rules/segments.yaml": segments.encode()}).rule("one")
    assert again is not None
    assert again.version == first.version
    alone = load_library({"rules/one.yaml": first.source.encode(), "rules/segments.yaml": SEGMENTS.encode()}).rule(
        "one"
    )
    assert alone is not None
    assert alone.version == first.version
