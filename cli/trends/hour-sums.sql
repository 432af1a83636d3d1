-- As hours.sql, of mail that is not told apart, without the states by which messages count once: of outbound mail only what is
-- deferred may come again.
    SELECT '' AS name, outcome, attempts, arrayReduce('uniqState', emptyArrayUInt64()) AS messages, is_now, false AS is_late
    FROM
    (
        SELECT outcome, sum(attempts_1h.attempts) AS attempts, hour >= start AS is_now
        FROM attempts_1h
        WHERE direction = {direction:String}
            AND ((hour >= hours_from AND hour < hours_to) OR (hour >= before_hours_from AND hour < before_hours_to))
            AND outcome != 'deferred'
            AND ({provider:String} = '' OR provider = {provider:String})
        GROUP BY outcome, is_now
    )
