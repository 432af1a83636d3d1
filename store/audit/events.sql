-- The events of each Kafka partition: how many rows, how many different places (row identity), from how many records.
SELECT
    topic,
    partition,
    count() AS rows,
    uniqExact(offset, event_index) AS places,
    uniqExact(offset) AS records
FROM delivery_events
WHERE topic IN (SELECT topic FROM kafka_topics)
GROUP BY topic, partition
