"""Move a person's plans to another time zone: from the next slot on, never skipped and never two on one day."""

from datetime import datetime, time

from app.checkins.store import plans as plan_store
from app.checkins.timing import Slot, next_slot, next_slot_after_zone_change
from app.db import Session
from app.patients.models import Patient
from app.workflows.definitions import load_program


def move_to_zone(session: Session, patient: Patient, name: str, now: datetime) -> None:
    """Let every plan of a patient follow the clocks of another zone: slots at least four hours apart."""
    patient.time_zone = name
    for plan in plan_store.list_plans(session, patient_id=patient.id):
        definition = load_program(session, plan.program_id).check_in(plan.name)
        plan.time_zone = name
        timing = definition.timing_of(plan.timing) if definition is not None else None
        if timing is None:
            continue
        last = plan_store.last_slot(session, plan_id=plan.id)
        if last is None:
            slot = next_slot(timing, name, now)
        else:
            before = Slot(last[0], last[1], time.min, datetime.combine(last[1], time.min))
            slot = next_slot_after_zone_change(timing, name, now, last=before)
        plan.next_slot_at, plan.next_local_date = slot.at, slot.local_date
        plan.next_local_time = slot.planned.time().isoformat()
