"""Address books: read from files, compared with the network, looked through, written into files.

`reading.read` never raises: whatever the bytes are, it answers with the contacts it found and, in plain words, what it
could not use. Nothing here touches the database; `services.contacts` does.
"""
