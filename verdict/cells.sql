-- What a window holds, counted by everything that could carry a wave, over each span that ends with the window (a wave
-- that has just begun would drown in what was accepted before). Every subject is a sum of these rows: candidates.ts.
-- Domains where all was accepted tell nothing apart: they stand together under an empty name.
SELECT
    sender_domain,
    source_ip,
    provider,
    operator,
    if(is_troubled, toString(recipient_org_domain), '') AS domain,
    state,
    side,
    reason,
    sumForEach(arrayMap(
        s -> toUInt64(last_time >= parseDateTime64BestEffort({to:String}, 3, 'UTC') - s),
        {spans:Array(UInt32)})) AS messages,
    uniqExact(transaction) AS transactions
FROM
(
    SELECT *, max(state != 'accepted') OVER (PARTITION BY recipient_org_domain) AS is_troubled
    FROM (-- include messages.sql
    )
)
GROUP BY sender_domain, source_ip, provider, operator, domain, state, side, reason
