"""The version of a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from firstwin.rules.terms import All, AnyOf
from firstwin.rules.versions import plain, version_of
from tests.rules.given import rule_with, the_rule

RULE = the_rule(rule_with())


def test_a_version_is_a_sha256_that_never_changes_by_itself() -> None:
    assert version_of(RULE, ()) == "6c82b5f96e472e3f55f20df6256d251350c3cccc589a4e2531a0bacbf3dc8e66"


def test_what_was_added_to_the_language_counts_only_where_it_is_used() -> None:
    assert "over" not in plain(RULE)
    assert plain(replace(RULE, over=RULE.steps[0]))["over"]["name"] == ""


def test_the_text_of_the_file_does_not_count() -> None:
    assert version_of(replace(RULE, source="# another", version="x"), ()) == version_of(RULE, ())


def test_everything_else_does() -> None:
    others = [
        replace(RULE, id="y"),
        replace(RULE, priority=1),
        replace(RULE, backfill=timedelta(days=1)),
        replace(RULE, only_if=All(())),
        replace(RULE, only_if=AnyOf((), 1)),
        replace(RULE, steps=(replace(RULE.steps[0], wait=timedelta(1, 1)),)),
    ]

    assert len({version_of(rule, ()) for rule in [RULE, *others]}) == len(others) + 1


def test_the_recorders_count_in_any_order() -> None:
    assert version_of(RULE, ["a", "b"]) == version_of(RULE, ["b", "a"]) != version_of(RULE, ["a"])


def test_terms_become_json_that_names_their_classes() -> None:
    assert plain(All((AnyOf((), 1),))) == {"": "All", "parts": [{"": "AnyOf", "parts": [], "at_least": 1}]}
