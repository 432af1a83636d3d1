-- How many attempts there are in [from, to), to the minute.
SELECT sum(attempts) AS attempts
FROM attempts_1m
WHERE minute >= parseDateTimeBestEffort({from:String}, 'UTC')
    AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
