from firstwin.decide.value import Reason
from firstwin.tools.reasons import WORDS, in_words


def test_every_reason_code_has_words_of_its_own() -> None:
    assert set(WORDS) == {reason.value for reason in Reason}
    assert len(set(WORDS.values())) == len(WORDS)


def test_what_has_no_words_is_told_as_it_is() -> None:
    assert in_words("some_new_code") == "some new code"
    assert in_words(None) == ""
