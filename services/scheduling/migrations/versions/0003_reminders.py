"""Reminders, their occurrences, the rings of each person, and when a series is topped up."""

from twolamps_chassis.migrate import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run("""
    CREATE TABLE reminders (
        id uuid PRIMARY KEY, owner uuid NOT NULL, maker uuid NOT NULL, partner uuid,
        audience text NOT NULL CHECK (audience IN ('me', 'you', 'both', 'either')),
        offer text NOT NULL CHECK (offer IN ('none', 'offered', 'accepted', 'declined', 'stopped')),
        first timestamp NOT NULL, zone text NOT NULL, rrule text NOT NULL,
        maker_lead interval NOT NULL, partner_lead interval,
        created_at timestamptz NOT NULL, cancelled_at timestamptz, over_at timestamptz,
        title bytea NOT NULL, note bytea NOT NULL,
        CHECK ((audience = 'me') = (partner IS NULL)), CHECK ((audience = 'me') = (offer = 'none')),
        CHECK ((audience = 'me') = (owner = maker)), CHECK (partner <> maker)
    );
    CREATE INDEX reminders_newest ON reminders (owner, created_at DESC, id DESC);
    CREATE INDEX reminders_made ON reminders (maker) WHERE cancelled_at IS NULL;
    CREATE INDEX reminders_accepted ON reminders (partner) WHERE cancelled_at IS NULL AND offer = 'accepted';

    CREATE TABLE occurrences (
        reminder_id uuid NOT NULL REFERENCES reminders, local timestamp NOT NULL, fold smallint NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (reminder_id, local, fold)
    );

    CREATE TABLE rings (
        reminder_id uuid NOT NULL, person uuid NOT NULL, local timestamp NOT NULL, fold smallint NOT NULL DEFAULT 0,
        zone text NOT NULL, stream_key uuid NOT NULL,
        planned_at timestamptz NOT NULL, due_at timestamptz NOT NULL, late boolean NOT NULL,
        shown text NOT NULL CHECK (shown IN ('pending', 'ringing', 'snoozed', 'completed', 'skipped')),
        state text NOT NULL
            GENERATED ALWAYS AS (CASE WHEN shown IN ('pending', 'snoozed') THEN 'pending' ELSE 'resting' END) STORED,
        PRIMARY KEY (reminder_id, person, local, fold),
        FOREIGN KEY (reminder_id, local, fold) REFERENCES occurrences
    );
    CREATE INDEX rings_due ON rings (due_at) WHERE state = 'pending';
    CREATE INDEX rings_open ON rings (reminder_id, person, local) WHERE shown IN ('pending', 'ringing', 'snoozed');

    CREATE TABLE extensions (
        reminder_id uuid PRIMARY KEY REFERENCES reminders, stream_key uuid NOT NULL, due_at timestamptz NOT NULL,
        bookmark timestamp NOT NULL, state text NOT NULL DEFAULT 'pending'
    );
    CREATE INDEX extensions_due ON extensions (due_at) WHERE state = 'pending';

    ALTER TABLE reminders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY mine_or_ours ON reminders TO :app USING (
        owner = nullif(current_setting('app.person', true), '')::uuid
        OR EXISTS (SELECT 1 FROM couples c WHERE c.id = owner
                   AND nullif(current_setting('app.person', true), '')::uuid IN (c.inviter, c.invitee)));
    CREATE POLICY work ON reminders TO :worker USING (true);
    ALTER TABLE occurrences ENABLE ROW LEVEL SECURITY;
    CREATE POLICY mine_or_ours ON occurrences TO :app USING (EXISTS (SELECT 1 FROM reminders r WHERE r.id = reminder_id));
    CREATE POLICY work ON occurrences TO :worker USING (true);
    ALTER TABLE extensions ENABLE ROW LEVEL SECURITY;
    CREATE POLICY mine_or_ours ON extensions TO :app USING (EXISTS (SELECT 1 FROM reminders r WHERE r.id = reminder_id));
    CREATE POLICY work ON extensions TO :worker USING (true);

    -- The other's rings are in reach only for what changes them: completing one for either, and a maker's cancelling.
    ALTER TABLE rings ENABLE ROW LEVEL SECURITY;
    CREATE POLICY mine ON rings TO :app USING (
        person = nullif(current_setting('app.person', true), '')::uuid
        OR EXISTS (SELECT 1 FROM reminders r WHERE r.id = reminder_id
                   AND (r.audience = 'either' OR r.maker = nullif(current_setting('app.person', true), '')::uuid)));
    CREATE POLICY planned ON rings FOR INSERT TO :app
        WITH CHECK (EXISTS (SELECT 1 FROM reminders r WHERE r.id = reminder_id));
    CREATE POLICY work ON rings TO :worker USING (true);

    GRANT SELECT, INSERT ON reminders TO :app;
    GRANT UPDATE (offer, partner_lead, cancelled_at, over_at) ON reminders TO :app;
    GRANT SELECT, INSERT ON occurrences TO :app;
    GRANT SELECT, INSERT, UPDATE (shown, due_at, late) ON rings TO :app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON extensions TO :app;
    GRANT SELECT (id, owner, maker, partner, audience, offer, first, zone, rrule, maker_lead, partner_lead, created_at,
                  cancelled_at, over_at), UPDATE (over_at) ON reminders TO :worker;
    GRANT SELECT, INSERT ON occurrences TO :worker;
    GRANT SELECT, INSERT, UPDATE (shown, due_at, late) ON rings TO :worker;
    GRANT SELECT, UPDATE, DELETE ON extensions TO :worker;
    """)
