"""The ground floor's routes, in the order of the documentation."""

from crm.api.contact_parts import router as contact_parts
from crm.api.contacts import router as contacts

routers = (contacts, contact_parts)
