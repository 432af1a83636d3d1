-- Dead letters by topic and reason, with one that is still unread as an example.
SELECT
    topic,
    reason,
    count() AS letters,
    countIf(is_replayed) AS replayed,
    formatDateTime(min(ingest_time), '%Y-%m-%dT%H:%i:%SZ') AS first,
    formatDateTime(max(ingest_time), '%Y-%m-%dT%H:%i:%SZ') AS last,
    argMax(concat(toString(partition), ' ', toString(offset)), (NOT is_replayed, ingest_time, offset)) AS example
FROM
(
    SELECT
        topic, reason, partition, offset, ingest_time,
        (topic, partition, offset) IN (SELECT topic, partition, offset FROM replayed_letters WHERE done = 1) AS is_replayed
    FROM dead_letters
)
GROUP BY topic, reason
ORDER BY letters DESC, topic, reason
