"""How to call those who did something."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from app.reports.worklist import by_id
from app.tables import Patient, Practitioner, RelatedPerson


def agent_names(session: Session, agents: Collection[str]) -> dict[str, str]:
    """How to call those that events name, such as ``practitioner:<id>``; who is not a person is left out."""
    names = {}
    for prefix, entity in (("practitioner", Practitioner), ("related_person", RelatedPerson), ("patient", Patient)):
        ids = {agent.partition(":")[2] for agent in agents if agent.startswith(f"{prefix}:")}
        for row in by_id(session, entity, ids).values():
            names[f"{prefix}:{row.id}"] = row.given_name if isinstance(row, Patient) else row.name
    return names | {"system": "Bedside"}
