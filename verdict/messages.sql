-- One row a message and recipient: retries count once, and a message that was accepted in the end is accepted.
SELECT
    sender_domain,
    recipient_org_domain,
    source_ip,
    provider,
    reason,
    side,
    last_time,
    -- Microsoft's edge answers "Access denied" for one unknown recipient as for a whole unknown domain. Where the
    -- domain takes other mail as often, it is the former.
    if(state = 'refused' AND reason = 'recipient_edge_denied'
            AND countIf(state = 'accepted') OVER domain >= countIf(reason = 'recipient_edge_denied') OVER domain,
        'mailbox', state) AS state
FROM
(
    SELECT
        sender_domain,
        recipient_org_domain,
        argMax(address, event_time) AS source_ip,
        argMax(answerer, event_time) AS provider,
        max(event_time) AS last_time,
        argMax(attempt, weight) AS state,
        argMax(reason, (weight, event_time)) AS reason,
        argMax(side, (weight, event_time)) AS side
    FROM (-- include attempts.sql
    )
    GROUP BY sender_domain, recipient_org_domain, message
)
WINDOW domain AS (PARTITION BY recipient_org_domain)
