-- What a trend reads by day, [days_from, days_to) of each stretch: asked by day alone, the engine takes it from projections of
-- attempts_1h. Of the stretch before no trend says what was deferred. What stands in an `if` no index is asked for: with the names it
-- would be tried on each mark.
    SELECT
        {column:Identifier} AS name,
        outcome,
        sum(attempts_1h.attempts) AS attempts,
        uniqMergeState(attempts_1h.messages) AS messages,
        toStartOfDay(hour) >= start AS is_now,
        false AS is_late
    FROM attempts_1h
    WHERE direction = {direction:String}
        AND toStartOfDay(hour) >= before_days_from
        AND toStartOfDay(hour) < days_to
        AND if(is_now, toStartOfDay(hour) >= days_from, toStartOfDay(hour) < before_days_to AND outcome != 'deferred')
        AND ({sender:String} = '' OR sender_domain = {sender:String})
        AND ({provider:String} = '' OR provider = {provider:String})
        AND if(empty({names:Array(String)}), true, {column:Identifier} IN {names:Array(String)})
    GROUP BY name, outcome, is_now
