"""Deals: moving, winning, losing, forecasting (A8)."""
