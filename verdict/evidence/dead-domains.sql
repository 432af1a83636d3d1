-- Which of some recipient domains did not exist in DNS or took no mail in [from, to), by what was published then.
SELECT DISTINCT domain
FROM dns_snapshots
WHERE type = 'mx' AND domain IN {domains:Array(String)}
    AND state IN {dead:Array(String)}
    AND valid_from < parseDateTime64BestEffort({to:String}, 3, 'UTC')
    AND last_seen >= parseDateTime64BestEffort({from:String}, 3, 'UTC') - toIntervalHour(1)
