"""Rule files of a test, in place of the shipped ones or on top of them."""

from __future__ import annotations

import pytest
from rule_texts import fill

from advisor.rules.loading import load_rules
from advisor.support.errors import AdvisorError


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load rule files of the given texts, by name, in place of the shipped ones."""

    def load_texts(texts: str | dict[str, str]):
        files = {"own.yaml": texts} if isinstance(texts, str) else texts
        home = tmp_path / "home"
        fill(home, files)
        monkeypatch.setattr("advisor.rules.loading.rules_folder", lambda: home)
        return load_rules()

    return load_texts


@pytest.fixture
def load_house(tmp_path):
    """Load a folder of house rules on top of the shipped ones."""

    def load_texts(texts: str | dict[str, str]):
        files = {"own.yaml": texts} if isinstance(texts, str) else texts
        house = tmp_path / "house"
        fill(house, files, settings=False)
        return load_rules([house])

    return load_texts


@pytest.fixture
def refused(load):
    def load_and_refuse(texts) -> AdvisorError:
        with pytest.raises(AdvisorError) as error:
            load(texts)
        return error.value

    return load_and_refuse
