-- Refusals in [from, to) by a host of the MX set that some recipient domains had before, by second.
SELECT direction, recipient_domain AS domain, toUnixTimestamp(event_time) AS second, count() AS refusals
FROM delivery_events
WHERE event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
    AND mx_match = 'previous' AND recipient_domain IN {domains:Array(String)}
GROUP BY direction, domain, second
