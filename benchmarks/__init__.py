"""Measurements of what matters: how fast an answer is taken in, a check-in issued, a page handed over, a rule judged.

``python -m benchmarks`` runs all on SQLite and PostgreSQL, prints a table and writes ``benchmarks/results.json``. Each
figure stands beside a reference that was measured in the same run on the same machine: the ratio travels, the absolute
number does not.
"""
