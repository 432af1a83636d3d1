-- The replies that a subject got most often in [from, to), the same words counted together.
SELECT
    toString(reply_fingerprint) AS reply_fingerprint,
    uniqExact(message) AS messages,
    any(reason) AS reason,
    any(rule) AS rule,
    argMax(reply_text, event_time) AS sample,
    argMax(remote_host, event_time) AS remote_host
FROM (-- include attempts.sql
)
WHERE attempt IN {attempts:Array(String)}
    AND (empty({sides:Array(String)}) OR side IN {sides:Array(String)})
    AND ({sender:String} = '' OR sender_domain = {sender:String})
    AND ({ip:String} = '' OR address = {ip:String})
    AND ({provider:String} = '' OR answerer = {provider:String} OR operator = {provider:String})
    AND ({domain:String} = '' OR recipient_org_domain = {domain:String})
GROUP BY reply_fingerprint
ORDER BY messages DESC, reply_fingerprint
LIMIT 5
