"""Reading directories that others publish in HSDS 3.1, the field's standard."""
