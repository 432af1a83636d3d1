-- The attempts that each roll-up holds of each Kafka partition.
SELECT
    topic,
    partition,
    sumIf(attempts, grain = 'minute') AS minutes,
    sumIf(attempts, grain = 'hour') AS hours
FROM
(
    SELECT 'minute' AS grain, topic, partition, attempts FROM attempts_1m
    UNION ALL
    SELECT 'hour' AS grain, topic, partition, attempts FROM attempts_1h
)
WHERE topic IN (SELECT topic FROM kafka_topics)
GROUP BY topic, partition
