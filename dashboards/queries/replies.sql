-- Replies that are the same once addresses, ids and times are masked; what is shown of each is its newest.
SELECT
    toString(reply_fingerprint) AS fingerprint,
    count() AS times,
    argMax(reply_code, event_time) AS code,
    argMax(enhanced_code, event_time) AS enhanced,
    argMax(reply_text, event_time) AS words,
    argMax(reason, event_time) AS newest_reason,
    argMax(side, event_time) AS newest_side,
    argMax(fault, event_time) AS newest_fault,
    argMax(toString(stage), event_time) AS newest_stage,
    argMax(remote_host, event_time) AS host,
    uniq(if(direction = 'outbound', recipient_org_domain, sender_domain)) AS domains,
    toUnixTimestamp64Milli(max(event_time)) AS last_seen_ms
FROM delivery_events
WHERE event_time >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND event_time < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND ({direction:String} = '' OR toString(direction) = {direction:String})
  AND outcome != 'delivered'
GROUP BY direction, reply_fingerprint
ORDER BY times DESC, fingerprint
LIMIT {limit:UInt16}
