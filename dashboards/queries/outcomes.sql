-- Messages over time by what became of them.
WITH {to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY AND {recipient_org_domain:String} = '' AS by_hour
SELECT
    toStartOfInterval(start, toIntervalSecond(greatest({step_s:UInt32}, if(by_hour, 3600, 60)))) AS time,
-- include counted.sql
FROM (-- include asked.sql
)
GROUP BY time
ORDER BY time
