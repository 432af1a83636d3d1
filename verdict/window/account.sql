-- What was read in [from, to), and what of it could not be.
SELECT sum(records) AS records, sum(dead) AS dead, sum(ignored) AS ignored
FROM pipeline_stats
WHERE ingest_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND ingest_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
