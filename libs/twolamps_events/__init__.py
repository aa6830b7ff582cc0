"""What do services tell one another? One file per publishing service; catalog.py knows them all.

Promises: events carry ids, kinds, times, zones and counters; never words, a mail address or a token.
"""
