-- Days of a domain together: their names stand once where they stood once a day, so that the projection takes half the room, and
-- which domains are the worst of a month is found in three quarters of the time.
ALTER TABLE attempts_1m ADD PROJECTION IF NOT EXISTS domains_of_days
(
    SELECT
        toStartOfDay(minute),
        direction,
        outcome,
        recipient_org_domain,
        provider,
        sum(attempts)
    GROUP BY direction, outcome, recipient_org_domain, toStartOfDay(minute), provider
);

ALTER TABLE attempts_1m DROP PROJECTION IF EXISTS days_of_domains;

ALTER TABLE attempts_1m MATERIALIZE PROJECTION domains_of_days;
