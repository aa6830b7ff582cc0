"""Which numbers does pairing go by? Lifetimes, lengths and how often a thing may be tried.

Promises: every number of product.md that pairing keeps stands here, once. Rates are attempts in a moving window.
"""

from datetime import time, timedelta

REFRESH_FOR = timedelta(days=90)
"""How long a refresh token may lie unused."""
REFRESH_GRACE = timedelta(seconds=30)
"""How long after its first use a refresh token may be used again, for a reply that was lost."""
CODE_FOR = timedelta(minutes=10)
"""How long a pairing code may be claimed."""
CONFIRM_FOR = timedelta(minutes=10)
"""How long after the claim both have to confirm."""
SHARE_FOR = timedelta(days=90)
"""How long a standing share holds without being renewed."""
DAY_START = time(4)
"""When a new couple's day starts, local."""
WEEK_START = 1
"""A new couple's first day of the week, 1 is Monday."""
LOCALE = "en"
"""The locale of who names none."""

TRIES_PER_MAIL = "10/10 minutes"
"""Sign-ups, and sign-ins, with one mail from one address: what is tried elsewhere neither shows nor keeps anybody out."""
CALENDARS = "20/hour"
"""Changes of the couple's calendar by one person: each is a notice to the other."""
TRIES_PER_PERSON = "10/10 minutes"
"""Claims by one person."""
TRIES_PER_ADDRESS = "300/10 minutes"
"""Sign-ups, sign-ins, refreshes and claims from one address, behind which many people may live."""
