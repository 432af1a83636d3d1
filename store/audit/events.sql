-- The events of each Kafka partition: how many rows and how many different places (row identity); without those of
-- replayed dead letters from how many places and records.
SELECT
    topic,
    partition,
    count() AS rows,
    uniqExact(offset, event_index) AS places,
    uniqExactIf((offset, event_index), replayed) AS replayed_places,
    uniqExactIf(offset, NOT replayed) AS records
FROM
(
    SELECT topic, partition, offset, event_index, marked = 1 AND event_index >= first_index AS replayed
    FROM delivery_events
    LEFT JOIN
    (
        SELECT topic, partition, offset, min(first_index) AS first_index, 1 AS marked
        FROM replayed_letters
        GROUP BY topic, partition, offset
    ) AS letters USING (topic, partition, offset)
    WHERE topic IN (SELECT topic FROM kafka_topics)
)
GROUP BY topic, partition
