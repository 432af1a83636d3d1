-- What changed in DNS within the hour before a wave began, or while it went on: MX of its recipient domains (and of
-- names below them), the rest of its senders. A change lies between `last_seen_before` and `changed_at`, when it was
-- seen. `previous_mx`: refusals by a host of the MX set before; where there are any, the change may be a month old.
SELECT
    change.domain AS domain,
    change.type AS type,
    formatDateTime(change.valid_from, '%Y-%m-%dT%H:%i:%SZ') AS changed_at,
    formatDateTime(change.last_seen_before, '%Y-%m-%dT%H:%i:%SZ') AS last_seen_before,
    change.state_before AS state_before,
    change.state AS state,
    change.answer_before AS answer_before,
    change.answer AS answer,
    if(change.type = 'mx', refusals.previous_mx, 0) AS previous_mx
FROM
(
    SELECT
        domain,
        type,
        valid_from,
        state,
        answer,
        lagInFrame(state) OVER earlier AS state_before,
        lagInFrame(answer) OVER earlier AS answer_before,
        lagInFrame(last_seen) OVER earlier AS last_seen_before
    FROM dns_snapshots FINAL
    WHERE if(type = 'mx',
        domain IN {domains:Array(String)} OR arrayExists(name -> endsWith(domain, concat('.', name)), {domains:Array(String)}),
        domain IN {senders:Array(String)})
    WINDOW earlier AS (PARTITION BY domain, type ORDER BY valid_from ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
) AS change
LEFT JOIN
(
    SELECT recipient_domain, countIf(mx_match = 'previous') AS previous_mx
    FROM delivery_events
    WHERE event_time >= {onset:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')} AND direction = {direction:String}
    GROUP BY recipient_domain
) AS refusals ON refusals.recipient_domain = change.domain
-- The first row of a domain says only that it was not asked before.
WHERE change.state_before != '' AND (change.state_before, change.answer_before) != (change.state, change.answer)
    AND change.valid_from >= {onset:DateTime64(3, 'UTC')} - toIntervalHour(if(previous_mx > 0, 720, 1)) AND change.valid_from < {to:DateTime64(3, 'UTC')}
ORDER BY previous_mx DESC, change.valid_from, domain, type
LIMIT 10
