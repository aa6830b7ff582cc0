"""Each person's preferred windows: private, one row a person."""

from twolamps_chassis.migrate import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run("""
    CREATE TABLE windows (
        person_id uuid PRIMARY KEY, zone text NOT NULL,
        weekdays int[] NOT NULL, starts time[] NOT NULL, ends time[] NOT NULL,
        CHECK (cardinality(weekdays) = cardinality(starts) AND cardinality(weekdays) = cardinality(ends))
    );
    ALTER TABLE windows ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON windows TO :app USING (person_id = nullif(current_setting('app.person', true), '')::uuid);
    CREATE POLICY work ON windows TO :worker USING (true);
    GRANT SELECT, INSERT, UPDATE ON windows TO :app;
    GRANT SELECT ON windows TO :worker;
    """)
