"""A phone is found by two words instead of four: whole, and without its own country code."""

from typing import ClassVar

from django.db import migrations

# Country codes have one, two or three digits, and none begins another (ITU-T E.164): which it is shows in the first two.
# Before, all three were tried for each phone: two words that nobody types, each a place of its own in the index, and a
# third of what the search text of an import costs. A national number is stored without leading zeros, as a typed one is asked for.
# Entries from before hold the two words as well; they are put together again when their contact changes.
TWO_WORDS = r"""
CREATE OR REPLACE FUNCTION crm_phone_words(phone text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN coalesce(phone, '') = '' THEN '{}'::text[]
         ELSE array_remove(ARRAY[substr(phone, 2), ltrim(substr(phone, CASE
             WHEN substr(phone, 2, 1) IN ('1', '7') THEN 3
             WHEN substr(phone, 2, 2) IN ('20', '27', '30', '31', '32', '33', '34', '36', '39', '40', '41', '43', '44', '45',
                 '46', '47', '48', '49', '51', '52', '53', '54', '55', '56', '57', '58', '60', '61', '62', '63', '64', '65',
                 '66', '81', '82', '84', '86', '90', '91', '92', '93', '94', '95', '98') THEN 4
             ELSE 5 END), '0')], '') END;
"""

FOUR_WORDS = """
CREATE OR REPLACE FUNCTION crm_phone_words(phone text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN coalesce(phone, '') = '' THEN '{}'::text[]
         ELSE ARRAY[substr(phone, 2), substr(phone, 3), substr(phone, 4), substr(phone, 5)] END;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0020_outside_events")]

    operations: ClassVar = [migrations.RunSQL(TWO_WORDS, FOUR_WORDS)]
