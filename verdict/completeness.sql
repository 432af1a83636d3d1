-- How much of [from, to) is there: what could not be read, and how old the newest event is.
SELECT
    sum(records) AS records,
    sum(dead) AS dead,
    sum(ignored) AS ignored,
    (SELECT if(max(minute) = toDateTime(0, 'UTC'), '', formatDateTime(max(minute), '%Y-%m-%dT%H:%i:%SZ'))
        FROM attempts_1m WHERE minute < parseDateTimeBestEffort({to:String}, 'UTC')
            AND minute >= parseDateTimeBestEffort({to:String}, 'UTC') - INTERVAL 7 DAY) AS newest_minute
FROM pipeline_stats
WHERE ingest_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND ingest_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
