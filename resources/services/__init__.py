"""What is done with listings: each a verb, in one transaction."""

from resources.services.checking import verify
from resources.services.clockwork import sweep_clock
from resources.services.curators import appoint_curator, curators
from resources.services.deciding import decide
from resources.services.fruitless import forget_fruitless, note_fruitless
from resources.services.indexing import reindex
from resources.services.leasing import hold, release, take_next
from resources.services.likeness import look_for_likeness, not_the_same, sweep_likeness
from resources.services.places import load_postcodes
from resources.services.proposing import Proposal, propose, take_back
from resources.services.publishing import archive, missing, publish, tick_rules, withdraw
from resources.services.refreshing import sweep_findable, tidy_search
from resources.services.refusing import asked_not_to_be_listed, do_not_list
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
    "forget_fruitless",
    "hold",
    "load_postcodes",
    "look_for_likeness",
    "missing",
    "not_the_same",
    "note_fruitless",
    "propose",
    "publish",
    "reindex",
    "release",
    "sweep_clock",
    "sweep_findable",
    "sweep_likeness",
    "take_back",
    "take_next",
    "tick_rules",
    "tidy_search",
    "verify",
    "withdraw",
]
