"""The ground floor's routes, in the order of the documentation."""

from crm.api.contact_parts import router as contact_parts
from crm.api.contacts import router as contacts
from crm.api.lists import router as lists
from crm.api.team import router as team

routers = (contacts, contact_parts, lists, team)
