-- The names that may be among the `limit` that most was refused of in both stretches of a trend, and each of which we refused
-- a message ourselves, for these are counted once however often they came. None where fewer were refused anything.
-- A name has at most what the days around a stretch hold, and at least what the whole days within it do; a stretch without
-- any is read by minute. `days_table` has a projection of days by this column, `days_time` is its time.
WITH
    maxIf(least, place = {limit:UInt32}) OVER () AS threshold,
    parseDateTimeBestEffort({minutes_from:String}, 'UTC') AS minutes_from,
    parseDateTimeBestEffort({minutes_to:String}, 'UTC') AS minutes_to,
    parseDateTimeBestEffort({before_minutes_from:String}, 'UTC') AS before_minutes_from,
    parseDateTimeBestEffort({before_minutes_to:String}, 'UTC') AS before_minutes_to,
    parseDateTimeBestEffort({around_from:String}, 'UTC') AS around_from,
    parseDateTimeBestEffort({around_to:String}, 'UTC') AS around_to,
    parseDateTimeBestEffort({before_around_from:String}, 'UTC') AS before_around_from,
    parseDateTimeBestEffort({before_around_to:String}, 'UTC') AS before_around_to,
    -- include trend-day-times.sql
SELECT name
FROM
(
    SELECT
        name,
        sum(tried) AS most,
        sumIf(tried, is_within AND NOT is_rejected) AS least,
        max(is_rejected) AS has_rejected,
        row_number() OVER (ORDER BY least DESC) AS place
    FROM
    (
        SELECT
            {column:Identifier} AS name,
            outcome = 'rejected' AS is_rejected,
            true AS is_within,
            sum(attempts) AS tried
        FROM attempts_1m
        WHERE direction = {direction:String}
            AND outcome IN ('bounced', 'expired', 'rejected')
            AND ((minute >= minutes_from AND minute < minutes_to)
                OR (minute >= before_minutes_from AND minute < before_minutes_to))
            AND ({provider:String} = '' OR provider = {provider:String})
        GROUP BY name, is_rejected
        UNION ALL
        SELECT
            {column:Identifier} AS name,
            outcome = 'rejected' AS is_rejected,
            (toStartOfDay({days_time:Identifier}) >= days_from AND toStartOfDay({days_time:Identifier}) < days_to)
                OR (toStartOfDay({days_time:Identifier}) >= before_days_from AND toStartOfDay({days_time:Identifier}) < before_days_to) AS is_within,
            sum(attempts) AS tried
        FROM {days_table:Identifier}
        WHERE direction = {direction:String}
            AND outcome IN ('bounced', 'expired', 'rejected')
            AND ((toStartOfDay({days_time:Identifier}) >= around_from AND toStartOfDay({days_time:Identifier}) < around_to)
                OR (toStartOfDay({days_time:Identifier}) >= before_around_from AND toStartOfDay({days_time:Identifier}) < before_around_to))
            AND ({provider:String} = '' OR provider = {provider:String})
        GROUP BY name, is_rejected, is_within
    )
    GROUP BY name
)
QUALIFY threshold > 0 AND (most >= threshold OR has_rejected)
