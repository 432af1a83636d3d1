-- Records that were ignored, by the rule that said so.
SELECT
    rule,
    sum(value) AS records
FROM pipeline_stats
ARRAY JOIN mapKeys(ignored_by) AS rule, mapValues(ignored_by) AS value
WHERE ingest_time >= {from:DateTime64(3, 'UTC')} AND ingest_time < {to:DateTime64(3, 'UTC')}
    AND ({topic:String} = '' OR topic = {topic:String})
GROUP BY rule
ORDER BY records DESC, rule
LIMIT 50
