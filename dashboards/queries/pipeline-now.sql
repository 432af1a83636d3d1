-- Whether what is shown is all there is: how old the newest event was at the end of the stretch, and what was not read.
SELECT
    (SELECT if(max(minute) = toDateTime(0, 'UTC'), NULL, greatest(0, dateDiff('second', max(minute) + 60, least({to:DateTime64(3, 'UTC')}, now64(3, 'UTC')))))
        FROM attempts_1m WHERE minute < {to:DateTime64(3, 'UTC')} AND minute >= {to:DateTime64(3, 'UTC')} - INTERVAL 7 DAY) AS lag_s,
    sum(pipeline_stats.records) AS records,
    sum(pipeline_stats.dead) AS dead,
    if(records = 0, 0, dead / records) AS dead_share,
    sum(pipeline_stats.lost) AS lost
FROM pipeline_stats
WHERE ingest_time >= {from:DateTime64(3, 'UTC')} AND ingest_time < {to:DateTime64(3, 'UTC')}
