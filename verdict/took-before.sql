-- How much each of these recipient domains took in [from, to), and when last, both to the hour: a projection of attempts_1m has
-- its hours by domain, so that no other domain is read.
SELECT domain, sum(taken) AS accepted, toUnixTimestamp(max(hour)) AS last_time
FROM
(
    SELECT recipient_org_domain AS domain, toStartOfHour(minute) AS hour, sum(attempts) AS taken
    FROM attempts_1m
    WHERE direction = 'outbound' AND outcome = 'delivered' AND recipient_org_domain IN {domains:Array(String)}
        AND toStartOfHour(minute) >= parseDateTimeBestEffort({from:String}, 'UTC')
        AND toStartOfHour(minute) < parseDateTimeBestEffort({to:String}, 'UTC')
    GROUP BY recipient_org_domain, toStartOfHour(minute)
)
GROUP BY domain
