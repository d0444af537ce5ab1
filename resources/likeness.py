"""How alike two listings are. Pure: what is known of each goes in, a score and its reasons come out.

Weights after what open directories use (ServiceNet, HSDS entity resolution): the name alone is rarely enough, the same
phone, domain or place beside an alike name is. Nothing is ever merged by a score; a curator looks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from rapidfuzz import fuzz

ENOUGH = 70
# Addresses at which everybody has a mailbox or a page say nothing of who it is.
SHARED_HOSTS = {
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "aol.com"),
    *("gmx.net", "gmx.de", "proton.me", "protonmail.com", "btinternet.com", "live.com", "msn.com"),
    *("facebook.com", "instagram.com", "meetup.com", "eventbrite.com", "sites.google.com", "linktr.ee"),
}
# Words that half of all listings have in their names.
COMMON = {
    "the",
    "and",
    "of",
    "for",
    "group",
    "service",
    "services",
    "support",
    "centre",
    "center",
    "club",
    "in",
    "at",
}


@dataclass(frozen=True)
class Traits:
    """What a listing is compared by."""

    name: str
    organization: str = ""
    phones: frozenset[str] = field(default_factory=frozenset)
    hosts: frozenset[str] = field(default_factory=frozenset)
    places: frozenset[str] = field(default_factory=frozenset)


def host(address: str) -> str:
    """The host of a web or mail address, without "www."; "" where everybody may have one there."""
    bare = address.strip().lower()
    if "@" in bare:
        name = bare.rpartition("@")[2]
    else:
        try:
            name = urlsplit(bare if "//" in bare else f"//{bare}").hostname or ""
        except ValueError:
            return ""
    name = name.removeprefix("www.").strip(".")
    return "" if name in SHARED_HOSTS or "." not in name else name


def digits(number: str) -> str:
    """The last nine digits, which are the same with and without a country code; "" for what is too short."""
    found = re.sub(r"\D", "", number)
    return found[-9:] if len(found) >= 6 else ""


def keys(traits: Traits) -> list[str]:
    """Under what a listing is looked up. Two that share none are not compared."""
    words = [word for word in traits.name.split() if word not in COMMON] or traits.name.split()
    # The rarer words are the longer ones; the two longest, cut short, forgive most mistakes at their ends.
    longest = sorted(set(words), key=lambda word: (-len(word), word))[:2]
    return sorted(
        {
            *(f"p:{phone}" for phone in traits.phones),
            *(f"d:{host}" for host in traits.hosts),
            *(f"l:{place}" for place in traits.places),
            *(f"n:{word[:6]}" for word in longest),
            f"n:{' '.join(sorted(word[:4] for word in longest))}",
        }
    )


def compare(one: Traits, other: Traits) -> tuple[int, list[str]]:
    """How alike from 0 to 100, and why. From `ENOUGH` on a curator is asked."""
    name = max(fuzz.token_sort_ratio(one.name, other.name), fuzz.token_set_ratio(one.name, other.name) * 0.95)
    same = {
        "phone": bool(one.phones & other.phones),
        "domain": bool(one.hosts & other.hosts),
        "place": bool(one.places & other.places),
    }
    # One house has many services at one number: within it only the name can say.
    if one.organization and one.organization == other.organization:
        return (round(name), ["name"]) if name >= 90 else (0, [])
    if name < 60:
        return 0, []
    score = name * 0.7 + 12 * same["phone"] + 10 * same["domain"] + 8 * same["place"]
    reasons = (["name"] if name >= 80 else []) + [reason for reason, holds in same.items() if holds]
    return (round(score) if name < 96 or any(same.values()) else max(round(score), ENOUGH)), reasons
