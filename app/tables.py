"""Every capability's tables, gathered for migrations and reports."""

from app.alerts.models import Alert, AlertEvent, Reassessment, RuleOverride, Snooze
from app.audit.models import AuditEvent
from app.careplans.models import SymptomLevel
from app.checkins.models import Checkin, CheckinPlan, Enrolment, FormLink, PublishedProgram, SiteProgram
from app.columns import Base
from app.escalation.models import OnCallSchedule, Page, Rotation, Shift, ShiftOverride
from app.messaging.models import DeliveryEvent, InboundMessage, OutboundMessage, SenderPace, SideQuestion
from app.operations.models import Canary, StageProgress, Switch
from app.patients.models import Consent, ContactPoint, NameToken, Patient, RelatedPerson
from app.questionnaires.models import Answer, PublishedQuestionnaire, QuestionnaireResponse
from app.staff.models import ApiToken, IdempotentAnswer, Membership, Practitioner, SignInFailure, Site, StaffSession

metadata = Base.metadata

__all__ = [
    "Alert", "AlertEvent", "Answer", "ApiToken", "AuditEvent", "Canary", "Checkin", "CheckinPlan", "Consent",
    "ContactPoint", "DeliveryEvent", "Enrolment", "FormLink", "IdempotentAnswer", "InboundMessage", "Membership",
    "NameToken", "OnCallSchedule", "OutboundMessage", "Page", "Patient", "Practitioner", "PublishedProgram",
    "PublishedQuestionnaire", "QuestionnaireResponse", "Reassessment", "RelatedPerson", "Rotation", "RuleOverride",
    "SenderPace", "Shift", "ShiftOverride", "SideQuestion", "SignInFailure", "Site", "SiteProgram", "Snooze",
    "StaffSession", "StageProgress", "Switch", "SymptomLevel", "metadata",
]  # fmt: skip
