"""Steps in the order of what waits for what; hypothesis draws graphs."""

from hypothesis import given
from hypothesis import strategies as st

from toolkit.core.changes import Action, ObjectKey, Step
from toolkit.plan.graph import BEFORE, FRONT, MAIN, Node, order


def node(name, group=MAIN, place=0, *, transactional=True):
    step = Step(Action.ALTER, ObjectKey("TABLE", "public", str(name)), "why", (), transactional=transactional)
    return Node((group, place, int(name)), [step], transactional)


def names(steps):
    return [step.object.name for step in steps]


def no_circle(left):
    raise AssertionError(f"{len(left)} nodes are left")


@given(st.data())
def test_each_step_stands_behind_what_it_waits_for(data):
    count = data.draw(st.integers(0, 12))
    nodes = [
        node(name, data.draw(st.integers(1, 4)), transactional=data.draw(st.booleans()))
        for name in range(count)
    ]
    waits = [
        (later, earlier) for later in range(count) for earlier in range(later) if data.draw(st.booleans())
    ]
    for later, earlier in waits:
        nodes[later].wait_for(nodes[earlier])
    found = names(order(nodes, no_circle))
    assert sorted(found, key=int) == [str(name) for name in range(count)]
    assert all(found.index(str(earlier)) < found.index(str(later)) for later, earlier in waits)


def test_what_waits_for_nothing_goes_by_group_and_place():
    nodes = [node(1, MAIN, 5), node(2, MAIN, 4), node(3, BEFORE, 9)]
    assert names(order(nodes, no_circle)) == ["3", "2", "1"]


def test_steps_outside_transactions_stand_together_and_late():
    alone = [node(1, MAIN, 0, transactional=False), node(2, MAIN, 2, transactional=False)]
    nodes = [*alone, node(3, MAIN, 1), node(4, MAIN, 3)]
    assert names(order(nodes, no_circle)) == ["3", "4", "1", "2"]


def test_what_needs_a_step_outside_a_transaction_comes_behind_it():
    alone, other, behind = node(1, transactional=False), node(2, transactional=False), node(3)
    behind.wait_for(alone)
    assert names(order([alone, other, behind], no_circle)) == ["1", "2", "3"]


def test_what_must_be_there_before_everything_comes_first():
    nodes = [node(1, BEFORE), node(2, FRONT, transactional=False)]
    assert names(order(nodes, no_circle)) == ["2", "1"]


def test_circle_is_given_away_until_something_can_go_on():
    first, second, third = node(1), node(2), node(3)
    for waiting, other in ((first, second), (second, third), (third, first)):
        waiting.wait_for(other)
    asked = []

    def break_circle(left):
        asked.append(len(left))
        first.let_go(second)
        return [node(0).steps[0]]

    assert names(order([first, second, third], break_circle)) == ["0", "1", "3", "2"]
    assert asked == [3]
