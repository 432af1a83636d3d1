-- The dead letters of each Kafka partition: how many rows, from how many records, and how many of these gave events too.
SELECT
    topic,
    partition,
    count() AS rows,
    uniqExact(offset) AS records,
    uniqExactIf(offset, (topic, partition, offset) IN (
        SELECT topic, partition, offset FROM delivery_events
        WHERE (topic, partition, offset) IN (SELECT topic, partition, offset FROM dead_letters)
    )) AS with_events
FROM dead_letters
WHERE topic IN (SELECT topic FROM kafka_topics)
GROUP BY topic, partition
