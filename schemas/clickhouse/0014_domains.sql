-- Sorted by domain first, with fewer rows to a mark: who asks for twenty domains reads little else. Which domains these may be
-- is asked of whole days, without states.
ALTER TABLE attempts_1m ADD PROJECTION IF NOT EXISTS hours_of_domains
(
    SELECT
        toStartOfHour(minute),
        direction,
        outcome,
        recipient_org_domain,
        provider,
        reason,
        side,
        sum(attempts),
        uniqMergeStateIf(messages, outcome IN ('deferred', 'rejected'))
    GROUP BY recipient_org_domain, direction, toStartOfHour(minute), outcome, provider, reason, side
) WITH SETTINGS (index_granularity = 1024);

ALTER TABLE attempts_1m ADD PROJECTION IF NOT EXISTS days_of_domains
(
    SELECT
        toStartOfDay(minute),
        direction,
        outcome,
        recipient_org_domain,
        provider,
        sum(attempts)
    GROUP BY direction, outcome, toStartOfDay(minute), recipient_org_domain, provider
);

ALTER TABLE attempts_1m DROP PROJECTION IF EXISTS domains_by_hour;

ALTER TABLE attempts_1m MATERIALIZE PROJECTION hours_of_domains;

ALTER TABLE attempts_1m MATERIALIZE PROJECTION days_of_domains;
