"""Memory is shared by as many trials as have room, and no method is left out that fits alone."""

from __future__ import annotations

import pytest
from plan_cases import BOTH
from table_executor import Table
from test_conduct import conductor

from advisor.microbench.records import Ending, JobKind, MethodProbe, TrialStatus

SOFT, FULL = BOTH
GIB = 2**30


class Machine(Table):
    """A table whose jobs have no room where they need more than their limit."""

    def __init__(self, free, needs, *, slots=2, example=0.0, **changes):
        super().__init__(slots=slots, **changes)
        self.free, self.needs, self.example = free * GIB, needs, example * GIB

    def slot_memory(self, slots):
        return int(self.free) // slots

    def _ending(self, job):
        if job.kind is JobKind.PROBE and job.memory_limit < self._need(job):
            return Ending(
                job=job.id, status=TrialStatus.OUT_OF_MEMORY, message="no memory was left"
            )
        return super()._ending(job)

    def _answer(self, job):
        found = super()._answer(job)
        if job.kind is not JobKind.PROBE:
            return found
        probe = MethodProbe.model_validate(found)
        added = {"added_memory": int(self._need(job))}
        return probe.model_copy(update=added).model_dump(mode="json")

    def _need(self, job):
        return self.needs[job.method] * GIB + self.example * job.batch_size


def planned(tmp_path, machine):
    return conductor(tmp_path, machine).plan(lambda *_: {}).plan


def probed(machine):
    return [job for job in machine.jobs if job.kind is JobKind.PROBE]


def test_a_method_that_fits_alone_is_trained_alone(tmp_path):
    machine = Machine(8, {SOFT: 1, FULL: 5})
    plan = planned(tmp_path, machine)
    assert list(plan.methods) == [SOFT, FULL]
    assert plan.slots == 1
    assert plan.memory_limit == int(0.9 * 8 * GIB)


@pytest.mark.parametrize(("need", "slots"), [(0.5, 16), (2.9, 8), (5.9, 4), (11.9, 2), (23, 1)])
def test_as_many_trials_run_side_by_side_as_have_room(tmp_path, need, slots):
    plan = planned(tmp_path, Machine(32, {SOFT: 0.1, FULL: need}, slots=16))
    assert plan.slots == slots
    assert plan.memory_limit * slots <= 0.9 * 32 * GIB
    assert plan.memory_limit >= need * GIB


def test_no_more_trials_run_side_by_side_than_the_plan_says(tmp_path):
    machine = Machine(8, {SOFT: 1, FULL: 5})
    run = conductor(tmp_path, machine)
    findings = run.plan(lambda *_: {})
    ends, most, submit = machine.next_ending, [], machine.submit
    running = []

    def begin(job):
        running.append(job.id)
        most.append(len(running))
        submit(job)

    def ended(timeout):
        ending = ends(timeout)
        running.remove(ending.job)
        return ending

    machine.submit, machine.next_ending = begin, ended
    run.run(findings)
    assert max(most) == 1


@pytest.mark.parametrize("soft", [1, 3])
def test_where_one_alone_or_both_have_no_room_batches_get_smaller(tmp_path, soft):
    machine = Machine(8, {SOFT: soft, FULL: 3}, example=0.5)
    plan = planned(tmp_path, machine)
    assert list(plan.methods) == [SOFT, FULL]
    assert (plan.slots, plan.batch_size, plan.max_tokens) == (1, 8, 64)
    assert "batches of 8 instead of 16 examples" in plan.dropped


def test_a_method_that_no_batch_makes_room_for_is_left_out_and_costs_the_other_nothing(tmp_path):
    machine = Machine(8, {SOFT: 0.5, FULL: 50}, example=0.01)
    plan = planned(tmp_path, machine)
    assert plan.left_out == {FULL: "no memory was left in 7.20 GiB"}
    assert (plan.slots, plan.batch_size) == (2, 16)
    asked = [(job.method, job.batch_size) for job in probed(machine)]
    assert asked == [(SOFT, 16), (FULL, 16), (FULL, 16), (FULL, 4)]


def test_what_the_user_states_is_the_limit_however_many_run(tmp_path, monkeypatch):
    machine = Machine(64, {SOFT: 1, FULL: 5})
    monkeypatch.setattr("test_conduct.MEMORY", 2 * GIB)
    plan = planned(tmp_path, machine)
    assert set(plan.left_out) == {FULL}
    assert (plan.slots, plan.memory_limit) == (2, 2 * GIB)
    assert {job.memory_limit for job in probed(machine)} == {2 * GIB}
