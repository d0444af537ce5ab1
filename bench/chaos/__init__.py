"""A whole Supportnet of real parts, hands that break them, people who answer meanwhile, and a judge.

`stage` has the parts, `sink` the mail server, `people` the rows, `crowd` and `fates` what people do, `play` the order
of things, `evidence` what was seen, `judge` and `ladder` what to think of it. `python -m bench.faults` plays it.
"""
