-- When mail of some names was last accepted in [from, to), to the minute; '' and :: are any name. No row where none was.
SELECT formatDateTime(max(minute), '%Y-%m-%dT%H:%i:%SZ') AS last_accepted
FROM attempts_1m
WHERE direction = 'outbound'
    AND outcome = 'delivered'
    AND minute >= parseDateTimeBestEffort({from:String}, 'UTC')
    AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
    AND ({sender:String} = '' OR sender_domain = {sender:String})
    AND ({ip:IPv6} = toIPv6('::') OR source_ip = {ip:IPv6})
    AND (empty({providers:Array(String)}) OR provider IN {providers:Array(String)})
    AND ({domain:String} = '' OR recipient_org_domain = {domain:String})
HAVING count() > 0
