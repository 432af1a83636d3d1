-- Where records come from, and how far each is stored.
SELECT
    topic,
    partition,
    sum(pipeline_stats.records) AS records,
    sum(pipeline_stats.events) AS events,
    sum(pipeline_stats.ignored) AS ignored,
    sum(pipeline_stats.dead) AS dead,
    sum(pipeline_stats.lost) AS lost,
    max(pipeline_stats.last_offset) AS last_offset,
    max(pipeline_stats.ingest_time) AS last_stored
FROM pipeline_stats
WHERE ingest_time >= {from:DateTime64(3, 'UTC')} AND ingest_time < {to:DateTime64(3, 'UTC')}
    AND ({topic:String} = '' OR topic = {topic:String})
GROUP BY topic, partition
ORDER BY dead DESC, records DESC, topic, partition
LIMIT 100
