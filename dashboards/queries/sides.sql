-- Messages that were refused or put off over time, by the side that the replies name. Counted as counted.sql does.
WITH {to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY AND {recipient_org_domain:String} = '' AS by_hour
SELECT
    toStartOfInterval(start, toIntervalSecond(greatest({step_s:UInt32}, if(by_hour, 3600, 60)))) AS time,
    if(side = '', 'not told', replaceAll(side, '_', ' ')) AS name,
    sumIf(attempts, outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, outcome IN ('deferred', 'rejected')) AS value
FROM (-- include asked.sql
)
WHERE outcome != 'delivered'
    AND ({side:String} = '' OR side = {side:String})
GROUP BY time, name
ORDER BY time, name
