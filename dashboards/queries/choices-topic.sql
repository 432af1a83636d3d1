-- Topics and files that were read.
SELECT topic AS value
FROM pipeline_stats
WHERE ingest_time >= {from:DateTime64(3, 'UTC')} AND ingest_time < {to:DateTime64(3, 'UTC')}
GROUP BY value
ORDER BY sum(records) DESC, value
LIMIT 500
