"""What is measured of a patient, each when a rule asks for it."""
