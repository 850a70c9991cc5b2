"""Telephone numbers in one form: E.164."""

import phonenumbers

from app.errors import Rejected

_LONGEST = 40


def normalize_phone(text: str, region: str) -> str:
    """Write a number as people write it in ``region`` (ISO 3166 alpha-2) in full, such as ``+15551234567``.

    Raises ``Rejected`` naming why. Fictional numbers pass: a number is judged by its length and form, not by whether a
    carrier has given it out.
    """
    shown = text.strip()
    if not shown:
        raise Rejected("A phone number is needed.")
    if len(shown) > _LONGEST:
        raise Rejected(f"A phone number has at most {_LONGEST} characters.")
    try:
        parsed = phonenumbers.parse(shown, region)
    except phonenumbers.NumberParseException:
        raise Rejected("This is not a phone number; write it with its country code, such as +1 555 123 4567.") from None
    if parsed.extension:
        raise Rejected("A number with an extension cannot receive texts.")
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise Rejected(_REASONS.get(reason, "This number cannot exist; check its digits and country code."))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def show_phone(e164: str, region: str = "") -> str:
    """A number as people read it: in their own way within ``region`` (ISO 3166), with the country code elsewhere."""
    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    at_home = region and phonenumbers.country_code_for_region(region) == parsed.country_code
    form = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


_REASONS = {
    phonenumbers.ValidationResult.TOO_SHORT: "This number is too short.",
    phonenumbers.ValidationResult.TOO_LONG: "This number is too long.",
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "This country code does not exist.",
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "The area code is missing.",
}
