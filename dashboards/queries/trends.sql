-- Messages of [from, to) and of the same stretch before, by one dimension; a row named '' with is_total over all.
-- [hours_from, hours_to) of each stretch are whole hours, read from the roll-up by hour. [days_from, days_to) in them are whole
-- days: asked by day alone, the engine takes them from that table's projections; so it does of hours, where no sender is
-- asked for.
WITH
    -- include trend-times.sql
    parseDateTimeBestEffort({days_from:String}, 'UTC') AS days_from,
    parseDateTimeBestEffort({days_to:String}, 'UTC') AS days_to,
    parseDateTimeBestEffort({before_days_from:String}, 'UTC') AS before_days_from,
    parseDateTimeBestEffort({before_days_to:String}, 'UTC') AS before_days_to
SELECT
    -- include trend-columns.sql
FROM
(
    -- include trend-minutes.sql
    UNION ALL
    SELECT
        {column:Identifier} AS name,
        outcome,
        sum(attempts_1h.attempts) AS attempts,
        uniqMergeState(attempts_1h.messages) AS messages,
        hour >= start AS is_now,
        false AS is_late
    FROM attempts_1h
    WHERE direction = {direction:String}
        AND ((hour >= hours_from AND hour < hours_to AND NOT (hour >= days_from AND hour < days_to))
            OR (hour >= before_hours_from AND hour < before_hours_to AND NOT (hour >= before_days_from AND hour < before_days_to)))
        AND ({sender:String} = '' OR sender_domain = {sender:String})
        AND ({provider:String} = '' OR provider = {provider:String})
    GROUP BY name, outcome, is_now
    UNION ALL
    SELECT
        {column:Identifier} AS name,
        outcome,
        sum(attempts_1h.attempts) AS attempts,
        uniqMergeState(attempts_1h.messages) AS messages,
        toStartOfDay(hour) >= start AS is_now,
        false AS is_late
    FROM attempts_1h
    WHERE direction = {direction:String}
        AND ((toStartOfDay(hour) >= days_from AND toStartOfDay(hour) < days_to)
            OR (toStartOfDay(hour) >= before_days_from AND toStartOfDay(hour) < before_days_to))
        AND ({sender:String} = '' OR sender_domain = {sender:String})
        AND ({provider:String} = '' OR provider = {provider:String})
    GROUP BY name, outcome, is_now
)
GROUP BY GROUPING SETS ((name), ())
ORDER BY is_total DESC, refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
