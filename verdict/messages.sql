-- One row a message and recipient, by whomever it is told: retries count once, and a message that was accepted in the end
-- is accepted. Where a hop accepted it (a filter, a gateway) and a later one refused it, it is refused; of several who tell
-- of one refusal, the one who knows the reason best is believed.
SELECT
    sender_domain,
    recipient_org_domain,
    source_ip,
    provider,
    operator,
    recipient,
    transaction,
    reason,
    side,
    last_time,
    multiIf(
        -- Microsoft's edge answers "Access denied" for one unknown recipient as for a whole unknown domain. Where the
        -- domain takes other mail as often, it is the former.
        last_state = 'refused' AND reason = 'recipient_edge_denied'
            AND countIf(last_state = 'accepted') OVER domain >= countIf(reason = 'recipient_edge_denied') OVER domain,
        'mailbox',
        -- Whoever is told to come back does so within ten minutes (Postfix's minimal backoff and queue run): until then
        -- it is a delay, which counts only where a whole provider lets hardly anything through.
        last_state = 'stalled' AND tries = 1
            AND last_time > parseDateTime64BestEffort({to:String}, 3, 'UTC') - INTERVAL 10 MINUTE,
        'limited',
        last_state) AS state
FROM
(
    SELECT
        -- Not every log names the sender, the address or the server.
        argMax(attempts.sender_domain, (attempts.sender_domain != '', event_time)) AS sender_domain,
        any(attempts.recipient_org_domain) AS recipient_org_domain,
        argMax(address, (address != '', event_time)) AS source_ip,
        argMax(answerer, (named != '', event_time)) AS provider,
        argMax(attempts.operator, (named != '', event_time)) AS operator,
        any(attempts.recipient) AS recipient,
        any(attempts.transaction) AS transaction,
        max(event_time) AS last_time,
        count() AS tries,
        maxIf(event_time, attempt = 'accepted') AS accepted_time,
        accepted_time > toDateTime64(0, 3) AND accepted_time >= maxIf(event_time, attempt IN ('refused', 'mailbox')) AS is_accepted,
        if(is_accepted, 'accepted', argMaxIf(attempt, weight, attempt != 'accepted')) AS last_state,
        if(is_accepted, '', argMaxIf(attempts.reason, (weight, confidence, event_time), attempt != 'accepted')) AS reason,
        if(is_accepted, '', argMaxIf(attempts.side, (weight, confidence, event_time), attempt != 'accepted')) AS side
    FROM (-- include attempts.sql
    ) AS attempts
    GROUP BY message
)
WINDOW domain AS (PARTITION BY recipient_org_domain)
