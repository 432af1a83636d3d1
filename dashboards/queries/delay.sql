-- How long after the MTA logged it an event could be seen: half of them, and all but five in a hundred, within so many seconds.
SELECT
    toStartOfInterval(ingest_time, toIntervalSecond({step_s:UInt32})) AS time,
    quantileTDigest(0.5)(greatest(0, dateDiff('second', event_time, ingest_time))) AS half_s,
    quantileTDigest(0.95)(greatest(0, dateDiff('second', event_time, ingest_time))) AS most_s
FROM delivery_events
-- Old logs that are loaded later say nothing about the pipeline: only events of the stretch are looked at.
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')} AND ingest_time >= {from:DateTime64(3, 'UTC')} AND ingest_time < {to:DateTime64(3, 'UTC')}
    AND ({topic:String} = '' OR topic = {topic:String})
GROUP BY time
ORDER BY time
