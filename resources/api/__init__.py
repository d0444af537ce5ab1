"""The directory for machines: HSDS 3.1, open to read for everybody, without a key and without a person."""
