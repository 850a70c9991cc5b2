"""Questionnaires as FHIR R4 has them: read into instruments, and written from them."""
