-- The dead letters of each Kafka partition: how many rows, from how many records, and how many of these gave events too
-- when they were read: their events that a replay gave are no such.
SELECT
    topic,
    partition,
    count() AS rows,
    uniqExact(offset) AS records,
    uniqExactIf(offset, (topic, partition, offset) IN (
        SELECT topic, partition, offset FROM delivery_events
        WHERE (topic, partition, offset) IN (SELECT topic, partition, offset FROM dead_letters)
            AND (event_index = 0 OR (topic, partition, offset) NOT IN (SELECT topic, partition, offset FROM replayed_letters))
            AND (topic, partition, offset) NOT IN (SELECT topic, partition, offset FROM replayed_letters WHERE first_index = 0)
    )) AS with_events
FROM dead_letters
WHERE topic IN (SELECT topic FROM kafka_topics)
GROUP BY topic, partition
