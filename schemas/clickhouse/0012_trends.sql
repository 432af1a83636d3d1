-- What trends of weeks read besides the projection of 0010: mail by recipient domain; by provider and reason without senders;
-- by sender alone. The less is told apart, the fewer states are merged. Sorted by domain before hour: who asks for one domain
-- or for the worst twenty reads these alone.
ALTER TABLE attempts_1m MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild', lightweight_mutation_projection_mode = 'rebuild';

ALTER TABLE attempts_1m ADD PROJECTION IF NOT EXISTS domains_by_hour
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
    GROUP BY direction, outcome, recipient_org_domain, toStartOfHour(minute), provider, reason, side
);

ALTER TABLE attempts_1m MATERIALIZE PROJECTION domains_by_hour;

ALTER TABLE attempts_1h ADD PROJECTION IF NOT EXISTS providers_by_hour
(
    SELECT
        hour,
        direction,
        provider,
        outcome,
        reason,
        side,
        sum(attempts),
        uniqMergeState(messages)
    GROUP BY direction, hour, outcome, provider, reason, side
);

ALTER TABLE attempts_1h MATERIALIZE PROJECTION providers_by_hour;

ALTER TABLE attempts_1h ADD PROJECTION IF NOT EXISTS senders_by_day
(
    SELECT
        toStartOfDay(hour),
        direction,
        sender_domain,
        outcome,
        sum(attempts),
        uniqMergeState(messages)
    GROUP BY direction, toStartOfDay(hour), outcome, sender_domain
);

ALTER TABLE attempts_1h MATERIALIZE PROJECTION senders_by_day;
