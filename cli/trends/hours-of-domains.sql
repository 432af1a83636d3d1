-- As hours.sql, where recipient domains are told apart: from a projection of attempts_1m, sorted by domain. Of a long time no index is
-- asked for hours (`identity` keeps it from that): the engine would ask that of the table first, each of whose marks takes as
-- long as some rows to read.
    WITH if({is_long:Bool}, identity(toStartOfHour(minute)), toStartOfHour(minute)) AS hour
    SELECT
        {column:Identifier} AS name,
        outcome,
        sum(attempts_1m.attempts) AS attempts,
        uniqMergeStateIf(attempts_1m.messages, outcome IN ('deferred', 'rejected')) AS messages,
        toStartOfHour(minute) >= start AS is_now,
        false AS is_late
    FROM attempts_1m
    WHERE direction = {direction:String}
        AND ((hour >= hours_from AND hour < hours_to) OR (hour >= before_hours_from AND hour < before_hours_to))
        AND (outcome != 'deferred' OR hour >= start)
        AND ({domain:String} = '' OR recipient_org_domain = {domain:String})
        AND ({provider:String} = '' OR provider = {provider:String})
        AND (empty({names:Array(String)}) OR {column:Identifier} IN {names:Array(String)})
    GROUP BY name, outcome, is_now
