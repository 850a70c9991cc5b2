"""What orchestrators and Prometheus are told."""

from datetime import timedelta

from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app.workflows.note_progress import note_progress
from tests.edges.web.pages import Pages
from tests.factories import ANA, create_patient
from tests.world import Clinic

PROMISED = {
    "bedside_inbound", "bedside_outbound_total", "bedside_outbox_pending", "bedside_outbox_oldest_seconds",
    "bedside_checkins_total", "bedside_alerts_open", "bedside_alert_to_page_seconds", "bedside_alert_to_ack_seconds",
    "bedside_stage_progress_timestamp", "bedside_webhook_seconds",
}  # fmt: skip


def samples(pages: Pages) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(pages.client.get("/metrics").text)
    return {(s.name, tuple(s.labels.values())): s.value for family in families for s in family.samples}


def test_alive_and_ready(pages: Pages) -> None:
    assert pages.get("/healthz") == "ok\n"
    assert pages.get("/readyz") == "ok\n"


def test_not_ready_when_nothing_can_be_stored(pages: Pages, app: Flask, settings: object, tmp_path: object) -> None:
    service = app.extensions["bedside"].service
    service.db.close()
    from pathlib import Path

    database = Path(str(service.db.engine.url.database))
    kept = database.read_bytes()
    database.write_bytes(b"this is no database" * 100)
    for more in ("-wal", "-shm"):
        database.with_name(database.name + more).unlink(missing_ok=True)
    assert pages.client.get("/readyz").status_code == 503
    assert pages.client.get("/readyz?full=1").get_json() == {"ready": False, "stages": {}}
    assert pages.get("/healthz") == "ok\n"
    database.write_bytes(kept)


def test_every_promised_metric_is_there(pages: Pages) -> None:
    families = text_string_to_metric_families(pages.client.get("/metrics").text)
    assert {family.name for family in families} >= PROMISED


def test_metrics_count_what_happened_and_name_nobody(pages: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    clinic.ask(patient_id)
    clinic.text(ANA, "8 2 3")
    clinic.clock.advance(minutes=4)
    alert = clinic.alert(tier="red")
    clinic.text("+15550100210", alert.code)
    found = samples(pages)
    assert found["bedside_inbound_total", ("answer",)] == 1
    assert found["bedside_checkins_total", ("started",)] == 1
    assert found["bedside_alerts_open", ("red",)] == 1
    assert found["bedside_alert_to_ack_seconds_count", ()] == 1
    assert found["bedside_alert_to_ack_seconds_sum", ()] == 240
    assert found["bedside_alert_to_page_seconds_count", ()] >= 1
    text = pages.client.get("/metrics").text
    assert "Ana" not in text and "Flores" not in text and "555" not in text and patient_id not in text
    clinic.gateway.ignore_the_rest()


def test_the_database_counts_once_in_five_seconds(pages: Pages, clinic: Clinic) -> None:
    assert ("bedside_alerts_open", ("watch",)) not in samples(pages)
    clinic.text("+15550100277", "hello")
    clinic.gateway.ignore_the_rest()
    assert ("bedside_alerts_open", ("watch",)) not in samples(pages)
    clinic.clock.advance(timedelta(seconds=5))
    assert samples(pages)["bedside_alerts_open", ("watch",)] == 1


def test_each_stages_age_is_told(pages: Pages, clinic: Clinic) -> None:
    note_progress(clinic.service, stage="outbox", worker="w1")
    clinic.clock.advance(seconds=90)
    assert pages.client.get("/readyz?full=1").get_json() == {"ready": True, "stages": {"outbox": {"age_seconds": 90.0}}}
