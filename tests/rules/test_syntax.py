"""What is no YAML at all, told in words for people who do not know what YAML is."""

from __future__ import annotations

import pytest

from firstwin.rules.documents import read_document

MISTAKES = {
    "about:account\nwhen: x\n": "1:1 After a colon comes a space. Write `about: account`.",
    "when: x\nthen:y\nagain: never\n": "2:1 After a colon comes a space. Write `then: y`.",
    "when signed_up\nthen: x\n": "1:1 A colon is missing in this line. Write `when: signed_up`.",
    "when: x\nagain never\nmode: live\n": "2:1 A colon is missing in this line. Write `again: never`.",
    "when: x\nagain never\n": "2:1 A colon is missing in this line. Write `again: never`.",
    "when: signed_up: x\n": "1:16 There is a second colon in this line. Put a text that holds a colon in quotes; else begin a new line for the second key.",
    "when: x\n  after: y\n": "2:3 This line is indented further than the one above, which has a value already. Begin it in the same column as the line above.",
    "when:\n  event: a\n per: b\n": "3:2 This line begins in a column that fits no line above it. Begin it exactly below the line that it belongs with.",
    "steps:\n  - a: 1\n   b: 2\n": "3:4 This line begins in a column that fits no line above it. Begin it exactly below the line that it belongs with.",
    "only_if:\n  all:\n    - a: 1\n    b: 2\n": "4:5 This line begins in a column that fits no line above it. Begin it exactly below the line that it belongs with.",
    "only_if:\n  did: a\n  - did: b\n": "3:3 A list item (`- …`) stands where a key is expected. Begin it in the same column as the list's other items, or take the `-` away.",
    "then: - {email: a}\n": "1:7 A list cannot begin in the same line as its key. Write `[a, b]`, or put each `- …` in a line of its own below the key.",
    'when: "signed_up\nagain: never\n': '1:7 The quote that begins here is never closed. Add a `"` where the text ends.',
    "when: 'it's'\n": "1:11 There is more text after the closing quote. Put the whole text in one pair of quotes, or use none.",
    'when: "a" b\n': "1:11 There is more text after the closing quote. Put the whole text in one pair of quotes, or use none.",
    'when: "a\\q"\n': "1:9 Inside double quotes a backslash has a special meaning. Use single quotes (') around this text.",
    "then: {email: a, to: b\nagain: never\n": "1:7 The bracket `{` that opens here is never closed. Add a `}` where it ends.",
    "did: [a, b\nsince: ever\n": "1:6 The bracket `[` that opens here is never closed. Add a `]` where it ends.",
    "then: {email: a to: b}\n": "1:19 Something is missing before this place, inside `{ … }`. Put a comma between two entries, and a text that holds signs in quotes.",
    "then: {alert: x, to: #success}\nagain: never\n": "1:22 The bracket `{` is never closed, because everything after ` #` is a remark. Leave the `#` away: `success`.",
    "then: {alert: x, to: #success}\n": "1:22 Everything after ` #` is a remark, the closing bracket too. Leave the `#` away: `success`.",
    "then: {email: a}}\n": "1:17 There is a `}` too many here. Take it out, or put the whole text in quotes.",
    "when: ]\n": "1:7 There is a `]` too many here. Take it out, or put the whole text in quotes.",
    "to: @anna\n": '1:5 A text cannot begin with `@`. Put it in quotes: "@anna".',
    "then: {alert: x, to: @anna}\n": '1:22 A text cannot begin with `@`. Put it in quotes: "@anna".',
    "to: %x\n": '1:5 A text cannot begin with `%`. Put it in quotes: "%x".',
    "to: & b\n": '1:5 A text cannot begin with `&`. Put it in quotes: "& b".',
    "account.mrr: > 1000\n": "1:14 Comparisons are written in words, not with `>`. Write `{more_than: 1000}`.",
    "account.mrr: >= 1000\n": "1:14 Comparisons are written in words, not with `>=`. Write `{at_least: 1000}`.",
    "text: |x\n": '1:7 A text cannot begin with `|`. Put it in quotes: "|x".',
    "when:\tsigned_up\n": "1:6 There is a tab in this line. Use a space instead.",
    "url: {a: ${NAME}}\n": '1:10 `${…}` inside brackets needs quotes. Write "${NAME}".',
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_a_slip_of_the_pen_is_told_at_the_place_to_be_mended(text: str) -> None:
    document, problems = read_document("x", text.encode())

    assert document is None
    assert [str(problem).removeprefix("x:") for problem in problems] == [MISTAKES[text]]
