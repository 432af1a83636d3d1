-- What a trend reads by hour where recipient domains are told apart: from a projection of attempts_1m.
    SELECT
        {column:Identifier} AS name,
        outcome,
        sum(attempts_1m.attempts) AS attempts,
        uniqMergeStateIf(attempts_1m.messages, outcome IN ('deferred', 'rejected')) AS messages,
        toStartOfHour(minute) >= start AS is_now,
        false AS is_late
    FROM attempts_1m
    WHERE direction = {direction:String}
        AND ((toStartOfHour(minute) >= hours_from AND toStartOfHour(minute) < hours_to)
            OR (toStartOfHour(minute) >= before_hours_from AND toStartOfHour(minute) < before_hours_to))
        AND (outcome != 'deferred' OR toStartOfHour(minute) >= start)
        AND ({domain:String} = '' OR recipient_org_domain = {domain:String})
        AND ({provider:String} = '' OR provider = {provider:String})
        AND (empty({names:Array(String)}) OR {column:Identifier} IN {names:Array(String)})
    GROUP BY name, outcome, is_now
