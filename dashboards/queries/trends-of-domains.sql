-- As trends.sql, by what the roll-up by hour does not tell apart: recipient domains. Whole hours come from the projection
-- of attempts_1m that does, of the `domains` alone where some are named.
WITH
    -- include trend-times.sql
    empty({domains:Array(String)}) AS of_all
SELECT
    -- include trend-columns.sql
FROM
(
    -- include trend-minutes.sql
    UNION ALL
    SELECT
        {column:Identifier} AS name,
        outcome,
        sum(attempts_1m.attempts) AS attempts,
        uniqMergeStateIf(attempts_1m.messages, outcome IN ('deferred', 'rejected')) AS messages,
        toStartOfHour(minute) >= start AS is_now,
        false AS is_late
    FROM attempts_1m
    WHERE direction = {direction:String}
        AND ((toStartOfHour(minute) >= hours_from AND toStartOfHour(minute) < hours_to)
            OR (toStartOfHour(minute) >= before_hours_from AND toStartOfHour(minute) < before_hours_to))
        AND ({domain:String} = '' OR recipient_org_domain = {domain:String})
        AND (of_all OR recipient_org_domain IN {domains:Array(String)})
        AND ({provider:String} = '' OR provider = {provider:String})
    GROUP BY name, outcome, is_now
)
GROUP BY GROUPING SETS ((name), ())
ORDER BY is_total DESC, refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
