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
DEVICE_CODE_FOR = timedelta(minutes=10)
"""How long a device may wait to be approved."""
DEVICE_PICKUP_FOR = timedelta(minutes=1)
"""How long an approved device has to fetch its session, at the least."""
DEVICE_INTERVAL = timedelta(seconds=5)
"""How long a device is told to wait between two tries."""
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
"""Claims, and approvals of devices, by one person."""
TRIES_PER_ADDRESS = "300/10 minutes"
"""Sign-ups, sign-ins, refreshes, claims, devices that ask and their approvals from one address, behind which many people may
live."""
EXCHANGES_PER_SECRET = "120/10 minutes"
"""Exchanges of one browser's secret from one address: a gateway needs one in ten minutes. Not counted by address alone:
who makes up secrets there would keep everybody behind it from leaving; 256 bits are not guessed."""
POLLS_PER_DEVICE = "1/4 seconds"
"""Tries of one device code: more often than its interval, less the way there and back, is too often."""
POLLS_PER_ADDRESS = "3000/10 minutes"
"""Tries of device codes from one address: each device that waits needs 120, a guess would need 2^255."""
