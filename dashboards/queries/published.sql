-- What each domain published last before the end of the stretch, what is wrong first.
SELECT
    domain,
    argMaxIf(state, valid_from, type = 'spf') AS spf,
    argMaxIf(state, valid_from, type = 'dkim') AS dkim,
    argMaxIf(state, valid_from, type = 'dmarc') AS dmarc,
    argMaxIf(state, valid_from, type = 'mx') AS mx,
    argMaxIf(answer, valid_from, type = 'spf') AS spf_record,
    argMaxIf(answer, valid_from, type = 'dmarc') AS dmarc_record,
    argMaxIf(answer, valid_from, type = 'mx') AS mx_records,
    max(dns_snapshots.last_seen) AS last_seen
FROM dns_snapshots FINAL
WHERE valid_from < {to:DateTime64(3, 'UTC')}
    AND (({sender_domain:String} = '' AND {recipient_org_domain:String} = '')
        OR ({sender_domain:String} != '' AND domain = {sender_domain:String})
        OR ({recipient_org_domain:String} != '' AND (domain = {recipient_org_domain:String} OR endsWith(domain, concat('.', {recipient_org_domain:String})))))
GROUP BY domain
ORDER BY has(['permerror', 'missing', 'temperror', 'null'], spf) OR has(['permerror', 'missing'], dmarc) DESC, last_seen DESC, domain
LIMIT 200
