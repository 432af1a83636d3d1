-- What trends of weeks read: the roll-up by hour summed by day, without the sending address and the source. A projection is
-- part of its table: it holds what that holds, whatever a crash left. Parts from before get theirs in the background.
ALTER TABLE attempts_1h MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild', lightweight_mutation_projection_mode = 'rebuild';

ALTER TABLE attempts_1h ADD PROJECTION IF NOT EXISTS by_day
(
    SELECT
        toStartOfDay(hour),
        direction,
        sender_domain,
        provider,
        outcome,
        reason,
        side,
        sum(attempts),
        uniqMergeState(messages)
    GROUP BY toStartOfDay(hour), direction, sender_domain, provider, outcome, reason, side
);

ALTER TABLE attempts_1h MATERIALIZE PROJECTION by_day;
