-- The facts of one subject over [from, to): the subject itself, and what stands against it. An empty name is any.
SELECT
    countIf(inside) AS messages,
    countIf(inside AND state = 'accepted') AS accepted,
    countIf(inside AND is_refused) AS refused,
    countIf(inside AND state = 'mailbox') AS mailbox,
    countIf(inside AND state IN ('stalled', 'limited', 'greylisted')) AS delayed,
    uniqExactIf(recipient_org_domain, inside) AS domains,
    uniqExactIf(recipient_org_domain, inside AND is_refused) AS domains_refused,
    uniqExactIf(provider, inside) AS providers,
    uniqExactIf(provider, inside AND is_refused) AS providers_refused,
    uniqExactIf(sender_domain, inside) AS senders,
    uniqExactIf(sender_domain, inside AND is_refused) AS senders_refused,
    exp2(entropyIf(recipient_org_domain, inside AND is_refused)) AS effective_domains,
    sumMapIf(map(toString(reason), toUInt64(1)), inside AND is_refused) AS reasons,
    topKIf(5, 3, 'counts')(toString(recipient_org_domain), inside AND is_refused) AS top_domains,
    topKIf(5, 3, 'counts')(toString(provider), inside AND is_refused) AS top_providers,
    topKIf(5, 3, 'counts')(toString(sender_domain), inside AND is_refused) AS top_senders,
    topKIf(5, 3, 'counts')(source_ip, inside AND is_refused AND source_ip != '') AS top_ips,
    groupUniqArrayIf(8)(recipient, inside AND recipient != '' AND (is_refused OR state = 'mailbox')) AS refused_recipients,
    formatDateTime(minIf(last_time, inside AND is_refused), '%Y-%m-%dT%H:%i:%SZ') AS first_refused,
    formatDateTime(maxIf(last_time, inside AND is_refused), '%Y-%m-%dT%H:%i:%SZ') AS last_refused,
    if(accepted > 0, formatDateTime(maxIf(last_time, inside AND state = 'accepted'), '%Y-%m-%dT%H:%i:%SZ'), '') AS last_accepted,
    -- The same senders at other domains; others (a null sender is none) at the same domains; other domains behind the same provider.
    countIf(NOT inside AND is_same_sender) AS same_senders_messages,
    countIf(NOT inside AND is_refused AND is_same_sender) AS same_senders_refused,
    countIf(NOT inside AND is_same_domain AND sender_domain != '') AS same_domains_messages,
    countIf(NOT inside AND is_refused AND is_same_domain AND sender_domain != '') AS same_domains_refused,
    countIf(NOT inside AND is_same_provider) AS same_provider_messages,
    countIf(NOT inside AND is_refused AND is_same_provider) AS same_provider_refused,
    countIf(NOT inside) AS others_messages,
    countIf(NOT inside AND is_refused) AS others_refused
FROM
(
    SELECT
        *,
        max(inside AND is_refused) OVER (PARTITION BY sender_domain) AS is_same_sender,
        max(inside AND is_refused) OVER (PARTITION BY recipient_org_domain) AS is_same_domain,
        max(inside AND is_refused) OVER (PARTITION BY provider) AS is_same_provider
    FROM
    (
        SELECT
            *,
            ({sender:String} = '' OR sender_domain = {sender:String}) AND ({ip:String} = '' OR source_ip = {ip:String})
                AND ({provider:String} = '' OR provider = {provider:String} OR operator = {provider:String})
                AND ({domain:String} = '' OR recipient_org_domain = {domain:String}) AS inside,
            state IN {held:Array(String)} AND (empty({sides:Array(String)}) OR side IN {sides:Array(String)}) AS is_refused
        FROM (-- include messages.sql
        )
    )
)
