-- Share of the records of the stretch that could not be read.
SELECT if(sum(records) = 0, 0, sum(dead) / sum(records)) AS value
FROM pipeline_stats
WHERE ingest_time >= {from:DateTime64(3, 'UTC')} AND ingest_time < {to:DateTime64(3, 'UTC')}
