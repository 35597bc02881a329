"""Sorrel Staithe: an invented village that talks in four places, for trying mutuals out and for its tests."""
