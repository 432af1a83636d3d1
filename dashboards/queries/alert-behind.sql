-- Seconds from the newest event to the end of the stretch; a week where there was none for longer, 0 where nothing was ever read.
SELECT toFloat64(
    if((SELECT count() FROM pipeline_stats) = 0, 0,
        if(max(minute) = toDateTime(0, 'UTC'), 604800, greatest(0, dateDiff('second', max(minute) + 60, {to:DateTime64(3, 'UTC')}))))) AS value
FROM attempts_1m
WHERE minute < {to:DateTime64(3, 'UTC')} AND minute >= {to:DateTime64(3, 'UTC')} - INTERVAL 7 DAY
