-- The recipient domains that most was refused of in both stretches of a trend: `limit` of them, more where some have the same
-- number, and each of which we refused a message ourselves, for these are counted once however often they came.
WITH
    -- include trend-times.sql
    parseDateTimeBestEffort({to:String}, 'UTC') AS end
SELECT name
FROM
(
    SELECT recipient_org_domain AS name, outcome, sum(attempts_1m.attempts) AS attempts
    FROM attempts_1m
    WHERE direction = {direction:String}
        AND outcome IN ('bounced', 'expired', 'rejected')
        AND ((minute >= start AND minute < end AND NOT (minute >= hours_from AND minute < hours_to))
            OR (minute >= parseDateTimeBestEffort({before_from:String}, 'UTC')
                AND minute < parseDateTimeBestEffort({before_to:String}, 'UTC')
                AND NOT (minute >= before_hours_from AND minute < before_hours_to)))
        AND ({provider:String} = '' OR provider = {provider:String})
    GROUP BY name, outcome
    UNION ALL
    SELECT recipient_org_domain AS name, outcome, sum(attempts_1m.attempts) AS attempts
    FROM attempts_1m
    WHERE direction = {direction:String}
        AND outcome IN ('bounced', 'expired', 'rejected')
        AND ((toStartOfHour(minute) >= hours_from AND toStartOfHour(minute) < hours_to)
            OR (toStartOfHour(minute) >= before_hours_from AND toStartOfHour(minute) < before_hours_to))
        AND ({provider:String} = '' OR provider = {provider:String})
    GROUP BY name, outcome
)
GROUP BY name
QUALIFY rank() OVER (ORDER BY sumIf(attempts, outcome != 'rejected') DESC) <= {limit:UInt32} OR countIf(outcome = 'rejected') > 0
