-- How the mail to (or, inbound, from) each domain fared. A message counts once in each column: retries are one.
SELECT
    name,
    accepted,
    deferred,
    refused,
    count() OVER () AS domains_total,
    countIf(deferred + refused > 0) OVER () AS domains_refusing,
    countIf(accepted > 0) OVER () AS domains_accepting,
    sum(has_accepted_ours) OVER () AS recipients_accepting
FROM
(
    SELECT
        if(direction = 'outbound', recipient_org_domain, sender_domain) AS name,
        uniqIf(message_key, outcome = 'delivered') AS accepted,
        uniqIf(message_key, outcome = 'deferred') AS deferred,
        uniqIf(message_key, outcome IN ('bounced', 'expired', 'rejected')) AS refused,
        max(outcome = 'delivered' AND direction = 'outbound') AS has_accepted_ours
    FROM delivery_events
    WHERE event_time >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
      AND event_time < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
      AND ({direction:String} = '' OR toString(direction) = {direction:String})
    GROUP BY name
)
ORDER BY refused DESC, deferred DESC, accepted DESC, name
LIMIT {limit:UInt16}
