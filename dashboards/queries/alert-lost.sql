-- Records of the stretch that the source no longer held when they were to be read.
SELECT toFloat64(sum(lost)) AS value
FROM pipeline_stats
WHERE ingest_time >= {from:DateTime64(3, 'UTC')} AND ingest_time < {to:DateTime64(3, 'UTC')}
