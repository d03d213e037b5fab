"""Nightly usage statistics that nobody can be found in: counting within bounds, noise, and a budget that is kept."""
