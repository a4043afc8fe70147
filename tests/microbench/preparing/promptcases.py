"""Examples and tasks that prompts are written for."""

from __future__ import annotations

from advisor.microbench.records import Example, Metric, Route, Task

SINGLE = Example(inputs=("cheap pills",), target="spam")
PAIR = Example(inputs=("it rains", "it is wet"), target="yes")
CHOICE = Example(inputs=("which is red?",), target="blood", choices=("grass", "blood"))


def task(type_="classification", route=Route.LABEL_WORDS, labels=("ham", "spam")) -> Task:
    return Task(
        type=type_, architecture="decoder", route=route, metric=Metric.ACCURACY, labels=labels
    )
