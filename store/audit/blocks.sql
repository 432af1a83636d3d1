-- The blocks of each Kafka partition, in the order of their offsets: whether each begins where the one before ended.
SELECT
    topic,
    partition,
    count() AS blocks,
    min(first_offset) AS first,
    max(last_offset) AS last,
    sum(pipeline_stats.records) AS records,
    sum(pipeline_stats.with_events) AS with_events,
    sum(pipeline_stats.events) AS events,
    sum(pipeline_stats.correlated) AS correlated,
    sum(pipeline_stats.ignored) AS ignored,
    sum(pipeline_stats.dead) AS dead,
    sum(pipeline_stats.lost) AS lost,
    sum(greatest(toInt64(first_offset) - toInt64(expected), 0)) AS missing,
    sum(greatest(toInt64(expected) - toInt64(first_offset), 0)) AS doubled,
    sum(abs(toInt64(last_offset) - toInt64(first_offset) + 1 - toInt64(pipeline_stats.records) - toInt64(pipeline_stats.lost))) AS uncounted,
    sum(abs(toInt64(pipeline_stats.records) - toInt64(pipeline_stats.with_events) - toInt64(pipeline_stats.correlated) - toInt64(pipeline_stats.ignored) - toInt64(pipeline_stats.dead))) AS unbalanced
FROM
(
    SELECT
        *,
        lagInFrame(last_offset + 1, 1, first_offset)
            OVER (PARTITION BY topic, partition ORDER BY first_offset, last_offset ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS expected
    FROM pipeline_stats
    WHERE topic IN (SELECT topic FROM kafka_topics)
) AS pipeline_stats
GROUP BY topic, partition
ORDER BY topic, partition
