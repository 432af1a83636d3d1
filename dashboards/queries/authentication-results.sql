-- Refusals that name authentication: what the receivers said of SPF, DKIM and DMARC, beside what was published and what our
-- own SPF evaluation says. Where they differ, look there.
SELECT
    sender_domain,
    reason,
    auth_spf,
    auth_dkim,
    auth_dmarc,
    spf_result,
    dns_spf,
    dns_dkim,
    dns_dmarc,
    uniq(message_key) AS messages,
    uniq(recipient_org_domain) AS domains,
    max(event_time) AS last_seen
FROM delivery_events
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
    AND side = 'sender_authentication' AND outcome != 'delivered'
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
GROUP BY sender_domain, reason, auth_spf, auth_dkim, auth_dmarc, spf_result, dns_spf, dns_dkim, dns_dmarc
ORDER BY messages DESC, sender_domain, last_seen DESC
LIMIT 100
