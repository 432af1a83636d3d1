-- How much of [from, to) is there: what could not be read, and how old the newest event is. Of each direction the newest
-- minute is found by the order of the roll-up; a maximum would read a week of it.
SELECT
    sum(records) AS records,
    sum(dead) AS dead,
    sum(ignored) AS ignored,
    (
        SELECT if(count() = 0, '', formatDateTime(max(minute), '%Y-%m-%dT%H:%i:%SZ'))
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
    ) AS newest_minute
FROM pipeline_stats
WHERE ingest_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND ingest_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
