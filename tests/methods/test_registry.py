"""Facts about the registry: what a method's table has to say, and what is refused."""

from __future__ import annotations

import pytest

from advisor.catalogue.tables import closed_form
from advisor.estimate.settings import Settings
from advisor.estimate.shape import ModelShape
from advisor.facts import load_vocabulary
from advisor.methods import (
    FAMILIES,
    FEW_SHOT,
    FULL,
    SOFT_PROMPT,
    TAGS,
    UnknownMethodError,
    load_methods,
    method_from,
    methods_with,
)
from advisor.support.compiled import load_shipped, package_folder
from advisor.support.errors import AdvisorError

METHODS = load_methods()
SHAPE = ModelShape("llama", 8030261248, 32, 4096, 4096, 14336, 1024, 32, 128256, tied=False)


def table_of(id_, **changes):
    path = package_folder() / "methods" / id_ / "method.yaml"
    return {**load_shipped(path, name=id_).value, **changes}


def test_the_vocabulary_has_the_methods_in_the_order_of_their_places():
    places = [method.place for method in METHODS.values()]
    assert places == sorted(set(places))
    assert load_vocabulary().methods == tuple(METHODS)


def test_the_methods_of_the_question_are_there():
    assert METHODS[SOFT_PROMPT].family == "soft_prompts"
    assert METHODS[FULL].trains_all
    assert not METHODS[FEW_SHOT].trained
    assert {method.family for method in METHODS.values()} == set(FAMILIES)


def test_every_tag_is_used_and_what_is_trained_is_the_base_or_leaves_it_alone():
    assert all(methods_with(tag) for tag in TAGS)
    for method in METHODS.values():
        assert method.trained == (method.has("frozen_base") or method.trains_all), method.id
        assert method.trained == bool(method.usual) == bool(method.recipe), method.id


@pytest.mark.parametrize("id_", METHODS)
def test_a_method_stores_no_more_than_it_trains(id_):
    family = closed_form()["families"]["llama"]
    run = Settings(virtual_tokens=20, rank=16)
    trained = METHODS[id_].sizes.trained_parameters(SHAPE, run, family)
    stored = METHODS[id_].sizes.stored_parameters(SHAPE, run, family)
    assert (trained > 0) == METHODS[id_].trained
    assert 0 <= stored <= trained


def test_a_method_that_has_no_folder_is_refused():
    with pytest.raises(UnknownMethodError, match="'grafting' is not known") as caught:
        load_methods()["grafting"]
    assert "advisor/methods/grafting/method.yaml" in caught.value.where


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"family": "grafts"}, "'grafts' is not known"),
        ({"tags": ["trained", "grafted"]}, "'grafted' is not known"),
        ({"colour": "red"}, "a method has no 'colour'"),
        ({"recipe": {"blocks": 4}}, "a recipe has no 'blocks'"),
    ],
)
def test_a_table_that_says_what_no_code_knows_is_refused(changes, message):
    with pytest.raises(AdvisorError, match=message):
        method_from("lora", table_of("lora", **changes))


@pytest.mark.parametrize("key", ["name", "place", "least_state_bytes", "recipe"])
def test_a_table_that_lacks_something_is_refused(key):
    table = table_of("lora")
    del table[key]
    with pytest.raises(AdvisorError, match=f"not complete.*'{key}'"):
        method_from("lora", table)
