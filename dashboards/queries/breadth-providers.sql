-- How our mail to each provider fared: several domains that refuse may be one provider.
SELECT
    provider AS name,
    uniqIf(message_key, outcome = 'delivered') AS accepted,
    uniqIf(message_key, outcome = 'deferred') AS deferred,
    uniqIf(message_key, outcome IN ('bounced', 'expired', 'rejected')) AS refused
FROM delivery_events
WHERE event_time >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND event_time < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND direction = 'outbound' AND {direction:String} IN ('', 'outbound')
GROUP BY name
ORDER BY refused DESC, deferred DESC, accepted DESC, name
LIMIT {limit:UInt16}
