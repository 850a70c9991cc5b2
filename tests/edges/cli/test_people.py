"""``staff``, ``token``, ``patient``, ``enrol`` and ``checkin``."""

import json
from pathlib import Path

import pytest

from app.tables import ApiToken, Checkin, Enrolment, Patient, Practitioner
from tests.edges.cli.conftest import PASSWORD, Cli
from tests.running_clinic import ANA, PROGRAM, RunningClinic

HEADER = "given_name,family_name,birth_date,phone,time_zone,language,program,mrn"
WHO = ("--given-name", "Ana", "--family-name", "Flores", "--birth-date", "1955-03-21")
WHERE = ("--time-zone", "America/New_York", "--language", "en")


# --- staff ---


def test_staff_are_added_listed_given_passwords_and_disabled(cli: Cli, clinic: RunningClinic) -> None:
    who = ("--name", "Tess Okoye", "--email", "tess@clinic.example", "--phone", "(555) 010-2003", "--role", "nurse")
    staff_id = cli.succeed("staff", "add", *who, "--password-stdin", stdin=PASSWORD + "\n")
    listed = json.loads(cli.run("staff", "list", "--json").stdout)
    assert {"id": staff_id, "name": "Tess Okoye", "email": "tess@clinic.example", "role": "nurse"} in listed
    (tess,) = clinic.rows(Practitioner, Practitioner.id == staff_id)
    before = tess.password_hash
    assert before and PASSWORD not in before
    cli.succeed(
        "staff", "set-password", "--email", "tess@clinic.example", "--password-stdin", stdin="another long one\n"
    )
    (tess,) = clinic.rows(Practitioner, Practitioner.id == staff_id)
    assert tess.password_hash != before
    cli.succeed("staff", "disable", "--email", "tess@clinic.example")
    assert "tess@clinic.example" not in cli.run("staff", "list").stdout


def test_every_wrong_thing_about_staff_is_named(cli: Cli, clinic: RunningClinic) -> None:
    wrong = ("--name", " ", "--email", "tess", "--phone", "12", "--role", "nurse", "--time-zone", "Mars/Base")
    said = cli.refuse("staff", "add", *wrong, "--password-stdin", stdin="short\n")
    assert {line.partition(":")[0] for line in said} == {"name", "email", "phone", "time_zone", "password"}
    assert len(clinic.rows(Practitioner)) == 2


def test_staff_need_a_password_that_came_and_an_address_of_their_own(cli: Cli, clinic: RunningClinic) -> None:
    who = ("--name", "Nora", "--email", "NORA@clinic.example", "--role", "nurse")
    assert "nothing came" in cli.refuse("staff", "add", *who, "--password-stdin")[0]
    assert "e-mail address already" in cli.refuse("staff", "add", *who)[0]
    assert "nobody" in cli.refuse("staff", "disable", "--email", "x@clinic.example")[0]
    assert (
        "nobody"
        in cli.refuse("staff", "set-password", "--email", "x@clinic.example", "--password-stdin", stdin=PASSWORD)[0]
    )
    assert cli.run("staff", "add", "--name", "X", "--email", "x@y.example", "--role", "king").exit_code == 2


# --- tokens ---


def test_a_token_is_printed_once_alone_on_the_last_line(cli: Cli, clinic: RunningClinic) -> None:
    result = cli.run("token", "create", "--name", "hospital EHR", "--scope", "write")
    secret = result.stdout.strip().splitlines()[-1]
    assert secret.startswith("bds_") and " " not in secret and len(secret) >= 40
    (row,) = clinic.rows(ApiToken)
    assert secret not in str(vars(row))
    listed = cli.run("token", "list").stdout
    assert "hospital EHR" in listed and secret not in listed
    cli.succeed("token", "revoke", "hospital EHR")
    assert clinic.rows(ApiToken)[0].revoked_at is not None
    assert "no such token in use" in cli.refuse("token", "revoke", "hospital EHR")[0]


def test_a_token_needs_a_name_and_a_scope_that_exists(cli: Cli, clinic: RunningClinic) -> None:
    assert cli.refuse("token", "create", "--name", " ", "--scope", "write")[0].startswith("name:")
    assert cli.run("token", "create", "--name", "x", "--scope", "everything").exit_code == 2
    assert clinic.rows(ApiToken) == []


# --- patients ---


def test_a_patient_is_added_enrolled_and_asked(cli: Cli, clinic: RunningClinic) -> None:
    patient = cli.succeed("patient", "add", *WHO, *WHERE, "--phone", ANA, "--mrn", "R-1")
    enrolment = cli.succeed("enrol", patient, PROGRAM)
    assert [row.id for row in clinic.rows(Enrolment)] == [enrolment]
    checkin = cli.succeed("checkin", "issue", patient, "daily")
    assert [(row.id, row.status) for row in clinic.rows(Checkin)] == [(checkin, "issued")]
    assert "follows advanced-cancer already" in cli.refuse("enrol", patient, PROGRAM)[0]
    assert "is open" in cli.refuse("checkin", "issue", patient, "daily")[0]
    assert "daily" in cli.refuse("checkin", "issue", patient, "nightly")[0]
    assert "not a published program" in cli.refuse("enrol", patient, "hospice")[0]
    assert cli.refuse("enrol", "nobody", PROGRAM)
    assert cli.refuse("checkin", "issue", "nobody", "daily")


def test_every_wrong_thing_about_a_patient_is_named(cli: Cli, clinic: RunningClinic) -> None:
    names = ("--given-name", "", "--family-name", "x" * 100, "--birth-date", "2999-01-01")
    said = cli.refuse("patient", "add", *names, "--phone", "911", "--time-zone", "Mars/Base", "--language", "tlh")
    assert {line.partition(":")[0] for line in said} == {
        "given_name", "family_name", "birth_date", "phone", "time_zone", "language",
    }  # fmt: skip
    said = cli.refuse("patient", "add", *WHO[:-1], "21/03/1955", *WHERE, "--phone", "911")
    assert {line.partition(":")[0] for line in said} == {"birth_date", "phone"}
    assert clinic.rows(Patient) == []


def test_a_site_must_be_named_only_if_there_is_none_such(cli: Cli, clinic: RunningClinic) -> None:
    assert "main" in cli.refuse("staff", "list", "--site", "elsewhere")[0]
    assert cli.run("staff", "list", "--site", "main").exit_code == 0


# --- import ---


def write(folder: Path, *lines: str, encoding: str = "utf-8") -> str:
    file = folder / "patients.csv"
    file.write_bytes("\r\n".join(lines).encode(encoding))
    return str(file)


def test_a_file_of_patients_is_imported(cli: Cli, clinic: RunningClinic, tmp_path: Path) -> None:
    file = write(
        tmp_path, "\ufeff" + HEADER,
        'Ana,"Flores, Díaz",1955-03-21,+15550101001,America/New_York,es,advanced-cancer,R-1',
        "Bob,Ng,1950-01-02,(555) 010-1002,America/New_York,en,,",
    )  # fmt: skip
    assert cli.succeed("patient", "import", file) == "2 patients were imported."
    assert len(clinic.rows(Patient)) == 2
    assert len(clinic.rows(Enrolment)) == 1


def test_one_bad_row_imports_nothing_and_every_bad_row_is_listed(
    cli: Cli, clinic: RunningClinic, tmp_path: Path
) -> None:
    good = "Ana,Flores,1955-03-21,+15550101001,America/New_York,en,advanced-cancer,R-1"
    file = write(
        tmp_path, HEADER, good,
        "Bob,Ng,yesterday,123,Mars/Base,tlh,hospice,R-1",  # line 3: everything, and the number of line 2's record
        "Cid,Ng,2999-01-02,+15550101003,America/New_York,en,,R-3",  # line 4: not born yet
        "Dee,Ng,1950-01-02,+15550101004,America/New_York,en",  # line 5: too few cells
        '"Eve\r\nAnn",Ng,1950-01-02,+15550101005,America/New_York,en,hospice,R-3',  # ends on line 7
    )  # fmt: skip
    said = cli.refuse("patient", "import", file)
    assert said[-1] == "Nothing was imported."
    assert [tuple(line.split(": ")[:2]) for line in said[:-1]] == [
        ("line 3", "birth_date"), ("line 3", "language"), ("line 3", "mrn"), ("line 3", "phone"),
        ("line 3", "program"), ("line 3", "time_zone"), ("line 4", "birth_date"), ("line 5", "row"), ("line 7", "mrn"),
        ("line 7", "program"),
    ]  # fmt: skip
    assert clinic.rows(Patient) == []


def test_in_a_file_of_one_the_line_is_named_too(cli: Cli, clinic: RunningClinic, tmp_path: Path) -> None:
    row = "Ana,Flores,1955-03-21,+15550101001,America/New_York,en,,R-1"
    cli.succeed("patient", "import", write(tmp_path, HEADER, row))
    assert cli.refuse("patient", "import", write(tmp_path, HEADER, row))[0].startswith("line 2: mrn: ")
    assert len(clinic.rows(Patient)) == 1


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "the column given_name is missing"),
        ([HEADER], "has no rows"),
        (["given_name,phone", "Ana,1"], "the column family_name is missing"),
        ([HEADER + ",shoe_size", "x"], "'shoe_size' is no column"),
        ([HEADER, 'Ana,"Flores'], "is not a CSV file"),
    ],
)
def test_a_file_that_is_none_is_refused(
    cli: Cli, clinic: RunningClinic, tmp_path: Path, lines: list[str], problem: str
) -> None:
    assert any(problem in line for line in cli.refuse("patient", "import", write(tmp_path, *lines)))
    assert clinic.rows(Patient) == []


def test_a_file_in_an_old_encoding_is_refused_with_advice(cli: Cli, clinic: RunningClinic, tmp_path: Path) -> None:
    row = "Ana,Díaz,1955-03-21,+15550101001,America/New_York,en,,"
    assert "CSV UTF-8" in cli.refuse("patient", "import", write(tmp_path, HEADER, row, encoding="latin-1"))[0]
    assert cli.run("patient", "import", str(tmp_path / "nowhere.csv")).exit_code == 2
