-- Messages of [from, to) and of the same stretch before, by one dimension; a row named '' with is_total over all.
-- A message counts once in each column, however often it was tried: delivered, bounced and expired is the last of it, and
-- its row is counted; deferred and rejected may come again, and messages are told apart. Mailboxes that are unknown or
-- full are refusals here. [hours_from, hours_to) of each stretch are whole hours, read from the roll-up by hour; after
-- them (retries come within hours) it is looked at by minutes what still waits. [days_from, days_to) in them are whole days:
-- asked by day alone, the engine takes them from that table's projection.
WITH
    parseDateTimeBestEffort({from:String}, 'UTC') AS start,
    parseDateTimeBestEffort({hours_from:String}, 'UTC') AS hours_from,
    parseDateTimeBestEffort({hours_to:String}, 'UTC') AS hours_to,
    parseDateTimeBestEffort({before_hours_from:String}, 'UTC') AS before_hours_from,
    parseDateTimeBestEffort({before_hours_to:String}, 'UTC') AS before_hours_to,
    parseDateTimeBestEffort({days_from:String}, 'UTC') AS days_from,
    parseDateTimeBestEffort({days_to:String}, 'UTC') AS days_to,
    parseDateTimeBestEffort({before_days_from:String}, 'UTC') AS before_days_from,
    parseDateTimeBestEffort({before_days_to:String}, 'UTC') AS before_days_to
SELECT
    name,
    is_total,
    last_now + uniqMergeIf(messages, is_now AND outcome = 'rejected')
        + greatest(0, toInt64(uniqMergeIf(messages, is_now AND is_late)) - toInt64(uniqMergeIf(messages, is_now AND is_late AND outcome != 'deferred'))) AS all_now,
    sumIf(attempts, is_now AND outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, is_now AND outcome = 'rejected') AS refused_now,
    uniqMergeIf(messages, is_now AND outcome = 'deferred') AS deferred_now,
    last_before + uniqMergeIf(messages, NOT is_now AND outcome = 'rejected')
        + greatest(0, toInt64(uniqMergeIf(messages, NOT is_now AND is_late)) - toInt64(uniqMergeIf(messages, NOT is_now AND is_late AND outcome != 'deferred'))) AS all_before,
    sumIf(attempts, NOT is_now AND outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, NOT is_now AND outcome = 'rejected') AS refused_before,
    sumIf(attempts, is_now AND outcome IN ('delivered', 'bounced', 'expired')) AS last_now,
    sumIf(attempts, NOT is_now AND outcome IN ('delivered', 'bounced', 'expired')) AS last_before,
    grouping(name) = 1 AS is_total
FROM
(
    SELECT
        multiIf(
            {by:String} = 'reason', reason,
            {by:String} = 'side', side,
            {by:String} = 'provider', provider,
            {by:String} = 'domain', recipient_org_domain,
            sender_domain) AS name,
        outcome,
        attempts,
        messages,
        minute >= start AS is_now,
        minute >= if(is_now, hours_to, before_hours_to) AS is_late
    FROM attempts_1m
    WHERE direction = {direction:String}
        AND ((minute >= start AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
                AND NOT (minute >= hours_from AND minute < hours_to))
            OR (minute >= parseDateTimeBestEffort({before_from:String}, 'UTC')
                AND minute < parseDateTimeBestEffort({before_to:String}, 'UTC')
                AND NOT (minute >= before_hours_from AND minute < before_hours_to)))
        AND ({sender:String} = '' OR sender_domain = {sender:String})
        AND ({domain:String} = '' OR recipient_org_domain = {domain:String})
        AND ({provider:String} = '' OR provider = {provider:String})
    UNION ALL
    SELECT
        multiIf(
            {by:String} = 'reason', reason,
            {by:String} = 'side', side,
            {by:String} = 'provider', provider,
            sender_domain) AS name,
        outcome,
        attempts,
        messages,
        hour >= start AS is_now,
        false AS is_late
    FROM attempts_1h
    WHERE direction = {direction:String}
        AND ((hour >= hours_from AND hour < hours_to AND NOT (hour >= days_from AND hour < days_to))
            OR (hour >= before_hours_from AND hour < before_hours_to AND NOT (hour >= before_days_from AND hour < before_days_to)))
        AND ({sender:String} = '' OR sender_domain = {sender:String})
        AND ({provider:String} = '' OR provider = {provider:String})
    UNION ALL
    SELECT
        multiIf(
            {by:String} = 'reason', reason,
            {by:String} = 'side', side,
            {by:String} = 'provider', provider,
            sender_domain) AS name,
        outcome,
        sum(attempts_1h.attempts) AS attempts,
        uniqMergeState(attempts_1h.messages) AS messages,
        toStartOfDay(hour) >= start AS is_now,
        false AS is_late
    FROM attempts_1h
    WHERE direction = {direction:String}
        AND ((toStartOfDay(hour) >= days_from AND toStartOfDay(hour) < days_to)
            OR (toStartOfDay(hour) >= before_days_from AND toStartOfDay(hour) < before_days_to))
        AND ({sender:String} = '' OR sender_domain = {sender:String})
        AND ({provider:String} = '' OR provider = {provider:String})
    GROUP BY name, outcome, is_now
)
GROUP BY GROUPING SETS ((name), ())
ORDER BY is_total DESC, refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
