-- The attempts at some recipient domains by hour: from a projection of attempts_1m that has them by domain, so that no other is read.
    SELECT toStartOfHour(minute) AS hour, recipient_org_domain, outcome, side, sum(attempts_1m.attempts) AS counted
    FROM attempts_1m
    WHERE direction = 'outbound' AND recipient_org_domain IN {domains:Array(String)}
        AND toStartOfHour(minute) >= parseDateTimeBestEffort({from:String}, 'UTC')
        AND toStartOfHour(minute) < parseDateTimeBestEffort({to:String}, 'UTC')
    GROUP BY toStartOfHour(minute), recipient_org_domain, outcome, side
