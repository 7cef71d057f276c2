"""The ground floor's part of the API, and what every floor's part is made of."""
