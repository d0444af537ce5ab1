"""The search: what it knows of a listing, what somebody asks, and how the two are brought together.

`folding`, `parsing`, `opening`, `places` and `wanted` are pure; `documents` reads listings; `meaning`, `postcodes` and
`asking` ask the database; `results` makes what a page shows.
"""
