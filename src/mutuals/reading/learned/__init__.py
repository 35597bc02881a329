"""The learned reader: a small encoder with one output an act, a linear one for the plain cases, cues beside both."""
