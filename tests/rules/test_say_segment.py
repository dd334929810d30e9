"""Segments read aloud."""

from __future__ import annotations

from firstwin.rules.library import load_library
from firstwin.rules.say_segment import say_segment


def test_a_segment_is_one_sentence_with_the_rules_that_ask_for_it() -> None:
    files = {"rules/segments.yaml": b"at-risk: {did_not: logged_in, in_last: 7 days}\nlarge: {segment: at-risk}\n"}
    segments = load_library(files).segments
    assert say_segment(segments["at-risk"], ["a", "b"], {"logged_in": "came by"}) == (
        "In the segment “at-risk” is, at each moment that it is asked for, whoever meets this: not came by in the last 7 days"
        " and created at least 7 days ago;"
        " asked for by “a”, “b”."
    )
    assert "meets this: in the segment “at-risk” (" in say_segment(segments["large"])
