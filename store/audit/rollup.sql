-- The attempts that the roll-up holds of each Kafka partition.
SELECT topic, partition, sum(attempts) AS rows
FROM attempts_1m
WHERE topic IN (SELECT topic FROM kafka_topics)
GROUP BY topic, partition
