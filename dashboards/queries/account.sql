-- What became of every record that was read; the sums of the blocks' own accounts.
SELECT
    sum(records) AS read,
    sum(pipeline_stats.with_events) AS with_events,
    sum(pipeline_stats.events) AS events,
    sum(pipeline_stats.correlated) AS correlated,
    sum(pipeline_stats.ignored) AS ignored,
    sum(pipeline_stats.dead) AS dead,
    sumMap(ignored_by) AS rules
FROM pipeline_stats
