-- The attempts that each roll-up holds of each Kafka partition, and the rows that they are of. Minutes and hours with rows so
-- old that a table no longer keeps them (TTL: attempts_1m 90 days after it was read, delivery_events 400) are left out of both.
WITH
    now('UTC') - INTERVAL 89 DAY AS minutes_kept,
    now('UTC') - INTERVAL 399 DAY AS rows_kept,
    events AS
    (
        SELECT
            topic,
            partition,
            toDateTime(toStartOfMinute(event_time), 'UTC') AS minute,
            toDateTime(toStartOfHour(event_time), 'UTC') AS hour,
            ingest_time
        FROM delivery_events
        WHERE topic IN (SELECT topic FROM kafka_topics)
    )
SELECT
    topic,
    partition,
    sumIf(attempts, grain = 'minute') AS minutes,
    sumIf(attempts, grain = 'rows of minutes') AS rows_of_minutes,
    sumIf(attempts, grain = 'hour') AS hours,
    sumIf(attempts, grain = 'rows of hours') AS rows_of_hours
FROM
(
    SELECT grain, topic, partition, attempts
    FROM
    (
        SELECT 'minute' AS grain, topic, partition, minute, attempts FROM attempts_1m WHERE ingest_time >= minutes_kept
        UNION ALL
        SELECT 'rows of minutes' AS grain, topic, partition, minute, 1 AS attempts FROM events WHERE ingest_time >= minutes_kept
    )
    WHERE (topic, partition, minute) NOT IN (SELECT topic, partition, minute FROM events WHERE ingest_time < minutes_kept)
    UNION ALL
    SELECT grain, topic, partition, attempts
    FROM
    (
        SELECT 'hour' AS grain, topic, partition, hour, attempts FROM attempts_1h WHERE ingest_time >= rows_kept
        UNION ALL
        SELECT 'rows of hours' AS grain, topic, partition, hour, 1 AS attempts FROM events WHERE ingest_time >= rows_kept
    )
    WHERE (topic, partition, hour) NOT IN (SELECT topic, partition, hour FROM events WHERE ingest_time < rows_kept)
)
WHERE topic IN (SELECT topic FROM kafka_topics)
GROUP BY topic, partition
