"""Made-up, believable data for trying the product out; the same seed gives the same data."""
