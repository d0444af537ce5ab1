"""What is done with listings: each a verb, in one transaction."""

from resources.services.checking import verify
from resources.services.curators import appoint_curator, curators
from resources.services.indexing import reindex
from resources.services.publishing import archive, publish, withdraw

__all__ = ["appoint_curator", "archive", "curators", "publish", "reindex", "verify", "withdraw"]
