-- The newest minute with attempts in the week before `to`, in milliseconds since 1970; no row where there is none. Of each
-- direction it is found by the order of the roll-up; a maximum would read a week of it.
SELECT toUnixTimestamp(max(minute)) * 1000 AS newest
FROM
(
    SELECT minute
    FROM attempts_1m
    WHERE direction = 'outbound'
        AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
        AND minute >= parseDateTimeBestEffort({to:String}, 'UTC') - INTERVAL 7 DAY
    ORDER BY minute DESC
    LIMIT 1
    UNION ALL
    SELECT minute
    FROM attempts_1m
    WHERE direction = 'inbound'
        AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
        AND minute >= parseDateTimeBestEffort({to:String}, 'UTC') - INTERVAL 7 DAY
    ORDER BY minute DESC
    LIMIT 1
)
HAVING count() > 0
