-- Records that could not be read, by why; with the newest of each: text of others. Those read again since do not count.
SELECT
    dead_letters.reason AS reason,
    count() AS dead,
    uniq(topic) AS topics,
    max(ingest_time) AS last_seen,
    argMax(toValidUTF8(substring(bytes, 1, 500)), ingest_time) AS newest
FROM dead_letters
WHERE ingest_time >= {from:DateTime64(3, 'UTC')} AND ingest_time < {to:DateTime64(3, 'UTC')}
    AND (topic, partition, offset) NOT IN (SELECT topic, partition, offset FROM replayed_letters WHERE done = 1)
    AND ({topic:String} = '' OR topic = {topic:String})
GROUP BY reason
ORDER BY dead DESC, reason
LIMIT 50
