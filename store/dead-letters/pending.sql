-- The next dead letters of a partition which nobody has read since: at most {rows}, and no more once they are {bytes}
-- long. What is not UTF-8 comes through JSON as base64.
SELECT
    offset, reason,
    toUnixTimestamp64Milli(ingest_time) AS ingest_time,
    toUnixTimestamp64Milli(record_time) AS record_time,
    base64Encode(bytes) AS bytes,
    base64Encode(key) AS key,
    headers
FROM dead_letters
WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset IN
(
    SELECT offset FROM
    (
        SELECT offset, sum(size) OVER (ORDER BY offset ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - size AS before
        FROM
        (
            SELECT offset, max(length(bytes)) AS size
            FROM dead_letters
            WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset > {after:Int64}
                AND ({reason:String} = '' OR reason = {reason:String})
                AND offset NOT IN
                (
                    SELECT offset FROM replayed_letters
                    WHERE topic = {topic:String} AND partition = {partition:UInt32} AND done = 1
                )
            GROUP BY offset
            ORDER BY offset
            LIMIT {rows:UInt32}
        )
    )
    WHERE before < {bytes:UInt64}
)
ORDER BY offset
LIMIT 1 BY offset
