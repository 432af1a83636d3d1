-- The events that replayed dead letters of each Kafka partition gave; of a replay that has not ended there may be fewer.
SELECT topic, partition, sumIf(events, done = 1) AS least, sum(events) AS most
FROM (SELECT * FROM replayed_letters FINAL)
WHERE topic IN (SELECT topic FROM kafka_topics)
GROUP BY topic, partition
