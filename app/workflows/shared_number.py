"""A text from a number that several people share: the carriers' words hold for all, the rest is for a person."""

from collections.abc import Sequence
from itertools import groupby

from app.db import Session, narrow
from app.messaging.keywords import Keyword, classify, is_stop_request
from app.messaging.models import InboundMessage
from app.patients import store as patients
from app.patients.models import ContactPoint
from app.workflows.change_consent import opt_in, opt_out
from app.workflows.converse import screen
from app.workflows.person import load_person
from app.workflows.review_inbound import review_ambiguous
from app.workflows.service import Service


def handle_shared(
    service: Service, session: Session, inbound: InboundMessage, contacts: Sequence[ContactPoint]
) -> str | None:
    """Stop or start texting everybody on the number; ``None`` when the text is neither.

    Whoever says STOP wants this telephone to be quiet, and cannot know how many people we text there.
    """
    stopping = inbound.opt_out_type == "STOP" or is_stop_request(inbound.body, "en")
    starting = inbound.opt_out_type == "START" or any(
        classify(inbound.body, language) is Keyword.START for language in service.renderer.languages
    )
    if not stopping and not starting:
        return None
    session.flush()
    everybody = sorted(contacts, key=lambda c: (c.site_id != inbound.site_id, c.patient_id, c.related_person_id or ""))
    for place, contact in enumerate(everybody):
        narrow(session, contact.site_id)
        patient = patients.lock_patient(session, patient_id=contact.patient_id)
        person = load_person(session, patient=patient, related_person_id=contact.related_person_id)
        if stopping:
            in_own_words = inbound.opt_out_type != "STOP" and classify(inbound.body, "en") is not Keyword.STOP
            screen(service, session, person, inbound)
            opt_out(service, session, person, inbound_id=inbound.id, in_own_words=in_own_words, confirm=place == 0)
        else:
            opt_in(service, session, person, inbound_id=inbound.id, confirm=place == 0)
        session.flush()
    narrow(session, inbound.site_id)
    return "opt_out" if stopping else "opt_in"


def review_shared(service: Service, session: Session, inbound: InboundMessage, contacts: Sequence[ContactPoint]) -> str:
    """Have a person find out who wrote: at each clinic that has somebody with this number, with its own names only."""
    session.flush()
    here = sorted(contacts, key=lambda contact: (contact.site_id != inbound.site_id, contact.site_id))
    for site_id, mine in groupby(here, lambda contact: contact.site_id):
        narrow(session, site_id)
        review_ambiguous(service, session, inbound, site_id=site_id, patient_ids=[c.patient_id for c in mine])
        session.flush()
    narrow(session, inbound.site_id)
    return "ambiguous_sender"
