-- Seconds since a process that evaluates was heard of, where mail is read: without one, no incident opens and no alert fires.
SELECT toFloat64(
    if((SELECT sum(records) FROM pipeline_stats WHERE ingest_time >= {from:DateTime64(3, 'UTC')} AND ingest_time < {to:DateTime64(3, 'UTC')}) = 0, 0,
        greatest(0, dateDiff('second', max(at), {to:DateTime64(3, 'UTC')})))) AS value
FROM leases
WHERE name = 'evaluator' AND at < {to:DateTime64(3, 'UTC')}
