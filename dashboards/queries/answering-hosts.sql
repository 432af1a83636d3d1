-- Which hosts answered for a recipient domain, and whether its MX records name them.
SELECT
    remote_host,
    toString(mx_match) AS mx_match,
    uniqIf(message_key, outcome = 'delivered') AS accepted,
    uniqIf(message_key, outcome = 'deferred') AS deferred,
    uniqIf(message_key, outcome IN ('bounced', 'expired')) AS refused,
    max(event_time) AS last_seen
FROM delivery_events
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
    AND direction = 'outbound' AND remote_host != ''
    AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
    AND ({recipient_org_domain:String} != '' OR mx_match = 'previous')
GROUP BY remote_host, mx_match
ORDER BY refused DESC, deferred DESC, accepted DESC, remote_host
LIMIT 50
