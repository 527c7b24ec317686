"""A schedule's life: a service that dies and comes back, limits that refuse, people who stop, clocks that are set."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schedule.due import ON_TIME, Mark, due
from core.schedule.plan import IfMissed, Occurrence, Plan, runs_after
from core.schedule.repeat import DAILY, WEEKDAYS, Cron

MADE = datetime(2026, 3, 20, 5, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLANS = (
    Plan("evening", DAILY, time(18), "Asia/Jakarta", timedelta(hours=5), since=MADE),
    Plan("night", DAILY, time(2, 15), "Europe/London", time(2, 45), since=MADE),
    Plan("open", WEEKDAYS, time(9), "America/New_York", None, since=MADE),
    Plan("often", Cron("0 */6 * * *"), None, "Australia/Lord_Howe", timedelta(hours=2), since=MADE),
)


@dataclass
class Service:
    """What is stored, and what happened; it does what `due` says, each look in one transaction."""

    plan: Plan
    now: datetime = MADE
    last_seen: datetime | None = None
    marks: dict[str, Mark] = field(default_factory=dict)
    started: list[tuple[Occurrence, datetime]] = field(default_factory=list)
    told: list[Occurrence] = field(default_factory=list)
    wake_at: datetime | None = None

    def look(self, *, refused: bool = False, crash: bool = False) -> None:
        """Ask what is due and do it; a crash before the commit leaves nothing of it."""
        answer = due(self.plan, self.now, self.marks, self.last_seen)
        if crash:
            return
        self.last_seen, self.wake_at = self.now, answer.wake_at
        self.told += answer.missed
        self.marks |= {run.key: Mark.MISSED for run in answer.missed}
        if answer.start is not None and not refused:
            self.started.append((answer.start.occurrence, self.now))
            self.marks[answer.start.occurrence.key] = Mark.RAN

    def stop_by_hand(self) -> None:
        """End what was started last."""
        if self.started:
            self.marks[self.started[-1][0].key] = Mark.STOPPED

    def over(self) -> list[Occurrence]:
        """Return the runs whose windows were over at the last look."""
        assert self.last_seen is not None
        passed = takewhile(lambda run: run.start < self.now, runs_after(self.plan, MADE - MINUTE))
        return [run for run in passed if run.lapses_at is not None and run.lapses_at <= self.last_seen]


def check(service: Service) -> None:
    """Hold every occurrence against what may become of one."""
    ran = [run.key for run, _ in service.started]
    told = [run.key for run in service.told]
    assert len(ran) == len(set(ran)), "started twice"
    assert len(told) == len(set(told)), "told twice"
    assert {run.key for run in service.over()} <= {*ran, *told}, "forgotten"
    assert all(run.covers(at) for run, at in service.started), "started outside its window"


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.id)
@pytest.mark.parametrize("missed", IfMissed)
def test_year_of_crashes_and_restarts(plan: Plan, missed: IfMissed) -> None:
    """In a year of random crashes every run is started once or told as missed, and none is both or neither."""
    chance = Random(plan.id)  # the same year each time
    service = Service(replace(plan, missed=missed))
    while service.now < MADE + 365 * DAY:
        service.look(crash=chance.random() < 0.1)
        if chance.random() < 0.2:
            service.now += timedelta(hours=chance.expovariate(1 / 12))  # down
        else:
            service.now = service.wake_at or service.now + DAY
        if service.last_seen is not None:
            service.now = max(service.now, service.last_seen + timedelta(seconds=1))
    service.look()

    check(service)
    ran, told = {run.key for run, _ in service.started}, {run.key for run in service.told}
    assert not ran & told
    assert len(ran) > 200
    assert told


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.id)
def test_quiet_year(plan: Plan) -> None:
    """A service that is never down starts every run on the second, and tells of none."""
    service = Service(plan)
    service.look()
    while service.now < MADE + 365 * DAY:
        assert service.wake_at is not None
        service.now = service.wake_at
        service.look()

    assert service.told == []
    expected = takewhile(lambda run: run.start <= service.now, runs_after(plan, MADE - MINUTE))
    assert [(run, at) for run, at in service.started] == [(run, run.start) for run in expected]


ACTIONS = st.lists(
    st.one_of(
        st.sampled_from(["wake", "wake", "wake", "refused", "crash", "stop"]),
        st.integers(1, 3 * 24 * 60),  # minutes down
    ),
    max_size=60,
)


@given(st.sampled_from(PLANS), st.sampled_from(IfMissed), ACTIONS)
def test_whatever_happens(plan: Plan, missed: IfMissed, actions: list[str | int]) -> None:
    """Refused, crashed, stopped by hand or down: each run is started once, or told as missed once, never both."""
    service = Service(replace(plan, missed=missed))
    for action in actions:
        _act(service, action)
    service.look()

    check(service)
    assert not {run.key for run, _ in service.started} & {run.key for run in service.told}


@given(st.sampled_from(PLANS), ACTIONS)
def test_skip_never_starts_late_after_an_absence(plan: Plan, actions: list[str | int]) -> None:
    """With `missed=skip` a run that the service was not there for does not start late."""
    service = Service(replace(plan, missed=IfMissed.SKIP))
    for action in actions:
        looked = service.last_seen
        count = len(service.started)
        _act(service, action)
        for run, at in service.started[count:]:
            assert at - run.start <= ON_TIME or (looked is not None and looked >= run.start)


@given(st.sampled_from(PLANS), st.sampled_from(IfMissed), ACTIONS, st.data())
def test_clock_that_is_set(plan: Plan, missed: IfMissed, actions: list[str | int], data: st.DataObject) -> None:
    """However the clock is set between two looks, no run starts twice, none is told twice, none is forgotten."""
    service = Service(replace(plan, missed=missed))
    for action in actions:
        service.now += data.draw(st.just(timedelta(0)) | st.timedeltas(-3 * DAY, 3 * DAY))
        _act(service, action)
    service.look()

    check(service)


def _act(service: Service, action: str | int) -> None:
    if isinstance(action, int):
        service.now += action * MINUTE
        service.look()
    elif action == "stop":
        service.stop_by_hand()
    else:
        service.now = max(service.now, service.wake_at or service.now)
        service.look(refused=action == "refused", crash=action == "crash")
