-- One dead letter. What is not UTF-8 comes through JSON as base64.
SELECT
    topic, partition, offset, reason,
    formatDateTime(ingest_time, '%Y-%m-%dT%H:%i:%SZ') AS ingest_time,
    if(record_time = toDateTime64(0, 3), '', formatDateTime(record_time, '%Y-%m-%dT%H:%i:%SZ')) AS record_time,
    base64Encode(bytes) AS bytes,
    base64Encode(key) AS key,
    headers,
    (
        SELECT max(concat(formatDateTime(replayed_at, '%Y-%m-%dT%H:%i:%SZ'), ' ', disposition)) FROM replayed_letters
        WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64} AND done = 1
    ) AS replayed
FROM dead_letters
WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64}
LIMIT 1
