-- What a trend reads by hour, [hours_from, hours_to) of each stretch without [days_from, days_to): where no sender is asked
-- for, from a projection of attempts_1h. Of the stretch before no trend says what was deferred.
    SELECT
        {column:Identifier} AS name,
        outcome,
        sum(attempts_1h.attempts) AS attempts,
        uniqMergeState(attempts_1h.messages) AS messages,
        hour >= start AS is_now,
        false AS is_late
    FROM attempts_1h
    WHERE direction = {direction:String}
        AND ((hour >= hours_from AND hour < hours_to AND NOT (hour >= days_from AND hour < days_to))
            OR (hour >= before_hours_from AND hour < before_hours_to AND NOT (hour >= before_days_from AND hour < before_days_to)))
        AND (outcome != 'deferred' OR hour >= start)
        AND ({sender:String} = '' OR sender_domain = {sender:String})
        AND ({provider:String} = '' OR provider = {provider:String})
        AND (empty({names:Array(String)}) OR {column:Identifier} IN {names:Array(String)})
    GROUP BY name, outcome, is_now
