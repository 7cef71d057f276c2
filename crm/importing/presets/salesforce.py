"""Salesforce's leads and contacts, as Data Loader and the weekly export write them."""

from crm.importing.presets.preset import Preset

_PLAIN = {
    "ID": "external_id",
    "FIRSTNAME": "first_name",
    "LASTNAME": "last_name",
    "COMPANY": "organisation",
    "TITLE": "job_title",
    "EMAIL": "email",
    "PHONE": "other_phones",
    "MOBILEPHONE": "phone",
    "LEADSOURCE": "source",
    "STATUS": "lifecycle",
    "COUNTRY": "country",
    "MAILINGCOUNTRY": "country",
    "CITY": "city",
    "MAILINGCITY": "city",
    "HASOPTEDOUTOFEMAIL": "email_opt_out",
    "DONOTCALL": "call_opt_out",
    "ISDELETED": "",
    "SYSTEMMODSTAMP": "",
    "LASTMODIFIEDDATE": "",
    "LASTMODIFIEDBYID": "",
    "CREATEDBYID": "",
    "OWNERID": "",
}

PRESET = Preset("salesforce", "Salesforce leads or contacts", frozenset({"ID", "LASTNAME", "SYSTEMMODSTAMP"}), _PLAIN)
