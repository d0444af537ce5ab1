"""What is done with listings: each a verb, in one transaction."""

from resources.services.checking import verify
from resources.services.clockwork import sweep_clock
from resources.services.curators import appoint_curator, curators
from resources.services.deciding import decide, forget_senders
from resources.services.feedback import erase_feedback, read_feedback, said_of, tell_how_it_was
from resources.services.fruitless import forget_fruitless, note_fruitless
from resources.services.indexing import reindex
from resources.services.leasing import hold, release, take_next
from resources.services.likeness import look_for_likeness, not_the_same, sweep_likeness
from resources.services.places import load_postcodes
from resources.services.proposing import Proposal, propose, take_back
from resources.services.publishing import archive, missing, publish, tick_rules, withdraw
from resources.services.refreshing import sweep_findable, tidy_search
from resources.services.refusing import asked_not_to_be_listed, do_not_list
from resources.services.saving import (
    drop_listing,
    drop_search,
    erase_what_is_in_the_way,
    save_listing,
    save_search,
    say_what_is_in_the_way,
    sweep_searches,
    wants_no_letters,
    wish_for_letters,
    wish_for_picks,
)
from resources.services.telling import Told

__all__ = [
    "Proposal",
    "Told",
    "appoint_curator",
    "archive",
    "asked_not_to_be_listed",
    "curators",
    "decide",
    "do_not_list",
    "drop_listing",
    "drop_search",
    "erase_feedback",
    "erase_what_is_in_the_way",
    "forget_fruitless",
    "forget_senders",
    "hold",
    "load_postcodes",
    "look_for_likeness",
    "missing",
    "not_the_same",
    "note_fruitless",
    "propose",
    "publish",
    "read_feedback",
    "reindex",
    "release",
    "said_of",
    "save_listing",
    "save_search",
    "say_what_is_in_the_way",
    "sweep_clock",
    "sweep_findable",
    "sweep_likeness",
    "sweep_searches",
    "take_back",
    "take_next",
    "tell_how_it_was",
    "tick_rules",
    "tidy_search",
    "verify",
    "wants_no_letters",
    "wish_for_letters",
    "wish_for_picks",
    "withdraw",
]
