-- What changed in DNS in [from, to): MX of some recipient domains (and of names below them), the rest of some senders. A
-- change lies between `last_seen_before` and `changed_at`, when it was seen.
SELECT
    domain,
    type,
    toUnixTimestamp64Milli(valid_from) AS at,
    formatDateTime(valid_from, '%Y-%m-%dT%H:%i:%SZ') AS changed_at,
    formatDateTime(before.1, '%Y-%m-%dT%H:%i:%SZ') AS last_seen_before,
    before.2 AS state_before,
    state,
    before.3 AS answer_before,
    answer
FROM
(
    SELECT domain, type, valid_from, state, answer, lagInFrame((last_seen, state, answer)) OVER earlier AS before
    FROM dns_snapshots FINAL
    WHERE if(type = 'mx',
        domain IN {domains:Array(String)} OR arrayExists(name -> endsWith(domain, concat('.', name)), {domains:Array(String)}),
        domain IN {senders:Array(String)})
    WINDOW earlier AS (PARTITION BY domain, type ORDER BY valid_from ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
)
-- The first row of a domain says only that it was not asked before.
WHERE state_before != '' AND (state_before, answer_before) != (state, answer)
    AND valid_from >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND valid_from < parseDateTime64BestEffort({to:String}, 3, 'UTC')
ORDER BY at, domain, type
