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

_CAMEL = {
    "Id": "external_id", "FirstName": "first_name", "LastName": "last_name", "Company": "organisation", "Title": "job_title",
    "Email": "email", "Phone": "other_phones", "MobilePhone": "phone", "LeadSource": "source", "Status": "lifecycle",
    "Country": "country", "MailingCountry": "country", "City": "city", "MailingCity": "city",
    "HasOptedOutOfEmail": "email_opt_out", "DoNotCall": "call_opt_out", "IsDeleted": "", "SystemModstamp": "",
    "LastModifiedDate": "", "LastModifiedById": "", "CreatedById": "", "OwnerId": "",
}  # fmt: skip

PRESET = Preset(
    "salesforce",
    "Salesforce leads or contacts",
    frozenset({"ID", "LASTNAME", "SYSTEMMODSTAMP"}),
    _PLAIN | _CAMEL,
    other_signs=(
        frozenset({"ID", "LASTNAME", "OWNERID"}),
        frozenset({"Id", "LastName", "SystemModstamp"}),
        frozenset({"Id", "LastName", "OwnerId"}),
    ),
)
