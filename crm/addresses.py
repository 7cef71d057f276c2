"""E-mail addresses and phone numbers in the one form that is stored and compared."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, EmailUndeliverableError, validate_email
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult

#: What nearly every address looks like; taken as it is. Anything else goes through the full rules.
_NOBODYS = "|".join(map(re.escape, SPECIAL_USE_DOMAIN_NAMES))
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!(?:" + _NOBODYS + r")$)[a-z]{2,24}"
)
#: An international number with nothing but spaces, dots and hyphens between the digits.
_PLAIN_PHONE = re.compile(r"\+[1-9][\d .\-]{5,24}")
_SEPARATORS = str.maketrans("", "", " .-\u00a0\u2011\u2013")

MAX_EMAIL = 254


class BadAddress(ValueError):
    """An address that cannot be used; the text is a sentence for the person who typed it."""


@lru_cache(maxsize=50_000)
def normal_email(text: str) -> str:
    """Return the address in lower case with its domain in ASCII (IDNA). Raises BadAddress."""
    text = text.strip(" \t\u00a0")
    plain = text.lower()
    if len(plain) <= MAX_EMAIL and _PLAIN_EMAIL.fullmatch(plain) and plain.index("@") <= 64 and "--" not in plain:
        return plain
    if not plain:
        raise BadAddress("An e-mail address is needed.")
    try:
        found = validate_email(text, check_deliverability=False, strict=True)
    except EmailUndeliverableError as problem:
        raise BadAddress(f"“{_short(text)}” cannot receive e-mail.") from problem
    except EmailNotValidError as problem:
        raise BadAddress(f"“{_short(text)}” is not an e-mail address. {problem}") from problem
    normal = f"{found.local_part}@{found.ascii_domain}".lower()
    if len(normal) > MAX_EMAIL:
        raise BadAddress(f"An e-mail address has at most {MAX_EMAIL} characters; this one has {len(normal)}.")
    return normal


@lru_cache(maxsize=50_000)
def normal_phone(text: str, country: str = "") -> str:
    """Return the number as E.164; one without a country code is read as from `country` (ISO 3166-1 alpha-2).

    Raises BadAddress.
    """
    stripped = text.strip()
    if _PLAIN_PHONE.fullmatch(stripped):
        digits = stripped.translate(_SEPARATORS)
        if _is_plainly_possible(digits[1:]):
            return digits
    return _parsed_phone(stripped, country.upper())


def _parsed_phone(text: str, country: str) -> str:
    if not text:
        raise BadAddress("A phone number is needed.")
    if text.startswith("00"):
        text = "+" + text[2:]
    try:
        number = phonenumbers.parse(text, country or None)
    except NumberParseException as problem:
        if problem.error_type == NumberParseException.INVALID_COUNTRY_CODE and not text.startswith("+"):
            raise BadAddress(
                f"“{_short(text)}” has no country code. Write it like +49 30 901820, or say which country it is from."
            ) from problem
        raise BadAddress(f"“{_short(text)}” is not a phone number.") from problem
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == ValidationResult.TOO_SHORT:
        raise BadAddress(f"“{_short(text)}” has too few digits for a phone number.")
    if reason == ValidationResult.TOO_LONG:
        raise BadAddress(f"“{_short(text)}” has too many digits for a phone number.")
    if reason == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise BadAddress(f"“{_short(text)}” lacks its area code.")
    if reason != ValidationResult.IS_POSSIBLE:
        raise BadAddress(f"“{_short(text)}” is not a phone number that can exist.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=1000)
def _calling_code(digits: str) -> tuple[int, frozenset[int], re.Pattern[str] | None] | None:
    """Length of the country code, possible lengths after it, and the prefix that must not follow it."""
    for length in (1, 2, 3):
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length]))
        if regions:
            # The main region's rules hold for all that share its code.
            meta = phonenumbers.PhoneMetadata.metadata_for_region(regions[0], None)
            if meta is None or meta.general_desc is None:
                return None
            prefix = meta.national_prefix_for_parsing
            return length, frozenset(meta.general_desc.possible_length), re.compile(prefix) if prefix else None
    return None


def _is_plainly_possible(digits: str) -> bool:
    known = _calling_code(digits[:3])
    if known is None:
        return False
    length, lengths, prefix = known
    national = digits[length:]
    return len(national) in lengths and not (prefix and prefix.match(national))


def phone_kind(e164: str) -> str:
    """Say what a number is: "mobile", "fixed", "either", "free", "premium" or "other"."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(e164, None))
    except NumberParseException:
        return "other"
    return _KINDS.get(kind, "other")


def takes_sms(e164: str) -> bool:
    """Whether a text message can reach the number: never a fixed line."""
    return phone_kind(e164) in ("mobile", "either", "other")


def phone_warning(e164: str) -> str:
    """A sentence about a number that is no person's, else nothing."""
    kind = phone_kind(e164)
    if kind == "free":
        return "This is a toll-free number, not a person's."
    return "Calls to this number cost extra." if kind == "premium" else ""


_KINDS = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "either",
    PhoneNumberType.TOLL_FREE: "free",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "premium",
}


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."
