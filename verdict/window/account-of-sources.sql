-- The whole account of the sources that gave events in [from, to).
SELECT sum(pipeline_stats.records) AS records, sum(pipeline_stats.dead) AS dead, sum(pipeline_stats.ignored) AS ignored
FROM pipeline_stats
WHERE (topic, partition) IN
(
    SELECT topic, partition
    FROM delivery_events
    WHERE event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
        AND event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
)
