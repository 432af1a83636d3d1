-- The names that most was refused of in both stretches of a trend, the most first: [from, to) and the one before are days that they
-- touch, so that a name may have more here, never less; stretches without whole days are read by minute. `table` has a projection
-- of days by this column and by outcome. `is_long` as in hours-of-domains.sql.
WITH
    toStartOfDay({time_of_day:Identifier}) AS day,
    if({is_long:Bool}, identity({time:Identifier}), {time:Identifier}) AS at
SELECT {column:Identifier} AS name, sum(attempts) AS most
FROM {table:Identifier}
WHERE direction = {direction:String}
    AND outcome IN ('bounced', 'expired', 'rejected')
    AND ((at >= parseDateTimeBestEffort({from:String}, 'UTC') AND at < parseDateTimeBestEffort({to:String}, 'UTC'))
        OR (at >= parseDateTimeBestEffort({before_from:String}, 'UTC') AND at < parseDateTimeBestEffort({before_to:String}, 'UTC')))
    AND ({provider:String} = '' OR provider = {provider:String})
GROUP BY name
ORDER BY most DESC, name
LIMIT {limit:UInt32}
