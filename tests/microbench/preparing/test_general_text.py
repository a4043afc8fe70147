"""The general text is plain, and none of it twice."""

from __future__ import annotations

from advisor.microbench.preparing.general import general_text


def test_the_general_text_is_some_forty_different_plain_sentences():
    sentences = general_text()
    assert len(sentences) == len(set(sentences)) == 40
    for sentence in sentences:
        assert sentence.isascii()
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert 8 <= len(sentence.split()) <= 20
