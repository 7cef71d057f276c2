"""The ground floor's routes, in the order of the documentation."""

from crm.api.contact_parts import router as contact_parts
from crm.api.contacts import router as contacts
from crm.api.lists import router as lists
from crm.api.team import router as team
from crm.audiences.api import router as audiences
from crm.conditions.api import router as conditions
from crm.deals.api import router as deals
from crm.documents.api import router as documents
from crm.invoices.api import router as invoices
from crm.merging.api import router as merging
from crm.outside.api import router as outside
from crm.partners.api import router as partners

routers = (
    contacts,
    merging,
    contact_parts,
    deals,
    documents,
    invoices,
    partners,
    outside,
    audiences,
    conditions,
    lists,
    team,
)
