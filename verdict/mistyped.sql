-- Recipient domains of [from, to) that do not exist in DNS or take no mail, of each of some senders and of some recipient
-- domains: their rows say so, what was published then, or the mail server that looked for them.
SELECT
    grouping(sender_domain) = 0 AS is_sender,
    sender_domain,
    recipient_org_domain,
    recipient_domain AS domain,
    uniqExact(recipient) AS recipients
FROM delivery_events
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
    AND direction = 'outbound' AND outcome != 'delivered' AND recipient_domain != ''
    AND (sender_domain IN {senders:Array(String)} OR recipient_org_domain IN {domains:Array(String)})
    AND (reason = 'domain_not_found'
        OR dns_mx IN ('nxdomain', 'missing', 'nullmx', 'permerror')
        OR recipient_domain IN (
            SELECT domain FROM dns_snapshots
            WHERE type = 'mx' AND state IN ('nxdomain', 'missing', 'nullmx', 'permerror')
                AND valid_from < {to:DateTime64(3, 'UTC')} AND last_seen >= {from:DateTime64(3, 'UTC')} - toIntervalHour(1)))
GROUP BY GROUPING SETS ((domain, sender_domain), (domain, recipient_org_domain))
HAVING countIf(dns_mx IN ('valid', 'implicit')) = 0
ORDER BY recipients DESC, domain
LIMIT 2000
