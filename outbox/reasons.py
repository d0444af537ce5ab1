"""Why a row ended without a letter, as `last_error` keeps it: for staff, and for `states` to say in words."""

NOTHING_LEFT = "There was nothing left to say."
BROKEN = "The address takes no mail."
STOPPED = "The reader has stopped these."
