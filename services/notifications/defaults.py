"""Which limits does the inbox keep? Every number of this service."""

from datetime import timedelta

INBOX_KEPT = timedelta(days=90)
"""How long an item can be listed."""
LOG_KEPT = timedelta(days=30)
"""How far back a cursor can be resumed."""
TIDY_EVERY = timedelta(hours=1)
TIDY_MOST = 5_000
"""Rows that one tidying forgets of each table; the next follows at once while there are more."""
CATCH_UP_MOST = 200
"""Changes of a person that one reading gives an open stream."""
