-- What a trend reads by minute: what whole hours and days leave of both stretches. The last hours tell what still waits.
    SELECT
        {column:Identifier} AS name,
        outcome,
        sum(attempts_1m.attempts) AS attempts,
        uniqMergeStateIf(attempts_1m.messages, is_late OR outcome IN ('deferred', 'rejected')) AS messages,
        minute >= start AS is_now,
        minute >= if(is_now,
            parseDateTimeBestEffort({late_from:String}, 'UTC'),
            parseDateTimeBestEffort({before_late_from:String}, 'UTC')) AS is_late
    FROM attempts_1m
    WHERE direction = {direction:String}
        AND ((minute >= start AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
                AND NOT (minute >= hours_from AND minute < hours_to)
                AND NOT (minute >= days_from AND minute < days_to))
            OR (minute >= parseDateTimeBestEffort({before_from:String}, 'UTC')
                AND minute < parseDateTimeBestEffort({before_to:String}, 'UTC')
                AND NOT (minute >= before_hours_from AND minute < before_hours_to)
                AND NOT (minute >= before_days_from AND minute < before_days_to)))
        AND ({sender:String} = '' OR sender_domain = {sender:String})
        AND ({domain:String} = '' OR recipient_org_domain = {domain:String})
        AND ({provider:String} = '' OR provider = {provider:String})
        AND (empty({names:Array(String)}) OR {column:Identifier} IN {names:Array(String)})
    GROUP BY name, outcome, is_now, is_late
