-- The names that may be among the `limit` that most was refused of in both stretches of a trend, and each of which we refused
-- a message ourselves, for these are counted once however often they came. None where fewer were refused anything.
-- A name has at most what the days around a stretch hold, and at least what the whole days within it do; a stretch without
-- any is read by minute, and is both. `ranked_table` has a projection of days by this column, where `time` is `day`.
WITH
    maxIf(least, place = {limit:UInt32}) OVER () AS threshold,
    toStartOfDay({day_of:Identifier}) AS day,
    parseDateTimeBestEffort({within_from:String}, 'UTC') AS within_from,
    parseDateTimeBestEffort({within_to:String}, 'UTC') AS within_to,
    parseDateTimeBestEffort({before_within_from:String}, 'UTC') AS before_within_from,
    parseDateTimeBestEffort({before_within_to:String}, 'UTC') AS before_within_to,
    parseDateTimeBestEffort({around_from:String}, 'UTC') AS around_from,
    parseDateTimeBestEffort({around_to:String}, 'UTC') AS around_to,
    parseDateTimeBestEffort({before_around_from:String}, 'UTC') AS before_around_from,
    parseDateTimeBestEffort({before_around_to:String}, 'UTC') AS before_around_to
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
            ({time:Identifier} >= within_from AND {time:Identifier} < within_to)
                OR ({time:Identifier} >= before_within_from AND {time:Identifier} < before_within_to) AS is_within,
            sum(attempts) AS tried
        FROM {ranked_table:Identifier}
        WHERE direction = {direction:String}
            AND outcome IN ('bounced', 'expired', 'rejected')
            AND (({time:Identifier} >= around_from AND {time:Identifier} < around_to)
                OR ({time:Identifier} >= before_around_from AND {time:Identifier} < before_around_to))
            AND ({provider:String} = '' OR provider = {provider:String})
        GROUP BY name, is_rejected, is_within
    )
    GROUP BY name
)
QUALIFY threshold > 0 AND (most >= threshold OR has_rejected)
