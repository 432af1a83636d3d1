-- The accounts of the blocks that such rows came in: one from each of six partitions every ten seconds.
INSERT INTO pipeline_stats
SELECT
    toDateTime64({end_s:UInt32} - {days:UInt32} * 86400 + intDiv(number, 6) * 10 + 10, 3, 'UTC') AS ingest_time,
    'mail' AS topic,
    number % 6 AS partition,
    intDiv(number, 6) * 1000 AS first_offset,
    first_offset + 999 AS last_offset,
    200000 AS bytes,
    1000 AS records,
    intDiv({rows:UInt64}, {days:UInt32} * 51840) AS with_events,
    with_events AS events,
    1000 - with_events - 300 AS correlated,
    300 AS ignored,
    0 AS dead,
    0 AS lost,
    map('postfix.connect', 200, 'postfix.disconnect', 100) AS ignored_by
FROM numbers({days:UInt32} * 51840)
