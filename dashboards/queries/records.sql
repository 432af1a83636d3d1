-- What became of the records that were read, by the time when they were stored.
SELECT
    toStartOfInterval(ingest_time, toIntervalSecond({step_s:UInt32})) AS time,
    sum(pipeline_stats.with_events) AS with_events,
    sum(pipeline_stats.correlated) AS correlated,
    sum(pipeline_stats.ignored) AS ignored,
    sum(pipeline_stats.dead) AS dead
FROM pipeline_stats
WHERE ingest_time >= {from:DateTime64(3, 'UTC')} AND ingest_time < {to:DateTime64(3, 'UTC')}
    AND ({topic:String} = '' OR topic = {topic:String})
GROUP BY time
ORDER BY time
