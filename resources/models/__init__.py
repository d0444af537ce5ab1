"""The directory: who offers what, where, how to reach it, and who checked that."""

from resources.models.changes import ChangeRequest, DoNotList, FieldChange
from resources.models.curation import ImportedRow, Verification
from resources.models.desk import CheckedLink, Claim, Fingerprint, Inclusion, Likeness
from resources.models.details import (
    Accessibility,
    Address,
    CostOption,
    Language,
    OpeningException,
    Phone,
    Schedule,
    ServiceArea,
)
from resources.models.directory import (
    Location,
    Organization,
    Program,
    Record,
    Source,
)
from resources.models.exchange import ImportJob, ImportNote, ImportPart, QuarantinedRow, Unindexed
from resources.models.feedback import Feedback
from resources.models.helplines import Helpline
from resources.models.history import Change, ChangedRow
from resources.models.listings import Service, ServiceAtLocation
from resources.models.papers import (
    Contact,
    Funding,
    OrganizationIdentifier,
    RequiredDocument,
    ServiceCapacity,
    Unit,
    Url,
)
from resources.models.places import PostalCode
from resources.models.saved import FindingWishes, SavedListing, SavedSearch
from resources.models.search import Findable, FruitlessSearch, KnownWord
from resources.models.vocabulary import Attribute, Synonym, Taxonomy, TaxonomyTerm

__all__ = [
    "Accessibility",
    "Address",
    "Attribute",
    "Change",
    "ChangeRequest",
    "ChangedRow",
    "CheckedLink",
    "Claim",
    "Contact",
    "CostOption",
    "DoNotList",
    "Feedback",
    "FieldChange",
    "Findable",
    "FindingWishes",
    "Fingerprint",
    "FruitlessSearch",
    "Funding",
    "Helpline",
    "ImportJob",
    "ImportNote",
    "ImportPart",
    "ImportedRow",
    "Inclusion",
    "KnownWord",
    "Language",
    "Likeness",
    "Location",
    "OpeningException",
    "Organization",
    "OrganizationIdentifier",
    "Phone",
    "PostalCode",
    "Program",
    "QuarantinedRow",
    "Record",
    "RequiredDocument",
    "SavedListing",
    "SavedSearch",
    "Schedule",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "ServiceCapacity",
    "Source",
    "Synonym",
    "Taxonomy",
    "TaxonomyTerm",
    "Unindexed",
    "Unit",
    "Url",
    "Verification",
]
