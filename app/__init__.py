"""Bedside asks people with advanced illness how they are and makes sure that a person hears of it in time.

How to read this package, from the outside in:

* edges translate and decide nothing: ``webhooks``, ``web``, ``api``, ``jobs``, ``cli``, ``gateways``, ``content``;
* ``workflows`` hold one flow a file, each owning its transaction: start reading here; ``reports`` only read;
* capabilities hold the decisions as pure functions, with their tables in ``models`` and their SQL in ``store``:
  ``questionnaires``, ``checkins``, ``alerts``, ``escalation``, ``messaging``, ``patients``, ``staff``, ``audit``,
  ``operations``;
* the ground: ``db``, ``columns``, ``keyring``, ``clock``, ``config``, ``logs``, ``metrics``, ``wake``, ``durations``,
  ``zones``, ``plain_text``, ``composites``, ``ids``, ``codes``, ``errors``.

A text message travels ``webhooks.inbound_sms`` -> ``workflows.receive_sms`` -> ``workflows.answer_question`` ->
``workflows.raise_alerts`` -> the outbox -> ``workflows.deliver_outbox`` -> ``gateways``.
"""
