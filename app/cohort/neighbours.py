"""A handful of made-up people in the demo clinic, with a fortnight behind them: its lists and charts are alive."""

from datetime import datetime, timedelta

from app.cohort.clinic import put_on_duty, register
from app.cohort.nurses import Nurse
from app.cohort.people import make_people
from app.cohort.play import on_stage, play
from app.workflows.service import Service

_PEOPLE, _DAYS, _SEED = 4, 14, 21
_LEFT_OPEN = timedelta(hours=20)


def add_neighbours(service: Service, *, site_id: str, nurses: list[Nurse], before: datetime) -> int:
    """Let them live in the fortnight that ends at ``before``; returns how many there are."""
    stage = on_stage(service, before - timedelta(days=_DAYS))
    people = make_people(_PEOPLE, seed=_SEED, days=_DAYS, text_share=0.2)
    put_on_duty(stage, site_id, nurses, days=_DAYS, until=before)
    numbers = register(stage, site_id, people)
    play(
        stage, site_id=site_id, people=people, numbers=numbers, nurses=nurses, seed=_SEED, days=_DAYS,
        leave_from=before - _LEFT_OPEN,
    )  # fmt: skip
    return len(people)
