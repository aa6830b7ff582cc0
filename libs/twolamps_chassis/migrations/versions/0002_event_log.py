"""Which log the relay has filled, so that a wiped one is noticed, also by a relay that was not there."""

from twolamps_chassis.migrate import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run("""
    CREATE TABLE event_log (one boolean PRIMARY KEY DEFAULT true CHECK (one), id text NOT NULL);
    GRANT SELECT, INSERT, UPDATE ON event_log TO :worker;
    """)
