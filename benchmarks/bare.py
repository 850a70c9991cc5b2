"""The service as it is, with one more address: the least that an inbound webhook can do. The reference of B1.

``flask --app benchmarks.bare web`` serves both, so that they share the server, its threads and the database's pool.
``python -m benchmarks.bare PORT`` runs web and worker in one process, as an embedded database wants it.
"""

import sys
import threading

from flask import Flask, Response, request
from sqlalchemy import insert

from app.cli.processes import make_server, stop_on_signals
from app.db import keyring_of, site_scope
from app.factory import create_app, parts
from app.ids import new_id
from app.jobs.worker import Worker
from app.messaging.models import InboundMessage
from app.webhooks.twilio import signed
from app.workflows.prepare_site import find_site_id

app: Flask = create_app()


@app.post("/bare/sms")
@signed
def bare() -> Response:
    """Check the signature, insert one row, commit, answer."""
    service, form = parts(app).service, request.form
    site_id = app.extensions.get("bare_site") or find_site_id(service, None)
    app.extensions["bare_site"], row_id = site_id, new_id()
    with service.db.transaction(site_scope(site_id)) as session:
        keyring = keyring_of(session)
        sealed = {
            name: keyring.seal(form[field], f"inbound_message.{name}.{row_id}")
            for name, field in (("sender", "From"), ("body", "Body"))
        }
        session.connection().execute(
            insert(InboundMessage).values(
                id=row_id, site_id=site_id, message_sid=form["MessageSid"], recipient=form["To"], result="bare",
                sender_index=keyring.index("phone", form["From"]), received_at=service.clock.now(), **sealed,
            )
        )  # fmt: skip
    return Response("<Response/>", mimetype="text/xml")


if csrf := app.extensions.get("csrf"):
    csrf.exempt(bare)


def main(port: int) -> None:
    """Web and worker together, until asked to stop."""
    with app.app_context():
        server = make_server(app, "127.0.0.1", port, threads=16)
    worker = Worker(parts(app).service, parts(app).gateway)
    runner = threading.Thread(target=worker.run)
    stop_on_signals(server.close)
    runner.start()
    try:
        server.run()
    finally:
        worker.stop()
        runner.join()


if __name__ == "__main__":
    main(int(sys.argv[1]))
