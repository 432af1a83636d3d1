-- Refused attempts, the commonest reply first and of it the newest; one a recipient. An empty name is any.
WITH
    wanted AS (
        SELECT
            *,
            -- Mailboxes that are unknown or full are in every mail flow: not what a wave is about, if it has anything else.
            side = 'recipient_mailbox' OR reason = 'greylisted' AS common
        FROM delivery_events
        WHERE outcome != 'delivered'
            AND ({direction:String} = '' OR direction = {direction:String})
            AND event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
            AND event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
            AND ({queue_id:String} = '' OR queue_id = {queue_id:String})
            AND ({message_id:String} = '' OR message_id = {message_id:String})
            AND ({recipient:String} = '' OR recipient IN ({recipient:String}, lower({recipient:String})))
            AND ({sender:String} = '' OR sender_domain = {sender:String})
            AND ({ip:String} = '' OR source_ip = toIPv6OrDefault({ip:String}))
            AND ({domain:String} = '' OR recipient_org_domain = {domain:String})
            -- As the verdict names who answers: a host that no provider is known for stands for its own domain (host-domain.ts).
            AND ({provider:String} = '' OR {provider:String} IN (provider, recipient_org_domain)
                OR endsWith(concat('.', lower(remote_host)), concat('.', {provider:String})))
    ),
    (SELECT tuple(common, reply_fingerprint) FROM wanted GROUP BY common, reply_fingerprint
        ORDER BY common, count() DESC, reply_fingerprint LIMIT 1) AS commonest
SELECT
    toUnixTimestamp64Milli(event_time) AS time_ms,
    source_format,
    outcome,
    sender,
    sender_domain,
    header_from_domain,
    recipient,
    recipient_domain,
    recipient_org_domain,
    original_recipient,
    message_id,
    queue_id,
    log_host,
    remote_host,
    replaceRegexpOne(toString(remote_ip), '^::(ffff:([0-9.]+))?$', '\\2') AS remote_address,
    replaceRegexpOne(toString(source_ip), '^::(ffff:([0-9.]+))?$', '\\2') AS source_address,
    direction,
    stage,
    reply_code,
    enhanced_code,
    reply_text,
    reason,
    provider,
    listed_by,
    auth_spf,
    auth_dkim,
    auth_dmarc,
    dns_spf,
    dns_dkim,
    dns_dmarc,
    dns_mx,
    spf_result,
    dmarc_policy,
    mx_match,
    dns_age_s
FROM (
    -- Only so many are sorted with all their columns: a wave may hold millions.
    SELECT * FROM wanted
    ORDER BY common, reply_fingerprint = commonest.2 DESC, message_id != '' DESC, event_time DESC
    LIMIT 1000
)
ORDER BY common, reply_fingerprint = commonest.2 DESC, message_id != '' DESC, event_time DESC
LIMIT 1 BY recipient
LIMIT {limit:UInt32}
